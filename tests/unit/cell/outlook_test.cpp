#include "intake/cell/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "intake/cell/sniff.h"

namespace zp::intake::cell {
namespace {

using testing::HasSubstr;

Bytes example() {
  std::ifstream file(ZP_SOURCE_DIR "/tests/fuzz/seeds/packed/letter.msg", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

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
