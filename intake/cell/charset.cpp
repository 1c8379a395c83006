#include "intake/cell/charset.h"

#include <fmt/format.h>
#include <gmime/gmime.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "crypto/base/text.h"

namespace zp::intake::cell {
namespace {

constexpr std::uint32_t kUtf16 = 1200, kUtf8 = 65001, kWestern = 1252;

bool is_name(std::string_view text) {
  return text.size() <= 40 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

/// Cut or patched together it may be.
bool looks_like_utf8(std::string_view text) {
  constexpr std::size_t kEnough = std::size_t{1} << 20;
  std::size_t malformed = 0, letters = 0;
  for (const char32_t point : code_points(text.substr(0, kEnough))) {
    malformed += point == 0xFFFD;
    letters += point >= 0x80 && point != 0xFFFD;
  }
  return malformed <= letters;
}

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
    case kUtf8:
      return "UTF-8";
    default:
      return fmt::format("CP{}", code_page);
  }
}

struct CloseConverter {
  void operator()(void* converter) const { ::iconv_close(converter); }
};

/// False if there is no such character set here.
bool convert(ByteView bytes, const std::string& charset, std::string& text) {
  if (charset == "UTF-8" && is_utf8(as_text(bytes))) {
    text = as_text(bytes);
    return true;
  }
  const iconv_t opened = ::iconv_open("UTF-8", charset.c_str());
  if (opened == reinterpret_cast<iconv_t>(-1)) return false;
  const std::unique_ptr<void, CloseConverter> converter(opened);
  char* in = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
  std::size_t left = bytes.size();
  std::array<char, 4096> buffer;
  const auto step = [&](char** from) {
    char* out = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = ::iconv(converter.get(), from, &left, &out, &room);
    text.append(buffer.data(), buffer.size() - room);
    return done;
  };
  while (left > 0) {
    const std::size_t done = step(&in);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    append_utf8(text, 0xFFFD);
    ++in;
    --left;
  }
  step(nullptr);  // some hold the last letter back, for an accent that may follow
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
  if (code_page == 0) code_page = looks_like_utf8(as_text(bytes)) ? kUtf8 : kWestern;
  if (!convert(bytes, charset_of(code_page), text))
    return code_page == kWestern ? to_valid_utf8(as_text(bytes)) : from_code_page(bytes, 0);
  std::erase(text, '\0');
  return text;
}

std::string from_charset(ByteView bytes, std::string_view name) {
  constexpr std::array<std::string_view, 6> kSaysNothing = {"", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit"};
  const std::string known = ascii_lower(trim(name));
  if (std::ranges::find(kSaysNothing, known) != kSaysNothing.end() || !is_name(known)) return from_code_page(bytes, 0);
  if (known == "iso-8859-1" || known == "latin1") return from_code_page(bytes, kWestern);
  std::string text;
  if (!convert(bytes, g_mime_charset_iconv_name(known.c_str()), text)) return from_code_page(bytes, 0);
  std::erase(text, '\0');
  return text;
}

}  // namespace zp::intake::cell
