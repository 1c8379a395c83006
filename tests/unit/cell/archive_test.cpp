#include "intake/cell/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/cells/small_zip.h"

namespace zp::intake::cell {
namespace {

using test::packed;

bool all(std::string_view) { return true; }

TEST(Archive, FilesOfEachFormatComeOut) {
  for (const auto format :
       {archive_write_set_format_zip, archive_write_set_format_7zip, archive_write_set_format_ustar}) {
    const Archive archive = read_archive(as_bytes(packed({{"map/a.txt", "een"}, {"b.txt", "twee"}}, format)), {}, all);
    ASSERT_EQ(archive.files.size(), 2U);
    EXPECT_EQ(archive.files[0].name, "map/a.txt");
    EXPECT_EQ(as_text(archive.files[1].content), "twee");
    EXPECT_FALSE(archive.damaged || archive.locked || archive.too_many || archive.too_large);
  }
}

TEST(Archive, OnlyWhatIsWantedIsUnpacked) {
  const std::string zip = packed({{"a.xml", "een"}, {"b.bin", "twee"}});
  const Archive archive = read_archive(as_bytes(zip), {}, [](std::string_view name) { return name == "a.xml"; });
  ASSERT_EQ(archive.files.size(), 1U);
}

TEST(Archive, LimitsHoldWhateverTheArchiveClaims) {
  test::NamedFiles many;
  for (int i = 0; i < 20; ++i) many.emplace_back(std::to_string(i), std::string(1000, 'x'));
  const std::string zip = packed(many);
  const Archive few = read_archive(as_bytes(zip), {.files = 5}, all);
  EXPECT_EQ(few.files.size(), 5U);
  EXPECT_TRUE(few.too_many);
  const Archive little = read_archive(as_bytes(zip), {.bytes = 4500}, all);
  EXPECT_EQ(little.files.size(), 4U);
  EXPECT_TRUE(little.too_large);
  EXPECT_TRUE(read_archive(as_bytes(zip), {.entries = 3}, [](auto) { return false; }).too_many);
}

TEST(Archive, ALockIsSeenAndNothingOfItUnpacked) {
  const Archive archive =
      read_archive(as_bytes(packed({{"a", "geheim"}}, archive_write_set_format_zip, "wachtwoord")), {}, all);
  EXPECT_TRUE(archive.locked);
  EXPECT_TRUE(archive.files.empty());
}

TEST(Archive, CutAndChangedArchivesAreSurvived) {
  const std::string whole = packed({{"a.txt", std::string(5000, 'a')}, {"b.txt", "twee"}});
  for (std::size_t length = 0; length < whole.size(); length += 7)
    read_archive(as_bytes(whole.substr(0, length)), {}, all);
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    read_archive(as_bytes(changed), {}, all);
  }
  EXPECT_TRUE(read_archive(as_bytes(whole.substr(0, 60)), {}, all).damaged);
}

}  // namespace
}  // namespace zp::intake::cell
