// A letter in other words: who may write them, who must read them, and that no version is lost.
#include <gmock/gmock.h>

#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using testing::HasSubstr;

class WordingTest : public Desk {
 protected:
  templates::Wording words(const std::string& letter) {
    templates::Wording words;
    const auto passages = *letters_->passages(letter);
    for (const auto& passage : passages)
      if (!passage.fixed) words.push_back(passage.text);
    return words;
  }
  Id draft(const Actor& author, const Id& dossier, const char* name = "avg-inzage-toegekend") {
    const auto letter = casework_->draft(author, dossier, name, test::kPurposes);
    EXPECT_TRUE(letter) << letter.error().message();
    return *letter;
  }
};

TEST_F(WordingTest, TheLawyerRewordsOneLetterAndNotTheMailroom) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  const Id letter = draft(staff("jurist"), id);
  auto wording = words("avg-inzage-toegekend");
  wording[0] += "\nWij schreven u hier eerder over.\n";
  EXPECT_EQ(casework_->reword_letter(staff("postkamer"), letter, wording).error().code, Code::kDenied);
  const auto before = casework_->letter_pdf(staff("jurist"), letter);
  must(casework_->reword_letter(staff("jurist"), letter, wording));
  EXPECT_NE(*before, *casework_->letter_pdf(staff("jurist"), letter));
  wording[0] = "Niets.\n";
  EXPECT_EQ(casework_->reword_letter(staff("jurist"), letter, wording).error().code, Code::kRefused);
}

TEST_F(WordingTest, EveryVersionIsKeptWithWhoWhenAndWhatItWas) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  const Actor first = staff("jurist");
  Actor second = staff("jurist");
  second.name = "tweede";
  const Id letter = draft(first, id);
  const auto original = words("avg-inzage-toegekend");
  auto changed = original;
  changed[0] += "\nEen zin erbij.\n";
  must(casework_->reword_letter(first, letter, changed));
  must(casework_->edit_letter(second, letter, {{"signed_by", "Iemand anders"}}));
  must(casework_->edit_letter(second, letter, {{"signed_by", "Iemand anders"}}));  // no change, no version
  must(casework_->reword_letter(second, letter, original));
  const LetterData data = view(id, letter).data;
  ASSERT_EQ(data.changes.size(), 4u);
  EXPECT_EQ(data.changes[1].wording_before, templates::Wording());
  EXPECT_EQ(data.changes[2].who, "tweede");
  EXPECT_EQ(data.changes[2].before, nlohmann::json({{"signed_by", "CIZ"}}));
  EXPECT_EQ(data.changes[3].wording_before, changed);
  EXPECT_TRUE(data.wording.empty());  // as the template again
}

TEST_F(WordingTest, AnApprovedLetterIsNotReworded) {
  const Id id = dossier("avg-inzage", DossierState::kComplete);
  document(id, "request");
  const Actor author = staff("jurist"), other = staff("goedkeurder", "goedkeuren-brief");
  const Id letter = draft(author, id);
  auto wording = words("avg-inzage-toegekend");
  wording[0] += "\nEen zin erbij.\n";
  must(casework_->propose(author, letter));
  EXPECT_EQ(casework_->reword_letter(author, letter, wording).error().code, Code::kRefused);
  must(casework_->approve(other, letter));
  EXPECT_EQ(casework_->reword_letter(author, letter, wording).error().code, Code::kRefused);
  EXPECT_EQ(casework_->edit_letter(author, letter, {{"signed_by", "X"}}).error().code, Code::kRefused);
  must(casework_->give_back(other, letter, "Schrijf er een zin bij."));
  must(casework_->reword_letter(author, letter, wording));
  EXPECT_EQ(casework_->send(author, letter, {}).error().code, Code::kRefused);  // approval is needed anew
}

TEST_F(WordingTest, OwnWordsNeedASecondPersonEvenWhereTheTemplateDoesNot) {
  const Id id = dossier("informatie-mentor-curator-bewindvoerder", DossierState::kChecking,
                        {{"requester_role", "mentor"}, {"client_name", "C"}, {"requester_name", "R"}});
  must(casework_->evaluate(worker(), id));
  const Actor jurist = staff("jurist");
  const Id letter = draft(jurist, id, "verzoek-om-aanvulling");
  auto wording = words("verzoek-om-aanvulling");
  wording.back() += "\nMet vriendelijke groet.\n";
  must(casework_->reword_letter(jurist, letter, wording));
  EXPECT_EQ(casework_->send(jurist, letter, {}).error().code, Code::kRefused);
  must(casework_->propose(jurist, letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter));
  const Id other = draft(jurist, id, "verzoek-om-aanvulling");
  EXPECT_THAT(casework_->send(jurist, other, {}).error().subject, HasSubstr("andere brief"));
  must(casework_->send(jurist, letter, {}));
  EXPECT_EQ(stored(id).state, DossierState::kWaiting);
}

}  // namespace
}  // namespace zp::gateway
