#include "intake/cell/charset.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "crypto/base/text.h"

namespace zp::intake::cell {
namespace {

constexpr std::uint32_t kUtf16 = 1200, kUtf8 = 65001, kWestern = 1252;

/// As iconv calls it; prepare_mail() opens these.
std::string charset_of(std::uint32_t code_page) {
  if (code_page > 28590 && code_page <= 28606) return fmt::format("ISO-8859-{}", code_page - 28590);
  switch (code_page) {
    case 874:
      return "TIS-620";
    case 10000:
      return "MACINTOSH";
    case 20866:
      return "KOI8-R";
    case 21866:
      return "KOI8-U";
    case 50220:
    case 50221:
    case 50222:
      return "ISO-2022-JP";
    case 51932:
      return "EUC-JP";
    case 51949:
      return "EUC-KR";
    case 52936:
    case 54936:
      return "GB18030";
    case 65000:
      return "UTF-7";
    default:
      return fmt::format("CP{}", code_page);
  }
}

struct CloseConverter {
  void operator()(void* converter) const { ::iconv_close(converter); }
};

/// False if there is no such character set here.
bool convert(ByteView bytes, const std::string& charset, std::string& text) {
  const iconv_t opened = ::iconv_open("UTF-8", charset.c_str());
  if (opened == reinterpret_cast<iconv_t>(-1)) return false;
  const std::unique_ptr<void, CloseConverter> converter(opened);
  char* in = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  std::size_t left = bytes.size();
  std::array<char, 4096> buffer;
  while (left > 0) {
    char* out = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = ::iconv(converter.get(), &in, &left, &out, &room);
    text.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    append_utf8(text, 0xFFFD);
    ++in;
    --left;
  }
  return true;
}

}  // namespace

std::string from_utf16(ByteView bytes) {
  std::string text;
  const auto unit = [&](std::size_t at) { return static_cast<char32_t>(bytes[at] | bytes[at + 1] << 8); };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t point = unit(at);
    const bool pair = (point & 0xFC00) == 0xD800 && at + 3 < bytes.size() && (unit(at + 2) & 0xFC00) == 0xDC00;
    if (pair)
      point = 0x10000 + ((point - 0xD800) << 10) + (unit(at += 2) - 0xDC00);
    else if ((point & 0xF800) == 0xD800)
      point = 0xFFFD;
    if (point != 0) append_utf8(text, point);
  }
  return text;
}

std::string from_code_page(ByteView bytes, std::uint32_t code_page) {
  if (code_page == kUtf16) return from_utf16(bytes);
  std::string text;
  const bool by_itself = code_page == 0 && is_utf8(as_text(bytes));
  if (by_itself || code_page == kUtf8)
    text = to_valid_utf8(as_text(bytes));
  else if (code_page == 0 || !convert(bytes, charset_of(code_page), text))
    convert(bytes, charset_of(kWestern), text);
  std::erase(text, '\0');
  return text;
}

}  // namespace zp::intake::cell
