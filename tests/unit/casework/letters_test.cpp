#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;

class LettersTest : public Desk {};

TEST_F(LettersTest, ADecisionNeedsTwoDifferentPeople) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  const Actor author = staff("jurist"), other = staff("goedkeurder", "goedkeuren-brief");
  Actor both = author;
  both.roles.push_back("goedkeurder");
  const auto letter = casework_->draft(author, id, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(stored(id).state, DossierState::kDeciding);
  EXPECT_EQ(casework_->send(author, *letter, {}).error().code, Code::kRefused);  // nobody approved it
  must(casework_->propose(author, *letter));
  EXPECT_EQ(stored(id).state, DossierState::kApproval);
  EXPECT_EQ(casework_->approve(both, *letter).error().code, Code::kDenied);  // the author, in another hat
  EXPECT_EQ(casework_->approve(author, *letter).error().code, Code::kDenied);
  EXPECT_EQ(casework_->send(author, *letter, {}).error().code, Code::kRefused);
  must(casework_->approve(other, *letter));
  must(casework_->send(author, *letter, {}));
  EXPECT_EQ(stored(id).state, DossierState::kAnswered);
  EXPECT_EQ(casework_->send(author, *letter, {}).error().code, Code::kRefused);  // once
  EXPECT_EQ(view(id, *letter).row.state, "sent");
}

TEST_F(LettersTest, WhoeverChangesALetterLastCannotApproveIt) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  Actor editor = staff("jurist");
  editor.roles.push_back("goedkeurder");
  const auto letter = casework_->draft(staff("jurist"), id, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->edit_letter(editor, *letter, {{"signed_by", "Iemand anders"}}));
  must(casework_->propose(editor, *letter));
  EXPECT_EQ(casework_->approve(editor, *letter).error().code, Code::kDenied);
  EXPECT_EQ(view(id, *letter).data.fields["signed_by"], "Iemand anders");
}

TEST_F(LettersTest, WhoeverWroteInALetterCannotApproveItThoughAnotherProposedIt) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  Actor both = staff("jurist");
  both.name = "test.both";
  both.roles.push_back("goedkeurder");
  const auto letter = casework_->draft(both, id, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->propose(staff("jurist"), *letter));
  EXPECT_EQ(casework_->approve(both, *letter).error().code, Code::kRefused);
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
}

TEST_F(LettersTest, WhatALetterLacksIsToldByTheLabelsThatStaffSee) {
  const Id id = dossier("avg-beperking", DossierState::kComplete);
  document(id, "request");
  must(casework_->restrict(staff("jurist", "avg-verzoek"), id, "a"));
  const auto letter =
      casework_->draft(staff("jurist", "avg-verzoek"), id, "avg-beperking-opheffing", {{"lifted_on", "morgen"}});
  ASSERT_TRUE(letter) << letter.error().message();
  const auto proposed = casework_->propose(staff("jurist", "avg-verzoek"), *letter);
  ASSERT_FALSE(proposed);
  EXPECT_EQ(
      proposed.error().subject,
      "Vul nog in: Welke gegevens wij voorlopig niet gebruikten; Waarom de beperking stopt. Verbeter: Dag waarop wij "
      "de gegevens weer gaan gebruiken (een datum).");
}

TEST_F(LettersTest, AReturnedLetterIsADraftAgainWithTheReason) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  const Actor author = staff("jurist"), other = staff("goedkeurder", "goedkeuren-brief");
  const auto letter = casework_->draft(author, id, "avg-inzage-toegekend", test::kPurposes);
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->propose(author, *letter));
  EXPECT_EQ(casework_->give_back(other, *letter, "").error().code, Code::kRefused);
  must(casework_->give_back(other, *letter, "Noem de ontvangers."));
  EXPECT_EQ(stored(id).state, DossierState::kDeciding);
  EXPECT_EQ(view(id, *letter).data.return_reason, "Noem de ontvangers.");
}

TEST_F(LettersTest, AskingForWhatIsMissingPutsTheDossierOnHoldWithALastDay) {
  const Id id = dossier("informatie-mentor-curator-bewindvoerder", DossierState::kChecking,
                        {{"requester_role", "mentor"}, {"client_name", "C"}, {"requester_name", "R"}});
  must(casework_->evaluate(worker(), id));
  EXPECT_EQ(stored(id).state, DossierState::kReview);
  const Actor postkamer = staff("postkamer");
  const auto letter = casework_->draft(postkamer, id, "verzoek-om-aanvulling");
  ASSERT_TRUE(letter) << letter.error().message();
  must(casework_->letter_pdf(postkamer, *letter));
  const auto message = casework_->send(postkamer, *letter, {});
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(stored(id).state, DossierState::kWaiting);
  EXPECT_EQ(stored(id).due, "2026-12-07");  // fourteen days: a Sunday, so Monday
  auto open = casework_->open(postkamer, id);
  ASSERT_EQ(open->messages.size(), 1u);
  EXPECT_FALSE(open->messages[0].data.asked.empty());
  EXPECT_EQ(open->messages[0].row.state, "queued");
}

TEST_F(LettersTest, TellingOfALongerTermDoesNotAnswerTheRequest) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  const Actor author = staff("jurist");
  must(casework_->extend_term(author, id));
  const auto letter = casework_->draft(author, id, "avg-verlenging", {{"reason", "Het archief is groot."}});
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(view(id, *letter).data.fields["new_term"], "2027-02-22");
  must(casework_->propose(author, *letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
  must(casework_->send(author, *letter, {}));
  EXPECT_EQ(stored(id).state, DossierState::kDeciding);
  EXPECT_EQ(stored(id).due, "2027-02-22");
}

TEST_F(LettersTest, ALetterToSomebodyElseNeverReachesTheRequester) {
  const Id id = dossier("avg-rectificatie", DossierState::kAnswered);
  const Actor author = staff("jurist");
  const nlohmann::json fields = {{"their_reference", "ZK-1"},
                                 {"sent_on", "2026-06-20"},
                                 {"act", "verbeterd"},
                                 {"changed_on", "2026-11-23"},
                                 {"changes", {"de achternaam"}}};
  const auto letter = casework_->draft(author, id, "avg-kennisgeving-ontvanger", fields);
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_FALSE(view(id, *letter).data.fields.contains("addressee"));
  EXPECT_EQ(casework_->propose(author, *letter).error().code, Code::kRefused);  // to nobody
  must(casework_->edit_letter(author, *letter, {{"addressee", "Zorgkantoor Hier\nPostbus 1"}}));
  must(casework_->propose(author, *letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
  EXPECT_EQ(casework_->send(author, *letter, {}).error().code, Code::kRefused);  // the mailbox is the requester's
  EXPECT_EQ(casework_->send(author, *letter, {.route = "post"}).error().code,
            Code::kRefused);  // and so is the address on file
  must(casework_->send(author, *letter, {.route = "post", .address = {"Postbus 1", "1000 AA Hier"}}));
  auto open = casework_->open(author, id);
  ASSERT_EQ(open->messages.size(), 1u);
  EXPECT_EQ(open->messages[0].data.recipient, "Zorgkantoor Hier");
}

TEST_F(LettersTest, WithoutAnAccessCodeTheSenderMustSayHowItGetsThere) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
    open.profile.access_code.clear();
    return save_dossier(store, open, now_);
  }));
  must(casework_->evaluate(worker(), id));
  const Actor postkamer = staff("postkamer");
  const auto letter = casework_->draft(postkamer, id, "verzoek-om-aanvulling");
  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(casework_->send(postkamer, *letter, {}).error().code, Code::kRefused);
  EXPECT_EQ(casework_->send(postkamer, *letter, {.code_way = "per brief"}).error().code, Code::kRefused);
  must(casework_->send(postkamer, *letter, {.code_way = "per brief", .address = {"Straat 1", "1000 AA Utrecht"}}));
  auto open = casework_->open(postkamer, id);
  EXPECT_EQ(open->messages.size(), 2u);  // the message, and the code by post
  EXPECT_EQ(open->profile.access_code_way, "per brief");
}

TEST_F(LettersTest, AnInvitationByLetterTellsTheCodeByPostAndWorksForWeeks) {
  const Id id = dossier("informatie-mentor-curator-bewindvoerder", DossierState::kChecking,
                        {{"requester_role", "mentor"}, {"client_name", "C"}, {"requester_name", "R"}});
  must(casework_->evaluate(worker(), id));
  const Actor desk = staff("informatiebalie", "beantwoorden-vraag");
  const auto invitation = casework_->invite(desk, id, {"Straat 1", "1000 AA Hier"});
  ASSERT_TRUE(invitation) << invitation.error().message();
  EXPECT_EQ(invitation->expires, now_ + 21 * kDay);
  const auto open = casework_->open(desk, id);
  ASSERT_EQ(open->letters.size(), 1u);
  EXPECT_EQ(open->letters[0].data.fields["access_code"], invitation->code);
  EXPECT_EQ(open->letters[0].data.fields["asked_for"].size(), invitation->asked.size());
  ASSERT_EQ(open->messages.size(), 2u);
  const auto posted =
      std::ranges::find(open->messages, open->letters[0].row.id, [](const MessageView& one) { return one.row.letter; });
  ASSERT_NE(posted, open->messages.end());
  EXPECT_EQ(posted->row.route, "post");
  EXPECT_EQ(posted->data.address, (std::vector<std::string>{"Straat 1", "1000 AA Hier"}));
}

TEST_F(LettersTest, ACallerIsInvitedToSendExactlyWhatIsMissing) {
  const Id id = dossier("informatie-mentor-curator-bewindvoerder", DossierState::kChecking,
                        {{"requester_role", "mentor"}, {"client_name", "C"}, {"requester_name", "R"}});
  must(casework_->evaluate(worker(), id));
  const Actor desk = staff("informatiebalie", "beantwoorden-vraag");
  const auto invitation = casework_->invite(desk, id);
  ASSERT_TRUE(invitation) << invitation.error().message();
  EXPECT_EQ(invitation->asked.size(), 3U);
  EXPECT_EQ(invitation->expires, now_ + 24LL * 3600 * 1000);
  const auto open = casework_->open(desk, id);
  ASSERT_EQ(open->messages.size(), 1U);
  EXPECT_EQ(open->messages[0].data.invitation_code, invitation->code);
  EXPECT_EQ(open->messages[0].data.recipient, "");  // the code opens no name
  EXPECT_EQ(casework_->invite(staff("goedkeurder"), id).error().code, Code::kDenied);
}

TEST_F(LettersTest, NobodyIsInvitedToACompleteRequest) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  EXPECT_EQ(casework_->invite(staff("informatiebalie", "beantwoorden-vraag"), id).error().code, Code::kRefused);
}

}  // namespace
}  // namespace zp::gateway
