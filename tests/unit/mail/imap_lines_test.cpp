#include <gtest/gtest.h>

#include "gateway/mail/imap_mailbox.h"

namespace zp::gateway {
namespace {

TEST(FetchLine, GivesNumberAndMark) {
  const auto message = read_fetch_line("* 3 FETCH (UID 17 FLAGS (\\Seen \\Deleted))\r");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->uid, "17");
  EXPECT_TRUE(message->deleted);
}

TEST(FetchLine, ItemsMayComeInAnyOrder) {
  const auto message = read_fetch_line("* 3 FETCH (FLAGS () UID 4294967295)");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->uid, "4294967295");
  EXPECT_FALSE(message->deleted);
}

TEST(FetchLine, OtherLinesAreNone) {
  for (const char* line : {"", "* 3 EXISTS", "A1 OK FETCH (UID 1)", "* 3 FETCH (FLAGS ())", "* 3 FETCH (UID )",
                           "* 3 FETCH (UID x)", "* 3 FETCH (UID 123456789012)", "* 3 FETCH (XUID 3)"})
    EXPECT_FALSE(read_fetch_line(line)) << line;
}

}  // namespace
}  // namespace zp::gateway
