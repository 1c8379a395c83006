#include "intake/cell/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "intake/cell/sniff.h"
#include "intake/cell/tnef.h"

namespace zp::intake::cell {
namespace {

using testing::HasSubstr;

/// tests/fuzz/make_seeds.py makes these.
Bytes seed(const std::string& name) {
  std::ifstream file(ZP_SOURCE_DIR "/tests/fuzz/seeds/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Bytes example() { return seed("packed/letter.msg"); }

TEST(Outlook, AMailIsTakenApartWithTheMailInsideIt) {
  const Bytes bytes = example();
  EXPECT_EQ(sniff(bytes), "application/vnd.ms-outlook");
  const OutlookMail mail = read_outlook(bytes, {});
  EXPECT_FALSE(mail.damaged);
  EXPECT_THAT(mail.text, HasSubstr("Ren\xC3\xA9 Voorbeeld\nVerzoek om inzage\nGeachte heer,\nbijgaand."));
  EXPECT_THAT(mail.text, HasSubstr("Hierin ook iets"));
  ASSERT_EQ(mail.files.size(), 3U);
  EXPECT_EQ(mail.files[0].name, "brief \xE2\x82\xAC.txt");
  EXPECT_EQ(as_text(mail.files[0].content), "Geachte heer");
  EXPECT_EQ(mail.files[1].name, "groot.pdf");
  EXPECT_EQ(mail.files[1].content.size(), 6009U);
  EXPECT_EQ(as_text(mail.files[2].content), "Geachte heer") << "inside the mail inside";
}

TEST(Outlook, CodePagesAndABodyOfRtfAloneAreRead) {
  const OutlookMail mail = read_outlook(seed("packed/rtf.msg"), {});
  EXPECT_THAT(mail.text, HasSubstr("\u0410\u043D\u043D\u0430\n\u0417\u0430\u044F\u0432\u043A\u0430\n"));
  EXPECT_THAT(mail.text, HasSubstr("Geachte heer \u041F, \u20AC5\nbijgaand"));
  EXPECT_THAT(mail.text, HasSubstr("\u0412\u0442\u043E\u0440\u0430\nMet groet,\r\nRen\u00E9"))
      << "a mail inside: RTF of its own, the code page of the outer one";
  ASSERT_EQ(mail.files.size(), 1U);
  EXPECT_EQ(mail.files[0].name, "\u043F\u0438\u0441\u044C\u043C\u043E.txt");
  EXPECT_TRUE(mail.damaged) << "an object of another program is no mail, and that it is missing is told";
}

TEST(Outlook, ABodyOfHtmlHasTheCodePageOfTheInternet) {
  const OutlookMail mail = read_outlook(seed("packed/html.msg"), {});
  EXPECT_EQ(mail.text, "\n\u00DCberblick \u20AC\nRuud M\u00FCller\n");
}

TEST(Tnef, CodePagesAndABodyOfRtfAloneAreRead) {
  const Bytes bytes = seed("tnef/rtf.dat");
  const Tnef packed = read_tnef(bytes);
  EXPECT_FALSE(packed.damaged);
  EXPECT_EQ(packed.text, "Geachte heer \u041F, \u20AC5\nbijgaand\n");
  ASSERT_EQ(packed.files.size(), 1U);
  EXPECT_EQ(packed.files[0].name, "\u041F\u0418\u0421\u042C\u041C\u041E.TXT");
}

TEST(Outlook, LimitsHold) {
  const OutlookMail mail = read_outlook(example(), {.files = 1});
  EXPECT_EQ(mail.files.size(), 1U);
  EXPECT_TRUE(mail.damaged) << "that something is missing is told";
}

TEST(Outlook, CutAndChangedFilesAreSurvived) {
  const Bytes whole = example();
  for (std::size_t length = 0; length < whole.size(); length += 61) read_outlook(ByteView(whole).first(length), {});
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    Bytes changed = whole;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x85);
    read_outlook(changed, {});
  }
}

}  // namespace
}  // namespace zp::intake::cell
