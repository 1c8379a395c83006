// The shelf of gateway/store/shelf.h: what is published is there whole or not at all.
#include "gateway/store/shelf.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "gateway/store/files.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ShelfTest : public testing::Test {
 protected:
  ShelfTest() : shelf_(value_of(Shelf::open(folder_ / "shelf"))) {}
  static Envelope an_envelope(std::uint32_t attachments) {
    return {.lock = crypto::RecipientLock::fresh(),
            .expires_ms = 1'800'000'000'000,
            .code_hint = "per brief",
            .attachments = attachments};
  }

  TempFolder folder_;
  Shelf shelf_;
};

TEST_F(ShelfTest, GivesBackAMessage) {
  const Id id = Id::random();
  const Envelope put = an_envelope(2);
  EXPECT_EQ(error_of(shelf_.publish_message(id, put, bytes("body"), {bytes("first"), bytes("second")})), "");
  const Envelope got = value_of(shelf_.envelope(id));
  EXPECT_EQ(got.lock.encode(), put.lock.encode());
  EXPECT_EQ(got.expires_ms, put.expires_ms);
  EXPECT_EQ(got.code_hint, "per brief");
  EXPECT_EQ(got.attachments, 2u);
  EXPECT_EQ(value_of(shelf_.body(id)), bytes("body"));
  FileReader second = value_of(shelf_.attachment(id, 1));
  Bytes read(second.size());
  EXPECT_EQ(value_of(second.read(read)), 6u);
  EXPECT_EQ(read, bytes("second"));
  EXPECT_TRUE(fails_with(shelf_.attachment(id, 2), Code::kNotFound));
  EXPECT_THAT(value_of(shelf_.messages()), ElementsAre(id));
}

TEST_F(ShelfTest, LeavesNothingOfARecalledMessage) {
  const Id id = Id::random();
  EXPECT_EQ(error_of(shelf_.publish_message(id, an_envelope(0), bytes("body"), {})), "");
  EXPECT_EQ(error_of(shelf_.remove_message(id)), "");
  EXPECT_EQ(error_of(shelf_.remove_message(id)), "") << "again is harmless";
  EXPECT_TRUE(fails_with(shelf_.envelope(id), Code::kNotFound));
  EXPECT_TRUE(fails_with(shelf_.body(id), Code::kNotFound));
  EXPECT_THAT(value_of(shelf_.messages()), IsEmpty());
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "shelf/aside"));
}

TEST_F(ShelfTest, ReplacesAMessageInOneMoment) {
  const Id id = Id::random();
  const auto publish = [&](std::string_view text) {
    return shelf_.publish_message(id, an_envelope(0), as_bytes(text), {});
  };
  EXPECT_EQ(error_of(publish("0")), "");
  std::atomic<bool> stop = false;
  std::jthread reader([&] {
    while (!stop) EXPECT_TRUE(shelf_.body(id).has_value()) << "a reader found it gone";
  });
  for (int i = 1; i <= 40; ++i) EXPECT_EQ(error_of(publish(std::to_string(i))), "");
  stop = true;
  reader.join();
  EXPECT_EQ(as_text(value_of(shelf_.body(id))), "40");
}

TEST_F(ShelfTest, ReplacesReceiptAndStatus) {
  const Id id = Id::random();
  EXPECT_TRUE(fails_with(shelf_.status(id), Code::kNotFound));
  EXPECT_TRUE(fails_with(shelf_.receipt(id), Code::kNotFound));
  for (const char* word : {"filed", "complete"}) {
    EXPECT_EQ(error_of(shelf_.publish_status(id, word)), "");
    EXPECT_EQ(error_of(shelf_.publish_receipt(id, bytes(word))), "");
  }
  EXPECT_EQ(value_of(shelf_.status(id)), "complete");
  EXPECT_EQ(value_of(shelf_.receipt(id)), bytes("complete"));
}

TEST_F(ShelfTest, KnowsTheDayOfALetterByItsCodeAndByItsFile) {
  const Id by_code = genuine_id("ZP-4K7M-9XQ2-R", "K7PM3XRD9FQH"), by_file = genuine_id_of_file(bytes("a hash"));
  EXPECT_NE(by_code, genuine_id("ZP-4K7M-9XQ2-R", "K7PM3XRD9FQZ"));
  EXPECT_NE(by_code, genuine_id("ZP-4K7M-9XQ2-X", "K7PM3XRD9FQH"));
  EXPECT_TRUE(fails_with(shelf_.letter_day(by_code), Code::kNotFound));
  EXPECT_EQ(error_of(shelf_.publish_letter(by_code, "2026-11-22")), "");
  EXPECT_EQ(error_of(shelf_.publish_letter(by_file, "2026-11-22")), "");
  EXPECT_EQ(value_of(shelf_.letter_day(by_code)), "2026-11-22");
  EXPECT_EQ(error_of(shelf_.remove_letter(by_code)), "");
  EXPECT_EQ(error_of(shelf_.remove_letter(by_code)), "");  // no error if gone
  EXPECT_TRUE(fails_with(shelf_.letter_day(by_code), Code::kNotFound));
  EXPECT_EQ(value_of(shelf_.letter_day(by_file)), "2026-11-22");
}

TEST_F(ShelfTest, GoesOnAfterAPublishThatWasCutOff) {
  const Id id = Id::random();
  EXPECT_EQ(error_of(make_folder(folder_ / "shelf/aside/" + id.hex())), "");
  EXPECT_EQ(error_of(replace_file(folder_ / "shelf/aside/" + id.hex() + "/att-0", bytes("old"))), "");
  EXPECT_EQ(error_of(shelf_.publish_message(id, an_envelope(0), bytes("body"), {})), "");
  EXPECT_TRUE(fails_with(shelf_.attachment(id, 0), Code::kNotFound));
}

}  // namespace
}  // namespace zp::gateway::test
