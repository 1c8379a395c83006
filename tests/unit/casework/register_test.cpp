#include "gateway/casework/register.h"

#include <gmock/gmock.h>

#include "gateway/process/process.h"
#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using ::testing::HasSubstr;

constexpr const char* kMentorKind = "informatie-mentor-curator-bewindvoerder";

class RegisterTest : public Desk {
 protected:
  RegisterTest() : clerk_(staff("postkamer")) {
    const auto made = casework_->make_dossier(clerk_, "clientregister",
                                              {{"naam", "Cornelia Voorbeeld"}, {"geboortedatum", "1948-03-12"}});
    if (!made) throw std::runtime_error(made.error().message());
    register_ = *made;
  }

  void mentor(const char* name, const char* email, const char* from, const char* until = "",
              const char* replaces = "nee", const char* scope = "informatie kopie") {
    must(casework_->add_record(clerk_, register_, "vertegenwoordiging",
                               {{"rol", "mentor"},
                                {"naam", name},
                                {"email", email},
                                {"waarvoor", scope},
                                {"bewijs", "beschikking van 3 februari 2024"},
                                {"vanaf", from},
                                {"tot", until},
                                {"vervangt", replaces}}));
  }
  void consent(const char* kind, const char* to) {
    must(casework_->add_record(clerk_, register_, "toestemming",
                               {{"aan_soort", kind},
                                {"aan", to},
                                {"waarvoor", "kopie-indicatiebesluit"},
                                {"door", "client"},
                                {"document", "brief van 3 november 2026"},
                                {"gegeven", "2026-11-03"}}));
  }
  /// A dossier in which `name` asks about the client of the register.
  Id request(const std::string& kind, const std::string& role, const std::string& name,
             const std::string& email = "karin@example.org") {
    const Id id = dossier(kind, DossierState::kReview,
                          {{"requester_role", role}, {"requester_name", name}, {"client_name", "Cornelia Voorbeeld"}});
    must(casework_->edit_person(clerk_, id, {name, role, {}, email, {}, {}},
                                {"Cornelia VOORBEELD", "client", "1948-03-12", {}, {}, {}}));
    return id;
  }
  /// Known without a copy of an identity document, and judged by what the register says now.
  void identified(const Id& id) {
    must(casework_->add_record(clerk_, id, "identiteit", {{"hoe", "telefoon"}, {"dag", "2026-11-03"}}));
    must(casework_->evaluate(clerk_, id));
  }
  /// An answer to the requester that lies ready in the mailbox, and its place on the shelf.
  Id answer(const Id& id) {
    identified(id);
    const Actor jurist = staff("jurist");
    const auto letter = casework_->draft(jurist, id, "antwoord-vertegenwoordiger",
                                         {{"answers", {{{"question", "Vraag"}, {"answer", "Antwoord"}}}}});
    EXPECT_TRUE(letter) << letter.error().message();
    must(casework_->propose(jurist, *letter));
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
    const auto message = casework_->send(jurist, *letter, {.code_way = "telefonisch"});
    EXPECT_TRUE(message) << message.error().message();
    return message.value_or(Id{});
  }
  intake::RequirementState state_of(const Id& id, const char* slot) {
    const auto evaluation = casework_->evaluate(worker(), id);
    for (const auto& one : evaluation->requirements)
      if (one.slot == slot) return one.state;
    ADD_FAILURE() << slot;
    return {};
  }
  /// What a letter about a copy speaks of.
  void enclose_copy(const Id& id, const Id& letter) {
    must(casework_->enclose_document(staff("jurist"), letter, document(id, "decision")));
  }
  std::string refusal(const Id& id, const char* name, const nlohmann::json& fields) {
    const Actor jurist = staff("jurist");
    const auto letter = casework_->draft(jurist, id, name, fields);
    if (!letter) return letter.error().message();
    enclose_copy(id, *letter);
    const auto proposed = casework_->propose(jurist, *letter);
    return proposed ? "" : proposed.error().subject;
  }
  std::string copy(const Id& id) {
    return refusal(id, "kopie-indicatiebesluit", {{"decision_date", "2025-06-20"}, {"pages", "4"}});
  }

  Actor clerk_;
  Id register_;
};

TEST_F(RegisterTest, IsOneForEachClientAndNoWorkForTheList) {
  const auto again = casework_->make_dossier(clerk_, "clientregister",
                                             {{"naam", "cornelia voorbeeld"}, {"geboortedatum", "1948-03-12"}});
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().subject, HasSubstr("heeft al een register"));
  EXPECT_TRUE(casework_->make_dossier(clerk_, "clientregister",
                                      {{"naam", "Cornelia Voorbeeld"}, {"geboortedatum", "1950-01-01"}}));
  EXPECT_EQ(casework_->classify(clerk_, dossier("onbekend", DossierState::kReview), "clientregister").error().code,
            Code::kRefused);
  EXPECT_TRUE(casework_->list(clerk_, {.but = {"clientregister"}})->size() < casework_->list(clerk_, {})->size());
}

TEST_F(RegisterTest, ProofOnFileMeetsTheRequirementOfTheSamePerson) {
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  EXPECT_EQ(state_of(id, "court-order"), intake::RequirementState::kMissing);
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  EXPECT_EQ(state_of(id, "court-order"), intake::RequirementState::kMet);
  EXPECT_EQ(state_of(request(kMentorKind, "mentor", "Iemand Anders"), "court-order"),
            intake::RequirementState::kMissing);
  EXPECT_EQ(state_of(request(kMentorKind, "mentor", "Karin de Model", "ander@example.org"), "court-order"),
            intake::RequirementState::kDoubtful);  // a person looks whether it is she
}

TEST_F(RegisterTest, ARepresentativeCountsForNothingOutsideTheScope) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  must(casework_->strike_record(clerk_, register_, "vertegenwoordiging",
                                casework_->open(clerk_, register_)->profile.records["vertegenwoordiging"][0].id,
                                "Te ruim."));
  must(casework_->add_record(clerk_, register_, "vertegenwoordiging",
                             {{"rol", "mentor"},
                              {"naam", "Karin de Model"},
                              {"email", "karin@example.org"},
                              {"waarvoor", "informatie"},
                              {"bewijs", "beschikking"},
                              {"vanaf", "2024-02-03"},
                              {"vervangt", "nee"}}));
  EXPECT_EQ(state_of(request(kMentorKind, "mentor", "Karin de Model"), "court-order"), intake::RequirementState::kMet);
  const Id id = request("kopie-indicatiebesluit", "mentor", "Karin de Model");
  EXPECT_EQ(state_of(id, "court-order"), intake::RequirementState::kDoubtful);
  EXPECT_THAT(copy(id), HasSubstr("geen geldige toestemming"));
}

TEST_F(RegisterTest, WhatEndedNoLongerCountsFromTheNextDayOn) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03", "2026-11-22");
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  EXPECT_EQ(state_of(id, "court-order"), intake::RequirementState::kMet);  // its last day
  now_ += kDay;
  EXPECT_EQ(state_of(id, "court-order"), intake::RequirementState::kMissing);
  EXPECT_THAT(refusal(id, "antwoord-vertegenwoordiger",
                      {{"answers", {{{"question", "V"}, {"answer", "A"}}}}, {"capacity", "mentor"}, {"proof", "p"}}),
              HasSubstr("geen vertegenwoordiger"));
}

TEST_F(RegisterTest, AMessageCanBeReadUntilTheLastDayAndNoLonger) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03", "2026-11-30");
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  const Id message = answer(id);
  must(store_->read([&](StoreReader& store) -> Result<void> {
    EXPECT_EQ(local_date(store.message(message)->expires - 1), "2026-11-30");
    return {};
  }));
}

TEST_F(RegisterTest, AChangeOfMentorMovesAccessTheSameDay) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  const Id message = answer(id);
  EXPECT_EQ(*casework_->move_access(worker(), register_), 0u);  // nothing has changed yet
  mentor("Bram Bedacht", "bram@example.org", "2026-11-22", "", "ja");
  EXPECT_EQ(*casework_->move_access(worker(), register_), 1u);
  const auto open = casework_->open(clerk_, id);
  EXPECT_EQ(open->profile.requester.name, "Bram Bedacht");
  EXPECT_EQ(open->profile.requester.email, "bram@example.org");
  EXPECT_EQ(open->profile.access_code, "");
  EXPECT_EQ(open->messages.at(0).row.state, "recalled");
  EXPECT_EQ(open->messages.at(0).row.id, message);
  EXPECT_EQ(casework_->search(clerk_, "bedacht")->size(), 1u);
  EXPECT_EQ(*casework_->move_access(worker(), register_), 0u);  // once
  ASSERT_TRUE(open->known);
  EXPECT_EQ(open->known->representations.at(0).until, "2026-11-21");
}

TEST_F(RegisterTest, AccessEndsByItselfWhenNobodyTakesThePlace) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03", "2026-11-22");
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  answer(id);
  must(store_->read([&](StoreReader& store) -> Result<void> {
    const auto jobs = *store.jobs(false);
    EXPECT_EQ(std::ranges::count_if(
                  jobs, [](const Job& one) { return one.kind == "access" && local_date(one.run_at) == "2026-11-23"; }),
              1);
    return {};
  }));
  now_ += kDay;
  EXPECT_EQ(*casework_->move_access(worker(), register_), 1u);
  const auto open = casework_->open(clerk_, id);
  EXPECT_EQ(open->messages.at(0).row.state, "recalled");
  EXPECT_EQ(open->profile.access_code, "");
  EXPECT_THAT(open->profile.tasks.back(), HasSubstr("wie nu namens de cliënt"));
  EXPECT_EQ(*casework_->move_access(worker(), register_), 0u);
}

TEST_F(RegisterTest, TwoMentorsTogetherStayWhenNeitherTakesThePlaceOfTheOther) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  mentor("Bram Bedacht", "bram@example.org", "2026-11-22");
  EXPECT_EQ(state_of(request(kMentorKind, "mentor", "Karin de Model"), "court-order"), intake::RequirementState::kMet);
}

TEST_F(RegisterTest, ACopyIsRefusedWithoutConsentAndSaysWhatToPutOnRecord) {
  const Id id = request("kopie-indicatiebesluit", "zorgaanbieder", "Zorggroep Het Luchtkasteel");
  EXPECT_THAT(copy(id), HasSubstr("aan wie, waarvoor, sinds wanneer en met welk document"));
  consent("zorgaanbieder", "Een andere zorggroep");
  EXPECT_THAT(copy(id), HasSubstr("geen geldige toestemming"));
  consent("zorgaanbieder", "Zorggroep Het Luchtkasteel");
  EXPECT_EQ(copy(id), "");
  EXPECT_THAT(refusal(request("kopie-indicatiebesluit", "zorgaanbieder", "Zorggroep Het Luchtkasteel"),
                      "kopie-indicatiebesluit", {{"decision_date", "2025-06-20"}, {"pages", "4"}, {"basis", ""}}),
              HasSubstr("Vul nog in"));
}

TEST_F(RegisterTest, AWithdrawnConsentStopsALetterThatWasApproved) {
  consent("zorgaanbieder", "Zorggroep Het Luchtkasteel");
  const Id id = request("kopie-indicatiebesluit", "zorgaanbieder", "Zorggroep Het Luchtkasteel");
  const Actor jurist = staff("jurist");
  const auto letter =
      casework_->draft(jurist, id, "kopie-indicatiebesluit", {{"decision_date", "2025-06-20"}, {"pages", "4"}});
  enclose_copy(id, *letter);
  must(casework_->propose(jurist, *letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
  const Id entry = casework_->open(clerk_, register_)->profile.records["toestemming"][0].id;
  EXPECT_EQ(casework_->end_record(clerk_, register_, "toestemming", entry, "2026-11-22", "").error().code,
            Code::kRefused);
  must(casework_->end_record(clerk_, register_, "toestemming", entry, "2026-11-22", "brief van de cliënt"));
  EXPECT_THAT(casework_->send(jurist, *letter, {}).error().subject, HasSubstr("geen geldige toestemming"));
}

TEST_F(RegisterTest, TheClientAndARepresentativeWithThatScopeNeedNoConsent) {
  const Id own = dossier("kopie-indicatiebesluit", DossierState::kReview, {{"requester_role", "self"}});
  must(casework_->edit_person(clerk_, own, {"Cornelia Voorbeeld", "self", "1948-03-12", "c@example.org", {}, {}},
                              {"Cornelia Voorbeeld", "client", "1948-03-12", {}, {}, {}}));
  EXPECT_THAT(copy(own), HasSubstr("identiteitsbewijs"));
  identified(own);
  EXPECT_EQ(copy(own), "");
  const Id id = request("kopie-indicatiebesluit", "mentor", "Karin de Model");
  EXPECT_THAT(copy(id), HasSubstr("niet als vertegenwoordiger"));
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  EXPECT_THAT(copy(id), HasSubstr("Beschikking van de rechter"));  // judged before the register knew her
  identified(id);
  EXPECT_EQ(copy(id), "");
}

TEST_F(RegisterTest, TheGpGetsACopyOnConsentForThatPracticeOnly) {
  const Id id = request("kopie-indicatiebesluit", "self", "Cornelia Voorbeeld");
  const nlohmann::json fields = {{"decision_date", "2025-06-20"},
                                 {"addressee", "Huisartsenpraktijk De Linde\nDorpsstraat 1"},
                                 {"consent_on", "2026-11-03"}};
  EXPECT_THAT(refusal(id, "kopie-huisarts", fields), HasSubstr("deze huisarts"));
  consent("zorgaanbieder", "Huisartsenpraktijk De Linde");
  EXPECT_THAT(refusal(id, "kopie-huisarts", fields), HasSubstr("deze huisarts"));
  consent("huisarts", "Huisartsenpraktijk De Eik");
  EXPECT_THAT(refusal(id, "kopie-huisarts", fields), HasSubstr("deze huisarts"));
  consent("huisarts", "Huisartsenpraktijk De Linde");
  EXPECT_EQ(refusal(id, "kopie-huisarts", fields), "");
}

TEST_F(RegisterTest, OnceADecisionWentOutStaffAreProposedTheCopiesThatTheClientConsentedTo) {
  const auto tasks_after_sending = [&] {
    const Id id = request("kopie-indicatiebesluit", "self", "Cornelia Voorbeeld");
    identified(id);
    const auto letter = casework_->draft(staff("jurist"), id, "kopie-indicatiebesluit",
                                         {{"decision_date", "2025-06-20"}, {"pages", "4"}});
    enclose_copy(id, *letter);
    const Actor jurist = staff("jurist");
    must(casework_->propose(jurist, *letter));
    must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), *letter));
    must(casework_->send(jurist, *letter, {.route = "post", .address = {"Dorpsstraat 1"}}));
    return casework_->open(jurist, id)->profile.tasks;
  };
  EXPECT_THAT(tasks_after_sending(), testing::IsEmpty());
  consent("zorgaanbieder", "Zorggroep Het Luchtkasteel");
  EXPECT_THAT(tasks_after_sending(), testing::IsEmpty());
  consent("huisarts", "Huisartsenpraktijk De Linde");
  EXPECT_THAT(tasks_after_sending(), testing::ElementsAre(HasSubstr("3 november 2026 toestemming voor een kopie aan "
                                                                    "Huisartsenpraktijk De Linde")));
  must(casework_->end_record(clerk_, register_, "toestemming",
                             casework_->open(clerk_, register_)->profile.records["toestemming"][1].id, "2026-11-22",
                             "brief van de cliënt"));
  EXPECT_THAT(tasks_after_sending(), testing::IsEmpty());
}

TEST_F(RegisterTest, StaffSayThatTheClientAsksAndTheLetterNamesNoConsent) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  const Id id = request("kopie-indicatiebesluit", "mentor", "Karin de Model");
  const Actor jurist = staff("jurist");
  const auto letter = casework_->draft(jurist, id, "kopie-indicatiebesluit");
  EXPECT_TRUE(view(id, *letter).data.fields.contains("basis"));
  must(casework_->edit_letter(jurist, *letter, {{"own_request", true}}));
  EXPECT_EQ(view(id, *letter).data.fields["own_request"], true);
  EXPECT_FALSE(view(id, *letter).data.fields.contains("basis"));
}

TEST_F(RegisterTest, LettersToARepresentativePrintTheProofOnFile) {
  mentor("Karin de Model", "karin@example.org", "2024-02-03");
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  const auto letter = casework_->draft(staff("jurist"), id, "antwoord-vertegenwoordiger");
  auto open = casework_->open(clerk_, id);
  EXPECT_EQ(open->letters.at(0).data.fields["capacity"], "mentor");
  EXPECT_EQ(open->letters.at(0).data.fields["proof"], "beschikking van 3 februari 2024");
}

TEST_F(RegisterTest, LookingAtADossierIsALookAtTheRegisterToo) {
  const Id id = request(kMentorKind, "mentor", "Karin de Model");
  must(casework_->open(clerk_, id));
  const auto last = ledger().front();
  EXPECT_EQ(last.action, "register.read");
  EXPECT_EQ(last.dossier, register_.hex());
}

TEST_F(RegisterTest, WhoIsKnownWithoutACopyOfAnIdentityDocumentNeedsNone) {
  const Id id = dossier("avg-inzage", DossierState::kReview, {{"requester_role", "self"}});
  EXPECT_EQ(state_of(id, "requester-identity"), intake::RequirementState::kMissing);
  must(casework_->add_record(clerk_, id, "identiteit", {{"hoe", "telefoon"}, {"dag", "2026-11-03"}}));
  EXPECT_EQ(state_of(id, "requester-identity"), intake::RequirementState::kMet);
  EXPECT_EQ(state_of(id, "request"), intake::RequirementState::kMissing);
  const Id entry = casework_->open(clerk_, id)->profile.records.at("identiteit").front().id;
  must(casework_->strike_record(clerk_, id, "identiteit", entry, "Het was iemand anders."));
  EXPECT_EQ(state_of(id, "requester-identity"), intake::RequirementState::kMissing);
}

TEST_F(RegisterTest, DataDoNotLeaveBeforeItIsKnownWhoAsks) {
  const Id id = request("avg-inzage", "mentor", "Karin Mentor");
  const Actor jurist = staff("jurist");
  const auto letter = casework_->draft(jurist, id, "avg-inzage-toegekend");
  must(letter);
  EXPECT_THAT(casework_->propose(jurist, *letter).error().subject,
              testing::AllOf(HasSubstr("identiteitsbewijs"), HasSubstr("Beschikking van de rechter")));
  must(casework_->add_record(clerk_, id, "identiteit", {{"hoe", "telefoon"}, {"dag", "2026-11-03"}}));
  must(casework_->evaluate(clerk_, id));
  EXPECT_THAT(casework_->propose(jurist, *letter).error().subject,
              testing::AllOf(testing::Not(HasSubstr("identiteitsbewijs")), HasSubstr("Beschikking van de rechter")));
  mentor("Karin Mentor", "karin@example.org", "2024-02-03", "", "nee", "informatie avg");
  must(casework_->evaluate(clerk_, id));
  must(casework_->propose(jurist, *letter));
}

TEST_F(RegisterTest, AParentGetsNothingAboutAChildWithoutProofOfGezag) {
  for (const char* role : {"parent", "voogd"}) {
    const Id id = request("avg-inzage", role, std::string("Anna ") + role);
    identified(id);
    EXPECT_THAT(refusal(id, "avg-inzage-toegekend", test::kPurposes), HasSubstr("Bewijs van gezag"));
    must(casework_->add_record(clerk_, register_, "vertegenwoordiging",
                               {{"rol", role},
                                {"naam", std::string("Anna ") + role},
                                {"email", "karin@example.org"},
                                {"waarvoor", "avg"},
                                {"bewijs", "uittreksel uit het gezagsregister van 3 februari 2024"},
                                {"vanaf", "2024-02-03"},
                                {"vervangt", "nee"}}));
    must(casework_->evaluate(clerk_, id));
    EXPECT_EQ(state_of(id, "custody"), intake::RequirementState::kMet);
    EXPECT_EQ(refusal(id, "avg-inzage-toegekend", test::kPurposes), "");
  }
}

TEST_F(RegisterTest, AnAnswerAboutAClientDoesNotLeaveOnASignatureAlone) {
  const Id id = request(kMentorKind, "mentor", "Vreemde Snoeshaan");
  const nlohmann::json fields = {
      {"answers", {{{"question", "Welk zorgprofiel?"}, {"answer", "VV5"}}}}, {"capacity", "mentor"}, {"proof", "p"}};
  EXPECT_THAT(refusal(id, "antwoord-vertegenwoordiger", fields),
              testing::AllOf(HasSubstr("identiteitsbewijs"), HasSubstr("Beschikking van de rechter")));
}

TEST_F(RegisterTest, ALetterThatWaitsForProofLeavesFromNoKindThatDoesNotAskForIt) {
  const nlohmann::json fields = {
      {"answers", {{{"question", "V"}, {"answer", "A"}}}}, {"capacity", "mentor"}, {"proof", "p"}};
  for (const char* kind : {"kopie-indicatiebesluit", "wlz-aanvulling", "onbekend"})
    EXPECT_THAT(refusal(dossier(kind, DossierState::kReview), "antwoord-vertegenwoordiger", fields),
                HasSubstr("hoort niet bij dit soort verzoek"))
        << kind;
}

TEST_F(RegisterTest, WhoWroteByMailAsNobodyInParticularGetsNoDataUntilAPersonSaysWhoItIs) {
  const Id id = dossier(kMentorKind, DossierState::kReview, {{"requester_role", "self"}});
  const nlohmann::json fields = {
      {"answers", {{{"question", "V"}, {"answer", "A"}}}}, {"capacity", "mentor"}, {"proof", "p"}};
  EXPECT_THAT(refusal(id, "antwoord-vertegenwoordiger", fields), HasSubstr("wat de verzoeker van de cliënt is"));
}

TEST_F(RegisterTest, AProofThatWasNotAskedWhenItWasJudgedIsNotThere) {
  const Id id = dossier("avg-inzage", DossierState::kReview, {{"requester_role", "mentor"}});
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
    std::erase_if(open.profile.evaluation.value().requirements,
                  [](const auto& one) { return one.slot == "court-order"; });
    return save_dossier(store, open, now_);
  }));
  EXPECT_THAT(refusal(id, "avg-inzage-toegekend", test::kPurposes), HasSubstr("Beschikking van de rechter"));
}

TEST_F(RegisterTest, WhoCannotBeIdentifiedIsToldSoWithoutProof) {
  const Id id = request("avg-inzage", "self", "Cornelia Voorbeeld");
  const auto letter = casework_->draft(staff("jurist"), id, "avg-niet-geidentificeerd");
  must(letter);
  EXPECT_THAT(casework_->propose(staff("jurist"), *letter).error().subject, HasSubstr("Vul nog in"));
}

}  // namespace
}  // namespace zp::gateway
