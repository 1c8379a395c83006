#include <gmock/gmock.h>

#include "gateway/casework/measures.h"
#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PorteroTest : public Desk {
 protected:
  PorteroTest() : jurist_(staff("jurist", "portero")) {
    const auto made = casework_->make_dossier(jurist_, "portero",
                                              {{"naam", "Stichting Zorggroep Het Luchtkasteel"},
                                               {"contract", "P-12 van 3 februari 2024"},
                                               {"adres", "Wolkenlaan 7\n4321 AA Nergenshuizen"}});
    if (!made) throw std::runtime_error(made.error().message());
    id_ = *made;
    remedy("contract");
  }

  void fact(const char* day, const char* kind, const char* what = "Vastgesteld.") {
    must(casework_->add_record(jurist_, id_, "feit",
                               {{"dag", day}, {"soort", kind}, {"wat", what}, {"waaruit", "logging van Portero"}}));
  }
  void contact(const char* day, const char* with, const char* how) {
    must(casework_->add_record(jurist_, id_, "contact",
                               {{"dag", day},
                                {"rol", with},
                                {"met", "mevrouw D. Œuvre, contactpersoon"},
                                {"hoe", how},
                                {"waarover", "Gedeelde inlogcodes."},
                                {"gezegd", "Een collega had nog geen account."},
                                {"afspraak", "ieder een eigen account"}}));
  }
  void signatory() {
    must(casework_->add_record(jurist_, id_, "persoon",
                               {{"rol", "tekenbevoegde"},
                                {"naam", "de heer P. Verbeelding"},
                                {"bewijs", "KvK-uittreksel van 1 november 2026"}}));
  }
  void remedy(const char* kind) {
    must(casework_->add_record(jurist_, id_, "rechtsmiddel", {{"soort", kind}, {"waarom", "Zo besloot de jurist."}}));
  }
  /// Everything that a closure for misuse needs but the choice of remedy.
  void misuse() {
    fact("2026-11-17", "buiten-doel");
    contact("2026-11-20", "contactpersoon", "telefoon");
    signatory();
  }
  void discipline() {
    must(casework_->add_record(
        jurist_, id_, "discipline",
        {{"dag", "2026-11-17"}, {"wat", "De afspraak van 12 november is niet nagekomen."}, {"waaruit", "logging"}}));
  }
  void improvement(const char* day) {
    must(casework_->add_record(jurist_, id_, "verbetering",
                               {{"dag", day}, {"wat", "Alle accounts zijn persoonlijk."}, {"waaruit", "lijst"}}));
  }
  Id draft(const char* name, const nlohmann::json& more = nlohmann::json::object()) {
    nlohmann::json fields = {{"contact", "Bel 088 000 0000."}, {"closed_from", "2026-12-01"}};
    fields.update(more);
    const auto letter = casework_->draft(jurist_, id_, name, fields);
    EXPECT_TRUE(letter) << letter.error().message();
    return letter.value_or(Id{});
  }
  /// Why a letter can't be proposed; empty when it can.
  std::string hindered(const Id& letter) {
    const auto proposed = casework_->propose(jurist_, letter);
    return proposed ? "" : proposed.error().subject;
  }
  void send(const Id& letter) {
    ASSERT_EQ(hindered(letter), "");
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter));
    must(casework_->send(jurist_, letter, {.route = "post", .address = {"Wolkenlaan 7", "4321 AA Nergenshuizen"}}));
  }
  nlohmann::json fields(const Id& letter) {
    auto open = casework_->open(jurist_, id_);
    for (const LetterView& one : open->letters)
      if (one.row.id == letter) return one.data.fields;
    return {};
  }
  std::string stand() {
    const auto open = casework_->open(jurist_, id_);
    return intake::stand_of(open->rule->book, records_of(open->profile));
  }

  Actor jurist_;
  Id id_;
};

TEST_F(PorteroTest, ADossierIsSealedUnderAKeyOfItsOwnAndFoundByTheOrganisation) {
  EXPECT_EQ(stored(id_).state, DossierState::kReview);
  const auto found = casework_->search(staff("postkamer"), "luchtkasteel");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].requester, "Stichting Zorggroep Het Luchtkasteel");
  const Bytes& sealed = stored(id_).profile;
  EXPECT_EQ(as_text(sealed).find("Luchtkasteel"), std::string_view::npos);
}

TEST_F(PorteroTest, ADossierWithoutItsOrganisationIsNotBegun) {
  const auto made = casework_->make_dossier(jurist_, "portero", {{"naam", "Iemand"}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().subject, AllOf(HasSubstr("Contract"), HasSubstr("Postadres"), Not(HasSubstr("AGB"))));
  EXPECT_EQ(casework_->make_dossier(staff("informatiebalie"), "portero", {}).error().code, Code::kRefused);
  EXPECT_FALSE(casework_->make_dossier(jurist_, "avg-inzage", {}));  // that one is for the person to ask
}

TEST_F(PorteroTest, NoClosureLeavesBeforeSomebodyChoseTheRemedy) {
  misuse();
  must(casework_->strike_record(jurist_, id_, "rechtsmiddel",
                                casework_->open(jurist_, id_)->profile.records["rechtsmiddel"][0].id, "Nog niet."));
  EXPECT_THAT(hindered(draft("portero-afsluiting-misbruik")), HasSubstr("een besluit is of een maatregel"));
}

TEST_F(PorteroTest, AClosureUnderTheContractNamesTheCivilCourtAndStartsNoTermForObjection) {
  misuse();
  const Id letter = draft("portero-afsluiting-misbruik", {{"objection_before", "2027-01-04"}});
  send(letter);
  EXPECT_EQ(fields(letter)["by_contract"], true);
  EXPECT_FALSE(fields(letter).contains("objection_before"));
  EXPECT_TRUE(casework_->open(jurist_, id_)->profile.terms.empty());
}

TEST_F(PorteroTest, AClosureThatIsADecisionNamesTheLastDayToObjectWhateverWasChosenBefore) {
  misuse();
  remedy("besluit");
  const Id letter = draft("portero-afsluiting-misbruik");
  send(letter);
  EXPECT_NE(fields(letter).value("by_contract", false), true);
  EXPECT_EQ(fields(letter)["objection_before"], "2027-01-04");
  EXPECT_EQ(casework_->open(jurist_, id_)->profile.terms.at(0).kind, "bezwaar");
}

TEST_F(PorteroTest, ClosingForMisuseIsRefusedUntilAllIsOnRecordAndSaysWhatIsMissing) {
  const Id letter = draft("portero-afsluiting-misbruik");
  EXPECT_THAT(hindered(letter),
              AllOf(HasSubstr("misbruik vast als feit"), HasSubstr("betrokken medewerker of de contactpersoon"),
                    HasSubstr("tekenbevoegd")));
  fact("2026-11-16", "onzorgvuldig");
  EXPECT_THAT(hindered(letter), HasSubstr("misbruik vast als feit"));  // careless use is no misuse
  fact("2026-11-17", "buiten-doel", "Gegevens ingezien van wie er geen cliënt is.");
  contact("2026-11-18", "contactpersoon", "niet-bereikt");
  signatory();
  EXPECT_THAT(hindered(letter), AllOf(HasSubstr("poging"), Not(HasSubstr("feit")), Not(HasSubstr("tekenbevoegd"))));
  contact("2026-11-19", "tekenbevoegde", "telefoon");
  EXPECT_THAT(hindered(letter), HasSubstr("contactpersoon"));  // the text names employee and contact person
  contact("2026-11-20", "contactpersoon", "telefoon");
  send(draft("portero-afsluiting-misbruik"));
  EXPECT_EQ(stand(), "afgesloten");
}

TEST_F(PorteroTest, ClosingForCarelessUseNeedsRepetitionDisciplineAndContactFirst) {
  const Id letter = draft("portero-afsluiting-onzorgvuldig");
  EXPECT_THAT(hindered(letter),
              AllOf(HasSubstr("twee verschillende dagen"), HasSubstr("discipline"), HasSubstr("contact")));
  fact("2026-11-16", "onzorgvuldig");
  fact("2026-11-16", "onzorgvuldig", "Nog een account, dezelfde dag.");
  EXPECT_THAT(hindered(letter), HasSubstr("twee verschillende dagen"));
  fact("2026-11-17", "onzorgvuldig");
  discipline();
  EXPECT_THAT(hindered(letter), AllOf(HasSubstr("contact"), Not(HasSubstr("discipline"))));
  contact("2026-11-18", "organisatiebeheerder", "gesprek");
  EXPECT_EQ(hindered(letter), "");
}

TEST_F(PorteroTest, AFactThatIsStruckOutNoLongerCounts) {
  fact("2026-11-16", "onzorgvuldig");
  fact("2026-11-17", "onzorgvuldig");
  discipline();
  contact("2026-11-18", "contactpersoon", "gesprek");
  const Id entry = casework_->open(jurist_, id_)->profile.records["feit"][1].id;
  EXPECT_EQ(casework_->strike_record(jurist_, id_, "feit", entry, " ").error().code, Code::kRefused);
  must(casework_->strike_record(jurist_, id_, "feit", entry, "Verkeerde organisatie."));
  EXPECT_THAT(hindered(draft("portero-afsluiting-onzorgvuldig")), HasSubstr("twee verschillende dagen"));
  EXPECT_THAT(casework_->open(jurist_, id_)->profile.records["feit"][1].struck, HasSubstr("Verkeerde organisatie."));
}

TEST_F(PorteroTest, WhatWasStruckOutAfterApprovalStopsTheLetterAtTheDoor) {
  fact("2026-11-17", "rechten-aan-anderen");
  contact("2026-11-18", "medewerker", "telefoon");
  signatory();
  const Id letter = draft("portero-afsluiting-misbruik");
  ASSERT_EQ(hindered(letter), "");
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter));
  must(casework_->strike_record(jurist_, id_, "feit", casework_->open(jurist_, id_)->profile.records["feit"][0].id,
                                "Onjuist."));
  EXPECT_THAT(casework_->send(jurist_, letter, {.route = "post", .address = {"Wolkenlaan 7"}}).error().subject,
              HasSubstr("misbruik vast als feit"));
}

TEST_F(PorteroTest, LettersTakeTheirFactsFromTheRecordAndNobodyTypesOthers) {
  fact("2026-11-17", "onzorgvuldig", "Drie gebruikers deelden een code.");
  fact("2026-11-16", "onzorgvuldig", "Een gebruiker was twee keer ingelogd.");
  contact("2026-11-18", "contactpersoon", "telefoon");
  const Id letter = draft("portero-waarschuwing", {{"measures_before", "2026-12-15"}});
  must(casework_->edit_letter(jurist_, letter,
                              {{"facts", nlohmann::json::array()}, {"organisation_name", "Een ander"}}));
  const nlohmann::json made = fields(letter);
  ASSERT_EQ(made["facts"].size(), 2u);
  EXPECT_EQ(made["facts"][0]["day"], "2026-11-16");  // in order of day
  EXPECT_EQ(made["facts"][1]["what"], "Drie gebruikers deelden een code.");
  EXPECT_EQ(made["organisation_name"], "Stichting Zorggroep Het Luchtkasteel");
  EXPECT_EQ(made["measures"], nlohmann::json({"ieder een eigen account"}));
  EXPECT_THAT(made["addressee"].get<std::string>(), AllOf(HasSubstr("Luchtkasteel"), HasSubstr("Wolkenlaan 7")));
}

TEST_F(PorteroTest, AClosedOrganisationCanBeReopenedOnlyAfterImprovement) {
  EXPECT_THAT(
      hindered(draft("portero-heropening", {{"reopened_from", "2027-01-01"}, {"conditions", {"eigen accounts"}}})),
      AllOf(HasSubstr("In onderzoek"), HasSubstr("verbeterde")));
  fact("2026-11-17", "buiten-doel");
  contact("2026-11-18", "medewerker", "telefoon");
  signatory();
  send(draft("portero-afsluiting-misbruik"));
  EXPECT_THAT(hindered(draft("portero-afsluiting-misbruik")), HasSubstr("Afgesloten"));
  must(
      casework_->add_record(jurist_, id_, "verbetering",
                            {{"dag", "2026-11-20"}, {"wat", "Alle accounts zijn persoonlijk."}, {"waaruit", "lijst"}}));
  const Id letter = draft("portero-heropening", {{"reopened_from", "2027-01-01"}, {"conditions", {"eigen accounts"}}});
  EXPECT_EQ(fields(letter)["closed_from"], "2026-12-01");
  send(letter);
  EXPECT_EQ(stand(), "heropend");
}

TEST_F(PorteroTest, ATalkOfBeforeTheMisuseIsNoContactAboutItAndIsNotPrinted) {
  contact("2024-01-10", "contactpersoon", "gesprek");
  fact("2026-11-20", "buiten-doel");
  signatory();
  EXPECT_THAT(hindered(draft("portero-afsluiting-misbruik")), HasSubstr("contactpersoon"));
  contact("2026-11-21", "contactpersoon", "telefoon");
  const Id letter = draft("portero-afsluiting-misbruik");
  EXPECT_EQ(hindered(letter), "");
  ASSERT_EQ(fields(letter)["contacts"].size(), 1u);
  EXPECT_EQ(fields(letter)["contacts"][0]["day"], "2026-11-21");
}

TEST_F(PorteroTest, AfterAReopeningOnlyWhatHappenedSinceCounts) {
  const nlohmann::json reopened = {{"reopened_from", "2027-01-01"}, {"conditions", {"eigen accounts"}}};
  fact("2026-11-17", "buiten-doel", "Het oude feit.");
  contact("2026-11-18", "medewerker", "telefoon");
  signatory();
  send(draft("portero-afsluiting-misbruik"));
  improvement("2026-11-20");
  send(draft("portero-heropening", reopened));
  ASSERT_EQ(stand(), "heropend");
  EXPECT_THAT(hindered(draft("portero-afsluiting-misbruik")),
              AllOf(HasSubstr("misbruik vast als feit"), HasSubstr("contactpersoon"), Not(HasSubstr("tekenbevoegd"))));
  now_ += 2 * kDay;
  fact("2026-11-23", "buiten-doel", "Het nieuwe feit.");
  EXPECT_THAT(hindered(draft("portero-afsluiting-misbruik")),
              AllOf(Not(HasSubstr("als feit")), HasSubstr("contactpersoon")));
  contact("2026-11-24", "medewerker", "telefoon");
  const Id letter = draft("portero-afsluiting-misbruik");
  ASSERT_EQ(fields(letter)["facts"].size(), 1u);
  EXPECT_EQ(fields(letter)["facts"][0]["what"], "Het nieuwe feit.");
  EXPECT_EQ(fields(letter)["contacts"].size(), 1u);
  send(letter);
  EXPECT_EQ(stand(), "afgesloten");
  EXPECT_THAT(hindered(draft("portero-heropening", reopened)), HasSubstr("verbeterde"));
  improvement("2026-11-24");
  EXPECT_EQ(hindered(draft("portero-heropening", reopened)), "");
}

TEST_F(PorteroTest, AWarningOfBeforeAReopeningIsNotHeldAgainstTheOrganisation) {
  fact("2026-11-16", "onzorgvuldig");
  fact("2026-11-17", "onzorgvuldig");
  discipline();
  contact("2026-11-18", "contactpersoon", "telefoon");
  signatory();
  send(draft("portero-waarschuwing", {{"measures_before", "2026-12-15"}}));
  EXPECT_EQ(fields(draft("portero-afsluiting-onzorgvuldig"))["warned_on"], "2026-11-22");
  send(draft("portero-afsluiting-onzorgvuldig"));
  improvement("2026-11-20");
  send(draft("portero-heropening", {{"reopened_from", "2027-01-01"}, {"conditions", {"eigen accounts"}}}));
  const Id letter = draft("portero-afsluiting-onzorgvuldig");
  EXPECT_FALSE(fields(letter).contains("warned_on"));
  EXPECT_THAT(hindered(letter),
              AllOf(HasSubstr("twee verschillende dagen"), HasSubstr("discipline"), HasSubstr("contact")));
}

TEST_F(PorteroTest, WhatAClosureMeansIsToldOnlyAfterItAndNamesItsDays) {
  const nlohmann::json typed = {
      {"applications", "Per post."}, {"running", "Die lopen door."}, {"contact_person", "L. Bedacht"}};
  EXPECT_THAT(hindered(draft("portero-gevolgen", typed)), HasSubstr("In onderzoek"));
  fact("2026-11-17", "buiten-doel");
  contact("2026-11-18", "medewerker", "telefoon");
  signatory();
  send(draft("portero-afsluiting-misbruik"));
  const Id letter = draft("portero-gevolgen", typed);
  EXPECT_EQ(fields(letter)["closed_on"], "2026-11-22");
  EXPECT_EQ(fields(letter)["closed_from"], "2026-12-01");
  send(letter);
  EXPECT_EQ(stand(), "afgesloten");
}

TEST_F(PorteroTest, ADataBreachRunsFor72HoursThroughTheWeekendAndEndsWithItsOutcome) {
  must(
      casework_->add_record(jurist_, id_, "datalek", {{"ontdekt", "2026-11-20T14:05"}, {"wat", "Dossiers ingezien."}}));
  EXPECT_EQ(stored(id_).due, "2026-11-23");
  const auto terms = casework_->open(jurist_, id_)->profile.terms;
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_THAT(terms[0].steps.at(1), HasSubstr("23 november 2026, 14:05"));
  must(casework_->add_record(
      jurist_, id_, "datalek-afloop",
      {{"wanneer", "2026-11-22T09:00"}, {"uitkomst", "gemeld"}, {"waarom", "AP 1234"}, {"clienten", "nee"}}));
  EXPECT_EQ(stored(id_).due, "");
}

TEST_F(PorteroTest, WhatIsStillToComeIsNoFact) {
  const auto added = casework_->add_record(
      jurist_, id_, "feit", {{"dag", "2026-12-24"}, {"soort", "onzorgvuldig"}, {"wat", "x"}, {"waaruit", "y"}});
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().subject, HasSubstr("toekomst"));
  EXPECT_EQ(casework_->add_record(jurist_, id_, "maatregel", {}).error().code, Code::kRefused);  // the program's own
}

TEST_F(PorteroTest, ASanctionLetterGoesOutOfItsOwnKindOfDossierOnly) {
  const Id other = dossier("avg-inzage", DossierState::kReview);
  const auto letter = casework_->draft(jurist_, other, "portero-waarschuwing");
  ASSERT_TRUE(letter);
  EXPECT_THAT(casework_->propose(jurist_, *letter).error().subject, HasSubstr("Portero"));
}

TEST_F(PorteroTest, EveryEntryIsInTheLedgerWithoutItsContent) {
  fact("2026-11-17", "onzorgvuldig", "Geheim feit.");
  const auto entries = ledger();
  const auto found = std::ranges::find(entries, std::string("dossier.record"), &crypto::LedgerEntry::action);
  ASSERT_NE(found, entries.end());
  EXPECT_EQ(found->detail, "record=feit");
  EXPECT_EQ(found->line().find("Geheim"), std::string::npos);
}

TEST(PorteroRules, NameLettersAndFieldsThatExist) {
  const auto rules = intake::RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
  const auto press = templates::LetterPress::load(ZP_SOURCE_DIR "/templates/letters", {});
  ASSERT_TRUE(rules && press);
  for (const intake::RequestRule& rule : rules->requests())
    for (const intake::MeasureRule& measure : rule.book.measures) {
      const auto letter = std::ranges::find((*press)->letters(), measure.letter, &templates::LetterInfo::name);
      ASSERT_NE(letter, (*press)->letters().end()) << measure.letter;
      EXPECT_THAT(letter->for_kinds, ::testing::Contains(rule.name)) << measure.letter;
      for (const intake::LetterSource& source : measure.fields)
        EXPECT_NE(std::ranges::find(letter->fields, source.field, &templates::LetterField::name), letter->fields.end())
            << measure.letter << " " << source.field;
    }
}

}  // namespace
}  // namespace zp::gateway
