#include "intake/cell/tnef.h"

#include <algorithm>
#include <cstdint>

#include "intake/cell/charset.h"
#include "intake/cell/mail.h"
#include "intake/cell/rtf.h"

namespace zp::intake::cell {
namespace {

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr std::size_t kMaxFiles = 1000, kMaxRtf = 16 << 20, kMaxText = 256 * 1024;

// MS-OXTNEF 2.1.3: attributes of the stream.
constexpr std::uint32_t kCodePage = 0x00069007, kBody = 0x0002800C, kMessageProperties = 0x00069003,
                        kNewFile = 0x00069002, kFileTitle = 0x00018010, kFileData = 0x0006800F,
                        kFileProperties = 0x00069005;
// MS-OXPROPS: properties inside.
constexpr std::uint16_t kPlainBody = 0x1000, kRtfBody = 0x1009, kHtmlBody = 0x1013, kHtmlCodePage = 0x3FDE,
                        kContent = 0x3701, kDisplayName = 0x3001, kShortName = 0x3704, kLongName = 0x3707;
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

ByteView until_nul(ByteView bytes) { return bytes.first(std::min(bytes.size(), as_text(bytes).find('\0'))); }

struct Property {
  std::uint16_t type = 0, id = 0;
  ByteView value;

  std::string text(std::uint32_t code_page) const {
    if (type == kUnicode) return from_utf16(value);
    return type == kString8 ? from_code_page(until_nul(value), code_page) : std::string();
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
    if (id == kCodePage) code_page_ = Reader(data).number(4);
    if (id == kNewFile) into_.files.emplace_back();
    if (id == kBody) into_.text = from_code_page(until_nul(data), code_page_);
    if (id == kMessageProperties) ok(for_each_property(data, [&](const Property& one) { message_property(one); }));
    if (into_.files.empty()) return;
    TnefFile& file = into_.files.back();
    if (id == kFileTitle && file.name.empty()) file.name = from_code_page(until_nul(data), code_page_);
    if (id == kFileData) file.content = data;
    if (id == kFileProperties) ok(for_each_property(data, [&](const Property& one) { file_property(one, file); }));
  }

  /// Words that stand there in no plainer form.
  void end() {
    if (into_.text.empty() && !html_.empty()) {
      const std::uint32_t page = html_code_page_ != 0 ? html_code_page_ : code_page_;
      into_.text = text_of_html(from_code_page(html_, page), kMaxText);
    }
    if (into_.text.empty()) into_.text = text_of_rtf(unpacked_rtf(rtf_, kMaxRtf), kMaxText);
  }

 private:
  void ok(bool fine) { into_.damaged = into_.damaged || !fine; }

  void message_property(const Property& property) {
    if (property.id == kPlainBody && into_.text.empty()) into_.text = property.text(code_page_);
    if (property.id == kHtmlBody) html_ = property.value;
    if (property.id == kRtfBody) rtf_ = property.value;
    if (property.id == kHtmlCodePage) html_code_page_ = Reader(property.value).number(4);
  }

  void file_property(const Property& property, TnefFile& file) const {
    const std::string text = property.text(code_page_);
    if (property.id == kLongName && !text.empty()) file.name = text;
    if ((property.id == kShortName || property.id == kDisplayName) && file.name.empty()) file.name = text;
    if (property.id != kContent || !file.content.empty()) return;
    const std::size_t front = property.type == kObject ? std::min(kInterfaceId, property.value.size()) : 0;
    file.content = property.value.subspan(front);
  }

  Tnef& into_;
  ByteView html_, rtf_;
  std::uint32_t code_page_ = 0, html_code_page_ = 0;
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
  takes.end();
  tnef.damaged = tnef.damaged || reader.failed();
  std::erase_if(tnef.files, [](const TnefFile& file) { return file.name.empty() && file.content.empty(); });
  return tnef;
}

}  // namespace zp::intake::cell
