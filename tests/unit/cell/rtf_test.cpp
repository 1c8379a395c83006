#include "intake/cell/rtf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& rtf) { return text_of_rtf(as_bytes(rtf), 100'000); }

Bytes unhex(const char* digits) { return *from_hex(digits); }

/// The examples of MS-OXRTFCP, section 4.
TEST(Rtf, IsUnpacked) {
  const Bytes hello = unhex(
      "2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235423"
      "20af32068656c090020627705b06c647d0a800fa0");
  EXPECT_EQ(as_text(unpacked_rtf(hello, 1000)), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  const Bytes repeated = unhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0");
  EXPECT_EQ(as_text(unpacked_rtf(repeated, 1000)), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
  EXPECT_EQ(as_text(unpacked_rtf(repeated, 10)), "{\\rtf1 WXY");
  const Bytes plain = unhex("160000000a0000004d454c41000000007b5c7274663120587d");
  EXPECT_EQ(as_text(unpacked_rtf(plain, 1000)), "{\\rtf1 X}");
  for (std::size_t length = 0; length < hello.size(); ++length) unpacked_rtf(ByteView(hello).first(length), 1000);
}

TEST(Rtf, TheHtmlInsideIsRead) {
  const std::string text = text_of(
      "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl\r\n{\\f0\\fswiss Arial;}{\\f1\\fswiss\\fcharset204 "
      "Arial;}}\r\n"
      "{\\*\\generator Proef}{\\*\\htmltag19 <html>}{\\*\\htmltag34 <head>}{\\*\\htmltag241 <style>p \\{ color: red "
      "\\}</style>}"
      "{\\*\\htmltag41 </head>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Geachte Ren\\'e9, \\u8364?5\r\n"
      "{\\*\\htmltag84 &lt;}\\htmlrtf <\\htmlrtf0 {\\f1 \\'cf\\'f0\\'e8}{\\*\\mhtmltag84 <b>}{\\*\\htmltag116 "
      "<br>}\\htmlrtf \\line dubbel\\htmlrtf0 "
      "tot ziens\\htmlrtf\\par}\\htmlrtf0{\\*\\htmltag72 </p>}}");
  EXPECT_EQ(text, "Geachte Ren\u00E9, \u20AC5<\u041F\u0440\u0438\ntot ziens\n");
}

TEST(Rtf, TextInsideAndTextOfRtfItselfAreRead) {
  EXPECT_EQ(text_of("{\\rtf1\\ansi\\ansicpg1251\\fromtext \\deff0{\\fonttbl{\\f0\\fmodern Courier New;}}\\f0 "
                    "\\'cf\\'f0\\'e8\\par\r\ntwee\\tab drie\\{}"),
            "\u041F\u0440\u0438\r\ntwee\tdrie{");
  EXPECT_EQ(text_of("{\\rtf1\\ansi{\\colortbl;\\red1;}{\\info{\\title Geheim}}{\\pict 00ff}\\uc2 \\u-10179 "
                    "ab\\u-8704\\'61\\'62 x\\emdash\\bin3 }}}y}"),
            "\U0001F600 x\u2014y");
  EXPECT_EQ(text_of("{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset128 M;}}\\f0 \\'93\\'fa\\'96\\'7b}"),
            "\u65E5\u672C")
      << "a letter of two bytes that nothing may cut";
  EXPECT_EQ(text_of("geen rtf"), "");
}

TEST(Rtf, DeepAndCutOnesAreSurvived) {
  const std::string deep = "{\\rtf1 voor " + std::string(1'000'000, '{') + "na}";
  EXPECT_THAT(text_of(deep), HasSubstr("voor"));
  EXPECT_THAT(text_of(deep), Not(HasSubstr("na")));
  const std::string whole = "{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\'e9\\u233?\\bin5 12345}}}}";
  for (std::size_t length = 0; length < whole.size(); ++length) text_of(whole.substr(0, length));
}

}  // namespace
}  // namespace zp::intake::cell
