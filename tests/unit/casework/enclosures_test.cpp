// What goes with a letter, documents out of other systems, and the overview of what is held about a person.
#include <gmock/gmock.h>

#include "gateway/casework/overview.h"
#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;
using testing::HasSubstr;
using testing::Not;

const std::map<std::string, std::string> kClient = {{"client_name", "Anna de Vries"}};

class EnclosuresTest : public Desk {
 protected:
  /// A dossier about the same person as every other.
  Id about_anna(const char* kind = "avg-inzage", DossierState state = DossierState::kComplete) {
    const Id id = dossier(kind, state, kClient);
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
      open.profile.requester = {"Anna de Vries", "client", "1948-03-12", "anna@example.org", "06 1", {"Straat 1"}};
      TRY_DO(store.set_tokens(id, search_tokens(vault_, open)));
      return save_dossier(store, open, now_);
    }));
    return id;
  }
  LetterData data(const Id& dossier, const Id& letter) {
    auto open = casework_->open(staff("jurist"), dossier);
    for (LetterView& one : open->letters)
      if (one.row.id == letter) return std::move(one.data);
    ADD_FAILURE() << "no such letter";
    return {};
  }
  Id draft(const Id& dossier, const char* name, const nlohmann::json& fields = {}) {
    const auto letter = casework_->draft(staff("jurist"), dossier, name, fields);
    EXPECT_TRUE(letter) << letter.error().message();
    return *letter;
  }
  Id add(const Id& dossier, const std::string& name, const std::string& content) {
    const auto id = casework_->add_document(staff("jurist"), dossier, name, "Zaaksysteem", as_bytes(content));
    EXPECT_TRUE(id) << id.error().message();
    return *id;
  }
  /// As after a letter to `recipient` went out by post.
  void posted(const Id& id, const char* name, const char* recipient) {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
      Letter letter{.id = Id::random(),
                    .dossier = id,
                    .name = name,
                    .state = "sent",
                    .author = Id::random(),
                    .approver = {},
                    .created = now_,
                    .changed = now_,
                    .object = {},
                    .data = {},
                    .key = {}};
      open.keys.seal(LetterData{.fields = nlohmann::json::object()}, letter);
      TRY_DO(store.put_letter(letter));
      Message message{.id = Id::random(),
                      .dossier = id,
                      .letter = letter.id,
                      .route = "post",
                      .state = "printed",
                      .shelf = {},
                      .created = now_,
                      .expires = 0,
                      .notified = 0,
                      .read = 0,
                      .key = {},
                      .data = {}};
      MessageData about;
      about.recipient = recipient;
      about.address = {"Plein 2"};
      open.keys.seal(about, message);
      return store.put_message(message);
    }));
  }
  void scanned(const Id& document, Malware verdict) {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto row, store.document(document));
      TRY_ASSIGN(auto keys, vault_.unlock(store, row.dossier));
      TRY_ASSIGN(auto details, keys.details(row));
      details.malware = verdict;
      row.state = "inspected";
      keys.seal(details, row);
      return store.update_document(row);
    }));
  }
};

TEST_F(EnclosuresTest, ADocumentOutOfAnotherSystemIsInspectedBeforeItMayGo) {
  const Id id = about_anna("avg-inzage");
  const Id letter = draft(id, "avg-inzage-toegekend");
  const Id document = add(id, "../besluit 2024.pdf", "%PDF-1.7 besluit");
  EXPECT_EQ(casework_->enclose_document(staff("jurist"), letter, document).error().code, Code::kRefused);
  scanned(document, Malware::kClean);
  must(casework_->enclose_document(staff("jurist"), letter, document));
  EXPECT_EQ(casework_->enclose_document(staff("jurist"), letter, document).error().code, Code::kRefused);  // once
  const auto enclosures = data(id, letter).enclosures;
  ASSERT_EQ(enclosures.size(), 1u);
  EXPECT_THAT(enclosures[0].name, Not(HasSubstr("/")));
  const auto content = casework_->enclosure(staff("jurist"), letter, enclosures[0].object);
  ASSERT_TRUE(content) << content.error().message();
  EXPECT_EQ(content->content.text(), "%PDF-1.7 besluit");
  StoreCounts counts;
  must(store_->read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(counts, store.counts());
    return {};
  }));
  EXPECT_EQ(counts.documents, counts.documents_declared);  // the balance stays even
}

TEST_F(EnclosuresTest, ALetterThatSpeaksOfACopyDoesNotGoWithoutIt) {
  const Id id = about_anna("kopie-indicatiebesluit");
  const Id letter = draft(id, "kopie-indicatiebesluit", {{"decision_date", "2026-01-05"}, {"pages", "4"}});
  const Actor author = staff("jurist");
  const auto refused = casework_->propose(author, letter);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().subject, HasSubstr("hoort een kopie"));
  const Id document = add(id, "besluit.pdf", "%PDF-1.7 besluit");
  scanned(document, Malware::kClean);
  must(casework_->enclose_document(author, letter, document));
  must(casework_->propose(author, letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter));
  scanned(document, Malware::kInfected);  // a newer scan
  EXPECT_EQ(casework_->send(author, letter, {}).error().code, Code::kRefused);
  scanned(document, Malware::kClean);
  must(casework_->send(author, letter, {}));
}

TEST_F(EnclosuresTest, PortabilityGivesWhatThePersonGaveAsJsonAndCsv) {
  const Id id = about_anna("avg-overdraagbaarheid");
  document(id, "request");
  must(casework_->note(staff("jurist"), id, "Notitie van ons"));
  const Id letter = draft(id, "avg-overdracht-toegekend");
  must(casework_->enclose_overview(staff("jurist", "avg-verzoek"), letter));
  must(casework_->enclose_overview(staff("jurist", "avg-verzoek"), letter));  // anew, not twice
  const LetterData with = data(id, letter);
  ASSERT_EQ(with.enclosures.size(), 2u);
  EXPECT_EQ(with.fields["files"].size(), 2u);
  const auto json = casework_->enclosure(staff("jurist"), letter, with.enclosures[0].object);
  ASSERT_TRUE(json) << json.error().message();
  const auto parsed = nlohmann::json::parse(json->content.text());
  EXPECT_THAT(parsed.dump(), HasSubstr("anna@example.org"));
  EXPECT_THAT(parsed.dump(), Not(HasSubstr("Notitie van ons")));
  const auto csv = casework_->enclosure(staff("jurist"), letter, with.enclosures[1].object);
  EXPECT_THAT(std::string(csv->content.text()), HasSubstr("\"Gegeven\";"));
  const Delivering post{.route = "post", .address = {"Straat 1"}};
  must(casework_->edit_letter(staff("jurist"), letter, {{"way", "U leest ze in uw postbus."}}));
  must(casework_->propose(staff("jurist"), letter));
  must(casework_->approve(staff("goedkeurder", "goedkeuren-brief"), letter));
  EXPECT_THAT(casework_->send(staff("jurist"), letter, post).error().subject, HasSubstr("kan niet op papier"));
  must(casework_->send(staff("jurist"), letter, {}));
}

TEST_F(EnclosuresTest, WhatIsLeftOutIsGoneFromTheStoreAndStaysInTheHistory) {
  const Id id = about_anna();
  const Id letter = draft(id, "avg-inzage-toegekend");
  must(casework_->enclose_overview(staff("jurist", "avg-verzoek"), letter));
  const Id object = data(id, letter).enclosures[0].object;
  must(casework_->leave_out(staff("jurist"), letter, object));
  const LetterData without = data(id, letter);
  EXPECT_EQ(without.enclosures.size(), 1u);
  EXPECT_EQ(without.changes.back().before[std::string(kEnclosuresChanged)].size(), 2u);
  EXPECT_EQ(casework_->enclosure(staff("jurist"), letter, object).error().code, Code::kNotFound);
}

TEST_F(EnclosuresTest, TheOverviewHasEveryDossierAboutThePersonAndNobodyElses) {
  const Id first = about_anna(), second = about_anna("avg-rectificatie");
  document(second, "request");
  const Id other = dossier("avg-inzage", DossierState::kReview);
  must(casework_->open(staff("postkamer"), second));
  const auto overview = casework_->overview(staff("jurist", "avg-verzoek"), first);
  ASSERT_TRUE(overview) << overview.error().message();
  EXPECT_THAT(overview->dossiers, testing::UnorderedElementsAre(stored(first).reference, stored(second).reference));
  ASSERT_EQ(overview->documents.size(), 1u);
  EXPECT_EQ(overview->documents[0].dossier, stored(second).reference);
  EXPECT_THAT(overview->looks, testing::Contains(testing::Field(&Overview::Item::what, "Dossier openen")));
  for (const auto& look : overview->looks) EXPECT_THAT(look.detail, Not(HasSubstr("test.")));  // no names of staff
  const auto entries = *casework_->ledger_about(staff("fg", "toezicht"), second);
  EXPECT_THAT(entries, testing::Contains(testing::Field(&crypto::LedgerEntry::action, "dossier.overview")));
  EXPECT_NE(stored(other).reference, overview->dossiers[0]);
}

TEST_F(EnclosuresTest, TheOverviewTellsRecordsInTheWordsOfTheirForm) {
  const Id id = about_anna();
  must(casework_->add_record(staff("jurist"), id, "identiteit", {{"hoe", "telefoon"}, {"dag", "2026-11-20"}}));
  const auto overview = casework_->overview(staff("jurist", "avg-verzoek"), id);
  ASSERT_TRUE(overview) << overview.error().message();
  EXPECT_THAT(overview->data, testing::Contains(testing::Field(
                                  &Overview::Item::detail,
                                  "Hoe weet u wie de verzoeker is? Teruggebeld op het nummer uit ons dossier; de "
                                  "controlevragen zijn goed beantwoord; Op welke dag: 20 november 2026")));
}

TEST_F(EnclosuresTest, WhoGotSomethingIsOnTheListOfThoseToNotify) {
  const Id id = about_anna("avg-rectificatie", DossierState::kAnswered);
  EXPECT_TRUE(casework_->overview(staff("jurist", "avg-verzoek"), id)->recipients.empty());
  posted(id, "kopie-huisarts", "Huisartsenpraktijk Zuid");
  const auto overview = casework_->overview(staff("jurist", "avg-verzoek"), id);
  ASSERT_TRUE(overview) << overview.error().message();
  ASSERT_EQ(overview->recipients.size(), 1u);
  EXPECT_EQ(overview->recipients[0].name, "Huisartsenpraktijk Zuid");
  EXPECT_EQ(overview->recipients[0].sent_on, "2026-11-22");
}

TEST_F(EnclosuresTest, TheLetterThatGrantsAccessTellsWhatEveryDossierHoldsAndWhoGotSomething) {
  const Id request = about_anna(), other = about_anna("avg-rectificatie");
  document(other, "request");
  posted(other, "kopie-huisarts", "Huisartsenpraktijk Zuid");
  must(casework_->open(staff("postkamer"), other));
  const auto fields = data(request, draft(request, "avg-inzage-toegekend")).fields;
  ASSERT_EQ(fields["recipients"].size(), 1U);
  EXPECT_EQ(fields["recipients"][0]["recipient"], "Huisartsenpraktijk Zuid");
  EXPECT_THAT(fields["recipients"][0]["ground"].get<std::string>(), Not(testing::IsEmpty()));
  EXPECT_FALSE(fields.contains("purposes"));  // two requests under the AVG: neither says what the data are for
  EXPECT_THAT(fields["retention_period"].get<std::string>(), HasSubstr("Uw gegevens laten verbeteren: 2 jaar"));
  EXPECT_THAT(fields["data_held"].dump(), HasSubstr("bestand.pdf"));
  EXPECT_THAT(fields["viewed_by"].dump(), HasSubstr("postkamer"));
}

TEST_F(EnclosuresTest, TheOverviewTellsWhoGaveEachDocumentAndPortabilityHoldsOnlyWhatThePersonGave) {
  const Id own = about_anna(), provider = about_anna("kopie-indicatiebesluit");
  document(own, "request");
  add(own, "huisartsbericht.pdf", "%PDF-1.7 bericht");
  document(provider, "aanvraag-zorgaanbieder");
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(vault_, store, provider));
    open.profile.client = {"Anna de Vries", "client", "1948-03-12", {}, {}, {}};
    open.profile.requester = {"Thuiszorg Noord", "zorgaanbieder", {}, {}, {}, {}};
    return save_dossier(store, open, now_);
  }));
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(vault_, store, own));
    open.profile.deliveries = {
        {.submission = Id::random(), .received = now_, .channel = "mail", .subject = "Mijn verzoek"},
        {.submission = Id::random(),
         .received = now_,
         .channel = "mail",
         .subject = "Verslag",
         .from = "arts@zuid.example"}};
    return save_dossier(store, open, now_);
  }));
  const auto overview = casework_->overview(staff("jurist", "avg-verzoek"), own);
  ASSERT_TRUE(overview) << overview.error().message();
  const auto who_gave = [](const auto& items) {
    std::vector<std::pair<std::string, bool>> given;
    for (const Overview::Item& item : items) given.emplace_back(item.source, item.given);
    return given;
  };
  const std::string person = "Van u, of van wie voor u optreedt";
  EXPECT_THAT(
      who_gave(overview->documents),
      testing::UnorderedElementsAre(std::pair(person, true), std::pair("Uit een ander systeem: Zaaksysteem", false),
                                    std::pair("Van Thuiszorg Noord", false)));
  EXPECT_THAT(who_gave(overview->messages),
              testing::UnorderedElementsAre(std::pair(person, true), std::pair("Van arts@zuid.example", false)));
  const auto held = data(own, draft(own, "avg-inzage-toegekend")).fields["data_held"];
  const auto report = std::ranges::find_if(
      held, [](const auto& row) { return row["content"].template get<std::string>().contains("huisartsbericht"); });
  ASSERT_NE(report, held.end());
  EXPECT_EQ((*report)["source"], "Uit een ander systeem: Zaaksysteem");
  for (const std::string& file : {overview_json(*overview, "CIZ", "2026-11-22", true), overview_csv(*overview, true)})
    EXPECT_THAT(file, testing::AllOf(HasSubstr("bestand.pdf"), Not(HasSubstr("huisartsbericht")),
                                     Not(HasSubstr("Thuiszorg")), Not(HasSubstr("Verslag"))));
}

TEST_F(EnclosuresTest, ADocumentOutOfAnotherSystemSaysOutOfWhich) {
  const Id id = about_anna();
  for (const char* origin : {"", " \n ", "twee\nregels"})
    EXPECT_EQ(casework_->add_document(staff("jurist"), id, "a.pdf", origin, as_bytes("%PDF")).error().code,
              Code::kRefused);
}

TEST_F(EnclosuresTest, EveryLookIsInTheLetterAndOfTooManyTheNewest) {
  const Id request = about_anna();
  const auto look = [&](int times) {
    for (int i = 0; i < times; ++i) {
      now_ += 60'000;
      must(ledger_->record(staff("postkamer"), "postkamer", act_name(Act::kOpenDossier), {request.hex(), {}, {}}));
    }
  };
  look(300);
  const auto all = data(request, draft(request, "avg-inzage-toegekend")).fields;
  EXPECT_GE(all["viewed_by"].size(), 300U);
  EXPECT_FALSE(all.contains("looks_left_out"));
  EXPECT_EQ(all["viewed_until"], "2026-11-22");
  look(2000);
  const auto newest = data(request, draft(request, "avg-inzage-toegekend")).fields;
  EXPECT_TRUE(newest["viewed_by"].back()["viewed_at"].get<std::string>().starts_with("2026-11-24"));
  EXPECT_GT(newest["looks_left_out"].get<std::size_t>(), 0U);
  EXPECT_GE(newest["looks_left_out"].get<std::size_t>() + newest["viewed_by"].size(), 2300U);
}

TEST_F(EnclosuresTest, PurposesComeFromWhatDossiersAreForAndMustBeFilledInWhereNoneSaysIt) {
  const Id request = about_anna();
  const Id letter = draft(request, "avg-inzage-toegekend");
  EXPECT_THAT(casework_->propose(staff("jurist"), letter).error().subject,
              HasSubstr("Vul nog in: Doelen en grondslagen (art. 15 lid 1 onder a)"));
  about_anna("wlz-aanvulling");
  EXPECT_EQ(
      data(request, draft(request, "avg-inzage-toegekend")).fields["purposes"],
      nlohmann::json({"uw aanvraag voor zorg uit de Wet langdurige zorg beoordelen (Wet langdurige zorg art. 3.2.3; "
                      "Awb art. 4:2 en 4:5)"}));
}

TEST_F(EnclosuresTest, TheLetterThatGrantsAccessSpeaksDutch) {
  const Id id = about_anna();
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
    open.profile.deliveries = {
        {.submission = Id::random(), .received = now_, .channel = "web"},
        {.submission = Id::random(), .received = now_, .channel = "mail", .subject = "Mijn verzoek"}};
    return save_dossier(store, open, now_);
  }));
  const std::string held = data(id, draft(id, "avg-inzage-toegekend")).fields["data_held"].dump();
  EXPECT_THAT(held,
              testing::AllOf(HasSubstr("12 maart 1948"), Not(HasSubstr("1948-03-12")), HasSubstr("via onze website"),
                             HasSubstr("per e-mail: Mijn verzoek"), Not(HasSubstr(": web"))));
}

TEST_F(EnclosuresTest, ADecisionNamesTheRecipientsWhoWereTold) {
  const Id id = about_anna("avg-rectificatie");
  EXPECT_FALSE(data(id, draft(id, "avg-rectificatie-toegekend")).fields.contains("told"));
  posted(id, "avg-kennisgeving-ontvanger", "Zorgkantoor Hier");
  EXPECT_EQ(data(id, draft(id, "avg-rectificatie-toegekend")).fields["told"], nlohmann::json({"Zorgkantoor Hier"}));
}

TEST_F(EnclosuresTest, WhoAsksForSomebodyElseWithoutSpeakingForThemIsARecipient) {
  const Id id = about_anna("kopie-indicatiebesluit");
  const auto asks = [&](const char* role) {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
      open.profile.client = {"Anna de Vries", "client", "1948-03-12", {}, {}, {}};
      open.profile.requester = {"Thuiszorg Noord", role, {}, {}, {}, {}};
      return save_dossier(store, open, now_);
    }));
    return casework_->overview(staff("jurist", "avg-verzoek"), id)->recipients.size();
  };
  posted(id, "kopie-indicatiebesluit", "Thuiszorg Noord");
  EXPECT_EQ(asks("zorgaanbieder"), 1U);
  EXPECT_EQ(asks("mentor"), 0U);
}

TEST(OverviewFiles, QuoteWhatWouldBreakATable) {
  Overview overview;
  overview.data = {{"ZP-1", "Naam", "nu", "\"Jan\"; en\nPiet", true}, {"ZP-1", "Notitie", "nu", "van ons", false}};
  EXPECT_THAT(overview_csv(overview, false), HasSubstr("\"\"\"Jan\"\"; en\nPiet\";\"\"\r\n"));
  EXPECT_THAT(overview_csv(overview, true), Not(HasSubstr("van ons")));
  EXPECT_EQ(nlohmann::json::parse(overview_json(overview, "CIZ", "2026-11-22", false))["gegevens"].size(), 2u);
}

}  // namespace
}  // namespace zp::gateway
