// An access code by text message: to whom it may go, what it says, and what happens when it does not arrive.
#include <gmock/gmock.h>

#include "gateway/casework/access_code.h"
#include "gateway/casework/mobile_number.h"
#include "tests/unit/worker/worker_desk.h"

namespace zp::gateway {
namespace {

using testing::HasSubstr;

TEST(MobileNumber, IsReadAsPeopleWriteIt) {
  for (const char* typed : {"0612345678", "06 - 12 34 56 78", "+31 6 12345678", "0031612345678", "(06)12.34.56.78"})
    EXPECT_EQ(mobile_number(typed), "+31612345678") << typed;
  EXPECT_EQ(mobile_number("+32 470 12 34 56"), "+32470123456");
  EXPECT_EQ(last_digits("+31612345678"), "78");
}

TEST(MobileNumber, IsNoneThatATextMessageDoesNotReach) {
  for (const char* typed : {"", "030 1234567", "+31301234567", "061234567", "06123456789", "06-bel-mij", "+0612345678"})
    EXPECT_EQ(mobile_number(typed), "") << typed;
}

class CodeBySmsTest : public test::WorkerDesk {
 protected:
  CodeBySmsTest() {
    config_.limits.job_attempts = 3;
    config_.sms.url = "https://sms.example/";
    tools_.send_sms = [this](const std::string& number, const std::string& text) -> Result<void> {
      sent_.push_back(number + ": " + text);
      return answer_;
    };
  }
  /// A letter for the mailbox of somebody without a code, who gets one by SMS.
  Result<Id> send(const std::string& telephone) {
    dossier_ = dossier("onbekend", DossierState::kReview);
    must(change(dossier_, [&](OpenDossier& open) {
      open.profile.access_code.clear();
      open.profile.requester.telephone = telephone;
    }));
    const Actor clerk = staff("postkamer");
    TRY_ASSIGN(const Id letter, casework_->draft(clerk, dossier_, "doorgestuurd",
                                                 {{"forwarded_to", "Sociale Verzekeringsbank"},
                                                  {"forwarded_on", "2026-11-22"},
                                                  {"subject_matter", "kinderbijslag"},
                                                  {"why", "De Sociale Verzekeringsbank besluit daarover."}}));
    Delivering how;
    how.code_way = kCodeBySms;
    return casework_->send(clerk, letter, how);
  }
  Profile profile() { return casework_->open(staff("jurist"), dossier_)->profile; }

  Id dossier_ = {};
  std::vector<std::string> sent_;
  Result<void> answer_ = {};
};

TEST_F(CodeBySmsTest, GoesOnceToTheNumberAndWithoutTheLink) {
  ASSERT_TRUE(send("06 12345678"));
  work();
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_THAT(sent_[0], testing::StartsWith("+31612345678: CIZ: uw toegangscode is " + profile().access_code +
                                            ", geldig tot 13 december 2026, 11:20."));
  EXPECT_THAT(sent_[0], testing::Not(testing::AnyOf(HasSubstr("http"), HasSubstr("\n"))));
  EXPECT_EQ(profile().access_code_way, "per sms naar het nummer dat eindigt op 78");
  EXPECT_THAT(profile().history.back().what, testing::Not(HasSubstr("12345678")));
  for (const auto& entry : ledger()) EXPECT_THAT(entry.detail, testing::Not(HasSubstr("12345678")));
}

TEST_F(CodeBySmsTest, WithoutAMobileNumberOrAProviderTheLetterWaits) {
  for (const char* telephone : {"", "030 1234567"}) EXPECT_EQ(send(telephone).error().code, Code::kRefused);
  config_.sms.url.clear();
  EXPECT_EQ(send("0612345678").error().code, Code::kRefused);
  work();
  EXPECT_THAT(sent_, testing::IsEmpty());
}

TEST_F(CodeBySmsTest, ANumberThatTheProviderRefusesMakesATask) {
  answer_ = fail(Code::kRefused, "send SMS");
  ASSERT_TRUE(send("0612345678"));
  work();
  EXPECT_THAT(profile().tasks, testing::Contains(HasSubstr("Vertel de toegangscode aan de telefoon")));
}

TEST_F(CodeBySmsTest, AProviderThatDoesNotAnswerIsTriedAgain) {
  answer_ = fail(Code::kUnavailable, "send SMS");
  ASSERT_TRUE(send("0612345678"));
  work();
  EXPECT_EQ(sent_.size(), 1u);
  answer_ = {};
  now_ += kHour;
  work();
  EXPECT_EQ(sent_.size(), 2u);
  EXPECT_THAT(profile().tasks, testing::Not(testing::Contains(HasSubstr("Vertel de toegangscode"))));
}

}  // namespace
}  // namespace zp::gateway
