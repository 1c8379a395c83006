#include "intake/cell/tnef.h"

#include <algorithm>
#include <cstdint>

namespace zp::intake::cell {
namespace {

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr std::size_t kMaxFiles = 1000;

// MS-OXTNEF 2.1.3: attributes of the stream.
constexpr std::uint32_t kBody = 0x0002800C, kMessageProperties = 0x00069003, kNewFile = 0x00069002,
                        kFileTitle = 0x00018010, kFileData = 0x0006800F, kFileProperties = 0x00069005;
// MS-OXPROPS: properties inside.
constexpr std::uint16_t kPlainBody = 0x1000, kContent = 0x3701, kDisplayName = 0x3001, kShortName = 0x3704,
                        kLongName = 0x3707;
constexpr std::uint16_t kString8 = 0x001E, kUnicode = 0x001F, kBinary = 0x0102, kObject = 0x000D, kSeveral = 0x1000;
constexpr std::size_t kInterfaceId = 16;  // in front of an object

/// Little-endian numbers and blocks; once it ran out, everything is empty.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  ByteView block(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  /// Followed by what fills it up to four bytes.
  ByteView padded_block(std::size_t size) {
    const ByteView taken = block(size);
    block(std::min(rest_.size(), (4 - size % 4) % 4));
    return taken;
  }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    const ByteView digits = block(bytes);
    for (std::size_t i = 0; i < digits.size(); ++i) value |= static_cast<std::uint32_t>(digits[i]) << (8 * i);
    return value;
  }
  bool done() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  ByteView rest_;
  bool failed_ = false;
};

std::string until_nul(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  return std::string(text.substr(0, text.find('\0')));
}

/// UTF-16 to UTF-8; halves of a pair that stand alone become U+FFFD.
std::string from_utf16(ByteView bytes) {
  std::string text;
  const auto unit = [&](std::size_t at) { return static_cast<std::uint32_t>(bytes[at] | bytes[at + 1] << 8); };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t point = unit(at);
    if (point == 0) break;
    const bool high = point >= 0xD800 && point < 0xDC00,
               low_follows = high && at + 3 < bytes.size() && (unit(at + 2) & 0xFC00) == 0xDC00;
    if (low_follows)
      point = 0x10000 + ((point - 0xD800) << 10) + (unit(at += 2) - 0xDC00);
    else if ((point & 0xF800) == 0xD800)
      point = 0xFFFD;
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80)
      text += static_cast<char>(point);
    else if (point < 0x800)
      text += static_cast<char>(0xC0 | point >> 6), tail(0);
    else if (point < 0x10000)
      text += static_cast<char>(0xE0 | point >> 12), tail(6), tail(0);
    else
      text += static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0);
  }
  return text;
}

struct Property {
  std::uint16_t type = 0, id = 0;
  ByteView value;

  std::string text() const {
    return type == kUnicode ? from_utf16(value) : type == kString8 ? until_nul(value) : std::string();
  }
};

std::size_t fixed_size(std::uint16_t type) {
  switch (type) {
    case 0x0002:
    case 0x0003:
    case 0x0004:
    case 0x000A:
    case 0x000B:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return 0;
  }
}

/// MS-OXTNEF 2.1.3.4: calls `take` with each property; false if the list is not as it should be.
bool for_each_property(ByteView list, auto take) {
  Reader reader(list);
  const std::uint32_t count = reader.number(4);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    Property property;
    property.type = static_cast<std::uint16_t>(reader.number(2));
    property.id = static_cast<std::uint16_t>(reader.number(2));
    if (property.id >= 0x8000) {  // a named one: GUID, then a number or a name
      reader.block(16);
      const bool by_name = reader.number(4) == 1;
      const std::uint32_t number_or_length = reader.number(4);
      if (by_name) reader.padded_block(number_or_length);
    }
    const auto single = static_cast<std::uint16_t>(property.type & ~kSeveral);
    const bool variable = single == kString8 || single == kUnicode || single == kBinary || single == kObject;
    if (!variable && fixed_size(single) == 0) return false;
    const std::uint32_t values = variable || (property.type & kSeveral) != 0 ? reader.number(4) : 1;
    property.type = single;
    for (std::uint32_t one = 0; one < values && !reader.failed(); ++one) {
      property.value = reader.padded_block(variable ? reader.number(4) : fixed_size(single));
      if (!reader.failed()) take(property);
    }
  }
  return !reader.failed();
}

class TnefReader {
 public:
  explicit TnefReader(Tnef& into) : into_(into) {}

  void attribute(std::uint32_t id, ByteView data) {
    if (id == kNewFile) into_.files.emplace_back();
    if (id == kBody) into_.text = until_nul(data);
    if (id == kMessageProperties) ok(for_each_property(data, [&](const Property& one) { message_property(one); }));
    if (into_.files.empty()) return;
    TnefFile& file = into_.files.back();
    if (id == kFileTitle && file.name.empty()) file.name = until_nul(data);
    if (id == kFileData) file.content = data;
    if (id == kFileProperties) ok(for_each_property(data, [&](const Property& one) { file_property(one, file); }));
  }

 private:
  void ok(bool fine) { into_.damaged = into_.damaged || !fine; }

  void message_property(const Property& property) {
    if (property.id == kPlainBody && into_.text.empty()) into_.text = property.text();
  }

  static void file_property(const Property& property, TnefFile& file) {
    const std::string text = property.text();
    if (property.id == kLongName && !text.empty()) file.name = text;
    if ((property.id == kShortName || property.id == kDisplayName) && file.name.empty()) file.name = text;
    if (property.id != kContent || !file.content.empty()) return;
    const std::size_t front = property.type == kObject ? std::min(kInterfaceId, property.value.size()) : 0;
    file.content = property.value.subspan(front);
  }

  Tnef& into_;
};

}  // namespace

bool is_tnef(ByteView bytes) noexcept { return Reader(bytes).number(4) == kSignature; }

Tnef read_tnef(ByteView untrusted_stream) {
  Tnef tnef;
  Reader reader(untrusted_stream);
  if (reader.number(4) != kSignature) return {.text = {}, .files = {}, .damaged = true};
  reader.number(2);  // a key that says nothing
  TnefReader takes(tnef);
  while (!reader.done() && tnef.files.size() < kMaxFiles) {
    reader.number(1);  // message or attachment: the number of the attribute says it too
    const std::uint32_t id = reader.number(4);
    const ByteView data = reader.block(reader.number(4));
    reader.number(2);  // a sum of the bytes, which some programs get wrong
    if (reader.failed()) break;
    takes.attribute(id, data);
  }
  tnef.damaged = tnef.damaged || reader.failed();
  std::erase_if(tnef.files, [](const TnefFile& file) { return file.name.empty() && file.content.empty(); });
  return tnef;
}

}  // namespace zp::intake::cell
