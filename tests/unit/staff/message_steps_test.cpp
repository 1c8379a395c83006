#include "gateway/staff/message_steps.h"

#include <gmock/gmock.h>

#include "gateway/casework/flow.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kMorning = 1'795'420'800'000;  // 23 November 2026, 09:00 in Amsterdam
constexpr TimeMs kHour = 3'600'000;

class MessageSteps : public testing::Test {
 protected:
  void add(Act act, TimeMs written, const std::string& detail, const std::string& outcome = "ok") {
    entries_.push_back({.time = utc_time(written),
                        .action = std::string(act_name(act)),
                        .object = row_.id.hex(),
                        .outcome = outcome,
                        .detail = detail});
  }
  void read(TimeMs moment, TimeMs written) {
    add(Act::kReadByRecipient, written, "at=" + utc_time(moment).substr(0, 19) + "Z");
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const MessageStep& step : message_steps(entries_, row_))
      lines.push_back(step.moment() + " " + step.what + (step.detail.empty() ? "" : ": " + step.detail));
    return lines;
  }
  /// About the dossier, or another letter in it.
  void add_elsewhere(Act act, TimeMs written, const std::string& detail) {
    add(act, written, detail);
    entries_.back().object.clear();
  }
  Message row_{.id = Id::random(), .letter = Id::random(), .route = "mailbox", .created = kMorning + 400};
  std::vector<crypto::LedgerEntry> entries_;
};

TEST_F(MessageSteps, EachReadingStandsAtTheMomentOfTheDoorAndOnce) {
  read(kMorning + kHour, kMorning + 3 * kHour);
  add(Act::kNotify, kMorning, "mail=0");
  read(kMorning + 2 * kHour, kMorning + 3 * kHour);
  read(kMorning + 2 * kHour, kMorning + 4 * kHour);  // the worker died before it had noted that this was done
  EXPECT_THAT(lines(), testing::ElementsAre(testing::HasSubstr("09:00:00 Bericht sturen: Melding gemaild"),
                                            testing::HasSubstr("10:00:00 Gelezen door ontvanger"),
                                            testing::HasSubstr("11:00:00 Gelezen door ontvanger")));
}

TEST_F(MessageSteps, ManyReadingsAreOneLineADayThatSaysHowMany) {
  for (int i = 0; i < 20; ++i) read(kMorning + i * 60'000, kMorning + kHour);
  EXPECT_EQ(lines().size(), 20u);
  read(kMorning + 24 * kHour, kMorning + 24 * kHour);
  EXPECT_THAT(
      lines(),
      testing::ElementsAre(
          testing::HasSubstr("23 november 2026, 09:00:00 Gelezen door ontvanger: Die dag 20 keer, het laatst om 09:19"),
          testing::HasSubstr("24 november 2026, 09:00:00 Gelezen door ontvanger")));
}

TEST_F(MessageSteps, ALockIsSaidInWords) {
  add(Act::kUndeliverable, kMorning, "locked at=2026-11-23T07:59:59Z");
  EXPECT_THAT(lines(), testing::ElementsAre(testing::HasSubstr("08:59:59 Geblokkeerd: Te veel verkeerde codes")));
}

TEST_F(MessageSteps, OfOtherMessagesNothingIsTold) {
  read(kMorning, kMorning);
  EXPECT_TRUE(message_steps(entries_, {.id = Id::random()}).empty());
}

TEST_F(MessageSteps, EachCodeThatOpensTheMessageIsTold) {
  add_elsewhere(Act::kRenewCode, kMorning - kHour, "per brief");      // of before: whatever it opened
  add_elsewhere(Act::kSend, kMorning + 400, "mailbox code=per sms");  // with the letter itself
  add_elsewhere(Act::kSend, kMorning + kHour, "mailbox");
  add_elsewhere(Act::kSend, kMorning + kHour, "mailbox code=telefonisch");
  add_elsewhere(Act::kRenewCode, kMorning + 2 * kHour, "per brief");
  EXPECT_THAT(lines(), testing::ElementsAre(testing::HasSubstr("09:00:00 Toegangscode gegeven: per sms"),
                                            testing::HasSubstr("10:00:00 Toegangscode gegeven: telefonisch"),
                                            testing::HasSubstr("11:00:00 Toegangscode gegeven: per brief")));
}

TEST_F(MessageSteps, OfCodesThatOpenItNoMoreNothingIsTold) {
  row_.expires = kMorning + 3 * kHour;
  add_elsewhere(Act::kRenewCode, kMorning + 4 * kHour, "telefonisch");
  EXPECT_TRUE(lines().empty());
  add(Act::kRecall, kMorning + kHour, "");
  add_elsewhere(Act::kRenewCode, kMorning + 2 * kHour, "telefonisch");
  EXPECT_EQ(lines().size(), 1u);
  entries_.erase(entries_.begin(), entries_.end() - 1);
  row_.route = "post";
  EXPECT_TRUE(lines().empty());
}

}  // namespace
}  // namespace zp::gateway
