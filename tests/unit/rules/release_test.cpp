// No letter gives anything about a client away before the proofs of who asks: every letter either waits for them or stands
// here with the reason why it need not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "intake/rules/requirements.h"
#include "templates/letter/letter.h"

namespace zp::intake {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

const std::map<std::string, const char*> kGivesNothing = {
    {"avg-beperking-opheffing",
     "must be told before a restriction is lifted (art. 18 lid 3); who got the restriction proved who he is"},
    {"avg-kennisgeving-ontvanger", "to who had the data already (art. 19)"},
    {"avg-meer-bewijs", "asks for the proof"},
    {"avg-niet-geidentificeerd", "says that the proof never came"},
    {"avg-ontvangst", "receipt"},
    {"avg-verlenging", "tells of the term"},
    {"bezwaar-hoorzitting", "invites"},
    {"bezwaar-ontvangst", "receipt"},
    {"bezwaar-verdaging", "tells of the term"},
    {"bezwaar-verzuim", "asks"},
    {"doorgestuurd", "gives back what was sent"},
    {"doorverwijzing-gemeente", "refers"},
    {"doorverwijzing-schriftelijk", "refers"},
    {"doorverwijzing-zorgverlener", "refers"},
    {"herinnering-aanvulling", "asks"},
    {"ingebrekestelling-ontvangst", "receipt"},
    {"klacht-niet-behandeld", "gives back what was sent, and refuses"},
    {"klacht-ontvangst", "gives back what was sent"},
    {"klacht-verdaging", "gives back what was sent, and tells of the term"},
    {"kopie-indicatiebesluit-geweigerd", "refuses"},
    {"niet-behandeld", "says what never came"},
    {"ontvangstbevestiging", "gives back what was sent"},
    {"portero-afsluiting-misbruik", "about an organisation"},
    {"portero-afsluiting-onzorgvuldig", "about an organisation"},
    {"portero-contactbevestiging", "about an organisation"},
    {"portero-gevolgen", "about an organisation"},
    {"portero-heropening", "about an organisation"},
    {"portero-waarschuwing", "about an organisation"},
    {"scheidingsblad", "no letter to anybody"},
    {"toegangscode", "a code"},
    {"uitnodiging-beveiligde-mail", "a code"},
    {"verzendbewijs", "times and codes of messages"},
    {"verzoek-om-aanvulling", "asks"},
    {"voorblad", "cover page"},
};

/// Asked of who acts for another alone: of oneself a signature is enough.
const std::map<std::string, const char*> kOfRepresentatives = {
    {"avg-toestemming-ingetrokken", "withdrawing is as easy as giving, which takes a signature (art. 7 lid 3)"},
};

const RuleBook& shipped() {
  static const auto book = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  if (!book) throw std::runtime_error(book.error().message());
  return *book;
}

const std::vector<templates::LetterInfo>& letters() {
  static const auto press =
      *templates::LetterPress::load(ZP_SOURCE_DIR "/templates/letters", {"N", "P", "", "U", "", "", {}});
  return press->letters();
}

bool proves_who_asks(const DocumentRule& document) {
  return document.identity_document || document.on_file.starts_with("vertegenwoordiging/");
}

/// On consent in the register of the client, which is looked at instead.
bool is_released_to_another(const std::string& letter) {
  return std::ranges::any_of(shipped().find("clientregister")->book.releases,
                             [&](const ReleaseRule& one) { return one.letter == letter && one.to != "verzoeker"; });
}

TEST(Release, EveryLetterWaitsForTheProofsOrSaysWhyNot) {
  for (const templates::LetterInfo& letter : letters()) {
    if (kGivesNothing.contains(letter.name) || is_released_to_another(letter.name)) continue;
    EXPECT_THAT(letter.for_kinds, Not(IsEmpty())) << letter.name;
    for (const std::string& kind : letter.for_kinds) {
      ASSERT_NE(shipped().find(kind), nullptr) << kind;
      std::size_t proofs = 0;
      for (const DocumentRule& document : shipped().find(kind)->documents) {
        if (!proves_who_asks(document)) continue;
        if (kOfRepresentatives.contains(letter.name) && document.identity_document) {
          EXPECT_THAT(document.before, Not(Contains(letter.name))) << kind;
          continue;
        }
        ++proofs;
        EXPECT_THAT(document.before, Contains(letter.name)) << kind << " " << document.slot;
      }
      EXPECT_GE(proofs, 2u) << kind << " asks for no proof";
    }
  }
}

TEST(Release, NoLetterWaitsThatDoesNotExistOrGivesNothing) {
  for (const RequestRule& rule : shipped().requests())
    for (const DocumentRule& document : rule.documents)
      for (const std::string& letter : document.before) {
        EXPECT_THAT(letters(), Contains(testing::Field(&templates::LetterInfo::name, letter))) << rule.name;
        EXPECT_FALSE(kGivesNothing.contains(letter)) << rule.name << " " << letter;
      }
}

/// Staff who know it otherwise have a way that needs no copy.
TEST(Release, EveryProofCanBePutOnRecordInstead) {
  for (const RequestRule& rule : shipped().requests())
    for (const DocumentRule& document : rule.documents)
      EXPECT_TRUE(document.before.empty() || !document.on_file.empty()) << rule.name << " " << document.slot;
}

}  // namespace
}  // namespace zp::intake
