#include "tests/unit/casework/desk.h"

namespace zp::gateway {
namespace {

using test::Desk;

class CaseworkTest : public Desk {
 protected:
  /// A document with an image of each page, of which some were looked at.
  Id document_of_pages(const Id& dossier, const std::vector<bool>& looked_at) {
    const Id id = document(dossier, "request");
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto keys, vault_.unlock(store, dossier));
      TRY_ASSIGN(auto row, store.document(id));
      TRY_ASSIGN(auto details, keys.details(row));
      for (std::size_t i = 0; i < looked_at.size(); ++i) {
        intake::PageFindings& page = details.findings->pages.emplace_back();
        page.number = static_cast<int>(i + 1);
        page.looked_at = looked_at[i];
        TRY_ASSIGN(auto image, keys.put(*objects_, "page", as_bytes("beeld")));
        image.document = id;
        image.page = static_cast<std::uint32_t>(i + 1);
        TRY_DO(store.add_object(image));
      }
      keys.seal(details, row);
      return store.update_document(row);
    }));
    return id;
  }
};

TEST_F(CaseworkTest, EveryLookIsInTheLedgerWithItsPurpose) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const Actor postkamer = staff("postkamer");
  must(casework_->open(postkamer, id));
  const auto entries = ledger();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].actor, postkamer.user.hex());
  EXPECT_EQ(entries[0].action, "dossier.open");
  EXPECT_EQ(entries[0].dossier, id.hex());
  EXPECT_EQ(entries[0].purpose, "behandelen-verzoek");
  EXPECT_EQ(entries[0].outcome, "ok");
  EXPECT_FALSE(entries[0].ground.empty());
}

TEST_F(CaseworkTest, AnAdministratorOpensNothingAndTheAttemptIsOnRecord) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const Id file = document(id, "request");
  const Actor beheerder = staff("beheerder");
  EXPECT_EQ(casework_->open(beheerder, id).error().code, Code::kDenied);
  EXPECT_EQ(casework_->page(beheerder, file, 1, false).error().code, Code::kDenied);
  EXPECT_EQ(casework_->original(beheerder, file, [](ByteView) -> Result<void> { return {}; }).error().code,
            Code::kDenied);
  for (const auto& entry : ledger()) EXPECT_EQ(entry.outcome, "denied");
  EXPECT_EQ(ledger().size(), 3u);
}

TEST_F(CaseworkTest, WithoutAPurposeNothingOpens) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  EXPECT_EQ(casework_->open(staff("postkamer", ""), id).error().code, Code::kRefused);
  EXPECT_EQ(casework_->open(staff("postkamer", "toezicht"), id).error().code,
            Code::kRefused);  // not a purpose of this role
}

TEST_F(CaseworkTest, WhatTheScannerDidNotPassIsNotHandedOut) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const auto sink = [](ByteView) -> Result<void> { return {}; };
  for (const Malware verdict : {Malware::kPending, Malware::kInfected, Malware::kNotScannable, Malware::kScannerDown})
    EXPECT_EQ(casework_->original(staff("postkamer"), document(id, "request", verdict), sink).error().code,
              Code::kRefused);
  std::string got;
  must(casework_->original(staff("postkamer"), document(id, "request"), [&](ByteView bytes) -> Result<void> {
    got += as_text(bytes);
    return {};
  }));
  EXPECT_EQ(got, "inhoud");
}

TEST_F(CaseworkTest, APageThatNobodyLookedAtIsShownOnlyToWhoMayAndAsksForIt) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const Id file = document_of_pages(id, {true, false});
  must(casework_->page(staff("informatiebalie", "beantwoorden-vraag"), file, 1, false));
  EXPECT_EQ(casework_->page(staff("informatiebalie", "beantwoorden-vraag"), file, 2, false).error().code,
            Code::kDenied);
  must(casework_->page(staff("postkamer"), file, 2, false));
  std::vector<std::string> looked;  // the latest first
  for (const auto& entry : ledger()) looked.push_back(entry.action + " " + entry.outcome);
  EXPECT_EQ(looked, (std::vector<std::string>{"document.view-unmasked ok", "document.view-unmasked denied",
                                              "document.view ok"}));
}

TEST_F(CaseworkTest, APersonMayReleaseWhatCouldNotBeScanned) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  must(casework_->release(staff("postkamer"), document(id, "request", Malware::kNotScannable)));
}

TEST_F(CaseworkTest, WhatCountsAsMalwareIsReleasedOnlyByTheLawyerAndForAReason) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const Id file = document(id, "request", Malware::kInfected);
  EXPECT_EQ(casework_->release(staff("postkamer"), file, "Vals alarm.").error().code, Code::kDenied);
  EXPECT_EQ(casework_->release(staff("jurist"), file, " ").error().code, Code::kRefused);
  must(casework_->release(staff("jurist"), file, "Vals alarm, zegt de CISO."));
  EXPECT_EQ(ledger().front().action, "document.release-infected");
  must(casework_->original(staff("postkamer"), file, [](ByteView) -> Result<void> { return {}; }));
}

TEST_F(CaseworkTest, TheScannerLooksAgainWhenAskedTo) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const Id file = document(id, "request", Malware::kInfected);
  EXPECT_EQ(casework_->scan_again(staff("informatiebalie"), file).error().code, Code::kDenied);
  must(casework_->scan_again(staff("postkamer"), file));
  must(store_->read([&](StoreReader& store) -> Result<void> {
    const auto jobs = *store.jobs(false);
    const auto is_it = [&](const Job& one) { return one.kind == "rescan" && one.subject == file; };
    EXPECT_EQ(std::ranges::count_if(jobs, is_it), 1);
    return {};
  }));
}

TEST_F(CaseworkTest, ADossierIsFoundByEveryWordOfANameAndByNothingElse) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  const auto found = casework_->search(staff("postkamer"), "persoon TEST");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].dossier.id, id);
  EXPECT_EQ((*found)[0].requester, "Tést Persoon");
  EXPECT_TRUE(casework_->search(staff("postkamer"), "persoon anders")->empty());
}

TEST_F(CaseworkTest, AnAddressFindsWhoHasItAndNotWhoHasItsWords) {
  dossier("avg-inzage", DossierState::kReview);
  EXPECT_EQ(casework_->search(staff("postkamer"), "TEST@example.org")->size(), 1u);
  EXPECT_EQ(casework_->search(staff("postkamer"), "test@example.org Persoon")->size(), 1u);
  EXPECT_TRUE(casework_->search(staff("postkamer"), "persoon@example.org")->empty());
}

TEST_F(CaseworkTest, TwoPeopleAtOnceGetOneChangeAndOneConflict) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  must(casework_->confirm_complete(staff("postkamer"), id));
  EXPECT_EQ(casework_->confirm_complete(staff("postkamer"), id).error().code,
            Code::kRefused);  // it is complete already
  EXPECT_EQ(stored(id).state, DossierState::kComplete);
}

TEST_F(CaseworkTest, AnErasedDossierLeavesATombstoneAndNobodyOpensItsObjects) {
  const Id id = dossier("avg-inzage", DossierState::kAnswered);
  const Id file = document(id, "request");
  must(casework_->close(staff("jurist"), id));
  EXPECT_EQ(*casework_->propose_erasures(worker()), 0u);  // its retention has only begun
  now_ += 731LL * 24 * 3600 * 1000;
  EXPECT_EQ(casework_->erase(staff("jurist", "bewaartermijn"), id).error().code, Code::kRefused);  // nobody proposed it
  EXPECT_EQ(*casework_->propose_erasures(worker()), 1u);
  EXPECT_EQ(casework_->erase(staff("postkamer"), id).error().code, Code::kDenied);
  must(casework_->erase(staff("jurist", "bewaartermijn"), id));
  EXPECT_FALSE(casework_->open(staff("jurist"), id));
  EXPECT_FALSE(casework_->page(staff("jurist"), file, 1, false));
  must(store_->read([&](StoreReader& store) -> Result<void> {
    EXPECT_EQ(store.tombstones()->size(), 1u);
    EXPECT_TRUE(store.keys(id)->empty());
    const auto jobs = *store.jobs(false);
    EXPECT_EQ(std::ranges::count(jobs, std::string("remove-object"), &Job::kind), 1);
    return {};
  }));
}

TEST_F(CaseworkTest, AnAvgTermIsExtendedOnceAndOnlyInTheFirstMonth) {
  const Id late = dossier("avg-inzage", DossierState::kReview), id = dossier("avg-inzage", DossierState::kReview);
  EXPECT_EQ(stored(id).due, "2026-12-22");
  must(casework_->extend_term(staff("jurist"), id));
  EXPECT_EQ(casework_->open(staff("jurist"), id)->profile.terms.at(0).last_day, "2027-02-22");
  EXPECT_EQ(casework_->extend_term(staff("jurist"), id).error().code, Code::kRefused);
  now_ += 40LL * 24 * 3600 * 1000;
  EXPECT_EQ(casework_->extend_term(staff("jurist"), late).error().code, Code::kRefused);
}

TEST_F(CaseworkTest, TheLedgerVerifiesAfterWork) {
  const Id id = dossier("avg-inzage", DossierState::kReview);
  for (int i = 0; i < 10; ++i) must(casework_->open(staff("postkamer"), id));
  must(ledger_->checkpoint());
  const auto storage = open_ledger_files(path("/ledger"));
  const auto report = crypto::verify_ledger(**storage, verifier_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(report->covered, 10u);
}

}  // namespace
}  // namespace zp::gateway
