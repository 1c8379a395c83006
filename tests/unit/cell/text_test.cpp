// Words of strangers: by their character set, out of HTML.
#include <gtest/gtest.h>

#include "intake/cell/charset.h"
#include "intake/cell/mail.h"

namespace zp::intake::cell {
namespace {

std::string read(std::string_view bytes, std::string_view charset) { return from_charset(as_bytes(bytes), charset); }

class Charset : public testing::Test {
 protected:
  static void SetUpTestSuite() { prepare_mail(); }
};

TEST_F(Charset, WhatIsNamedWronglyIsReadAsWhatItIs) {
  constexpr std::string_view kWindows = "Ren\xE9, \x80 5", kUtf8 = "Ren\xC3\xA9, \xE2\x82\xAC 5",
                             kWords = "Ren\u00E9, \u20AC 5";
  for (const char* charset : {"", "US-ASCII", "x-unknown", "utf-8", " UTF-8 ", "../../etc/passwd", "utf-8//IGNORE"}) {
    EXPECT_EQ(read(kWindows, charset), kWords) << charset;
    EXPECT_EQ(read(kUtf8, charset), kWords) << charset;
  }
  for (const char* charset : {"iso-8859-1", "Latin1", "windows-1252"}) EXPECT_EQ(read(kWindows, charset), kWords);
  EXPECT_EQ(read("\xEE\xC5\xD4", "koi8-r"), "\u041D\u0435\u0442");
  EXPECT_EQ(read("\xC3\xA9\xC3\xA9 en dan \xC3", "utf-8"), "\u00E9\u00E9 en dan \uFFFD")
      << "cut, and UTF-8 all the same";
  EXPECT_EQ(read("ph\xF4", "windows-1258"), "ph\u00F4") << "the last letter waits for an accent";
  EXPECT_EQ(read("\xFFx", "gb2312"), "\uFFFDx");
}

TEST(HtmlText, EveryCharacterReferenceIsRead) {
  const auto text = [](const char* html) { return text_of_html(html, 1000); };
  EXPECT_EQ(text("&Eacute;&agrave;&frac12;&rarr;&apos;&amp;&lt;&nbsp;x"), "\u00C9\u00E0\u00BD\u2192'&< x");
  EXPECT_EQ(text("&#233;&#x20ac;&#146;&#xD800;&#x110000;&geen;&"), "\u00E9\u20AC\u2019&geen;&");
}

}  // namespace
}  // namespace zp::intake::cell
