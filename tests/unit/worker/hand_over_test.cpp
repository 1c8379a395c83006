// The package for the case system, opened by gpg and unzip as the case system would.
#include "gateway/casework/hand_over.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "crypto/keyring/openpgp.h"
#include "gateway/process/process.h"
#include "tests/unit/worker/mail_came_in.h"

namespace zp::gateway {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;

std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  ::pclose(pipe);
  return output;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The zone's home and the case system's. Their paths are short: gpg's sockets lie in them.
struct Homes {
  Homes() {
    char path[] = "/tmp/zph-XXXXXX";
    base = ::mkdtemp(path);
    fs::create_directories(zone_data() + "/keys");
    EXPECT_TRUE(crypto::prepare_home(zone()));
    EXPECT_TRUE(crypto::prepare_home(theirs()));
    ours = crypto::generate_key(zone(), "Zorgloket", 10)->fingerprint;
    their_key = *crypto::export_public(theirs(), crypto::generate_key(theirs(), "Zaaksysteem", 10)->fingerprint);
    EXPECT_TRUE(crypto::import_keys(theirs(), as_bytes(*crypto::export_public(zone(), ours))));
  }
  ~Homes() {
    for (const std::string& home : {zone(), theirs()}) crypto::stop_agent(home);
    std::error_code error;
    for (int i = 0; i < 5 && fs::exists(base); ++i) fs::remove_all(base, error);
  }
  std::string zone_data() const { return base + "/d"; }
  std::string zone() const { return zone_data() + "/keys/zone"; }
  std::string theirs() const { return base + "/c"; }
  std::string base, ours, their_key;
};

class HandOverJobTest : public test::WorkerDesk {
 protected:
  static void SetUpTestSuite() { homes_ = new Homes; }
  static void TearDownTestSuite() { delete homes_; }
  HandOverJobTest() {
    now_ = static_cast<TimeMs>(std::time(nullptr)) * 1000;
    config_.limits.job_attempts = 3;
    config_.data = homes_->zone_data();
    config_.keys.zone_fingerprint = homes_->ours;
    config_.handover.folder = path("/handover");
    config_.handover.key = path("/case-system.asc");
    std::ofstream(config_.handover.key) << homes_->their_key;
    dossier_ = dossier("wlz-aanvulling", DossierState::kComplete, {{"application_reference", "WLZ-2026-17"}});
    document_ = document(dossier_, "request");
    infected_ = document(dossier_, "", Malware::kInfected);
    came_as(document_, as_bytes("inhoud"));
  }
  /// What filing and inspection would have put there.
  void came_as(const Id& id, ByteView content) {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto row, store.document(id));
      TRY_ASSIGN(auto keys, vault_.unlock(store, dossier_));
      TRY_ASSIGN(auto details, keys.details(row));
      details.name = "Brief van Jansen.pdf";
      details.sha256 = to_hex(crypto::sha256(content));
      keys.seal(details, row);
      return store.update_document(row);
    }));
  }
  test::CameIn mail(const std::string& text, const std::string& raw, std::vector<intake::MailPart> parts = {}) {
    intake::ParsedMail one;
    one.from_address = "test@example.org";
    one.subject = "Aanvulling " + stored(dossier_).reference;
    one.automatic = true;  // no receipt
    one.text = text;
    one.parts = std::move(parts);
    return test::mail_came_in(tools_, folder_.string(), std::move(one), raw);
  }
  HandOver hand_over() { return casework_->open(staff("jurist"), dossier_)->profile.hand_overs.front(); }
  void order() { must(casework_->hand_over(staff("postkamer"), dossier_)); }
  std::vector<std::string> packages() const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(config_.handover.folder, error), end; !error && entry != end;
         entry.increment(error))
      names.push_back(entry->path().filename());
    return names;
  }
  /// Where the package lies unpacked, by the private key of the case system.
  fs::path unpacked() {
    const std::string file = config_.handover.folder + "/" + package_name(hand_over());
    const std::string zip = path("/open.zip");
    const std::string said = output_of("gpg --homedir " + homes_->theirs() + " --batch --yes --output " + zip +
                                       " --decrypt " + file + " && unzip -o -d " + path("/open") + " " + zip);
    EXPECT_TRUE(fs::exists(path("/open") + "/overdracht.json")) << said;
    return path("/open");
  }
  std::vector<Job> dead() {
    std::vector<Job> jobs;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(jobs, store.jobs(true));
      return {};
    }));
    return jobs;
  }

  static inline Homes* homes_ = nullptr;
  Id dossier_ = {}, document_ = {}, infected_ = {};
};

TEST_F(HandOverJobTest, TheCaseSystemOpensThePackageAndFindsWhatCameIn) {
  order();
  work();
  const fs::path open = unpacked();
  EXPECT_EQ(read(open / "documenten/001.pdf"), "inhoud");
  EXPECT_FALSE(fs::exists(open / "documenten/002.pdf")) << "an infected document left";
  const auto json = nlohmann::json::parse(read(open / "overdracht.json"));
  EXPECT_EQ(json["kenmerk"], stored(dossier_).reference);
  EXPECT_EQ(json["kenmerk_aanvraag"], "WLZ-2026-17");
  EXPECT_EQ(json["verzoeker"]["naam"], "Tést Persoon");
  ASSERT_THAT(json["documenten"], SizeIs(1));
  EXPECT_EQ(json["documenten"][0]["naam"], "Brief van Jansen.pdf");
  EXPECT_EQ(json["documenten"][0]["sha256"], to_hex(crypto::sha256(as_bytes("inhoud"))));
}

TEST_F(HandOverJobTest, TheMailsGoAlongAsTheyCameAndAsText) {
  const std::string raw = "Subject: Aanvulling\r\n\r\nHierbij.\r\n";
  mail("Hierbij.\n", raw);
  order();
  work();
  const fs::path open = unpacked();
  EXPECT_EQ(read(open / "mails/001.eml"), raw);
  const auto json = nlohmann::json::parse(read(open / "overdracht.json"));
  ASSERT_THAT(json["mails"], SizeIs(1));
  EXPECT_EQ(json["mails"][0]["bestand"], "mails/001.eml");
  EXPECT_EQ(json["mails"][0]["sha256"], to_hex(crypto::sha256(as_bytes(raw))));
  EXPECT_EQ(json["mails"][0]["bytes"], raw.size());
  EXPECT_EQ(json["mails"][0]["tekst"], "Hierbij.\n");
  EXPECT_EQ(json["mails"][0]["van"], "test@example.org");
  EXPECT_EQ(json["mails"][0]["tekst_is_heel"], true);
}

TEST_F(HandOverJobTest, AMailThatBroughtMalwareGoesAlongAsTextAlone) {
  const auto came = mail("Hierbij.\n", "besmet", {{"besmet.pdf", "application/pdf", {'x'}}});
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto documents, store.documents(dossier_));
    for (Document row : documents) {
      if (row.submission != came.submission) continue;
      TRY_ASSIGN(auto keys, vault_.unlock(store, dossier_));
      TRY_ASSIGN(auto details, keys.details(row));
      details.malware = Malware::kInfected;
      row.state = "quarantined";
      keys.seal(details, row);
      TRY_DO(store.update_document(row));
    }
    return {};
  }));
  must(change(dossier_, [](OpenDossier& open) { open.dossier.state = DossierState::kComplete; }));
  order();
  work();
  const fs::path open = unpacked();
  EXPECT_FALSE(fs::exists(open / "mails"));
  const auto json = nlohmann::json::parse(read(open / "overdracht.json"));
  ASSERT_THAT(json["mails"], SizeIs(1));
  EXPECT_EQ(json["mails"][0]["bestand"], "");
  EXPECT_EQ(json["mails"][0]["tekst"], "Hierbij.\n");
}

TEST_F(HandOverJobTest, TheListIsSignedByTheZone) {
  order();
  work();
  const fs::path open = unpacked();
  const std::string verify = "gpg --homedir " + homes_->theirs() + " --batch --status-fd 1 --verify " +
                             (open / "overdracht.json.asc").string() + " " + (open / "overdracht.json").string();
  EXPECT_THAT(output_of(verify), HasSubstr("VALIDSIG " + homes_->ours));
  std::ofstream(open / "overdracht.json", std::ios::app) << " ";
  EXPECT_THAT(output_of(verify), HasSubstr("BADSIG"));
}

TEST_F(HandOverJobTest, TheDossierKeepsTheProof) {
  order();
  work();
  const HandOver proof = hand_over();
  ASSERT_THAT(packages(), testing::ElementsAre(package_name(proof)));
  EXPECT_EQ(proof.sha256, to_hex(crypto::sha256(as_bytes(read(config_.handover.folder + "/" + proof.file)))));
  EXPECT_EQ(proof.documents, 1u);
  EXPECT_THAT(casework_->open(staff("jurist"), dossier_)->profile.history.back().what, HasSubstr(proof.sha256));
  EXPECT_THAT(ledger(), testing::Contains(testing::Field(&crypto::LedgerEntry::detail, "sha256=" + proof.sha256)));
}

TEST_F(HandOverJobTest, EndsTheTermsOnTheDayOfTheOrder) {
  must(casework_->add_record(staff("postkamer"), dossier_, "aanvraag",
                             {{"ontvangen", "2026-11-02"}, {"gevraagd", "2026-11-09"}}));
  order();
  const std::string day = local_date(now_);
  work();
  EXPECT_EQ(stored(dossier_).due, "");
  const auto view = casework_->open(staff("jurist"), dossier_);
  must(view);
  ASSERT_FALSE(view->profile.terms.empty());
  for (const TermRecord& term : view->profile.terms) {
    EXPECT_FALSE(term.running) << term.kind;
    EXPECT_LE(term.ended, day) << term.kind;
    EXPECT_NE(term.ended, "") << term.kind;
  }
}

TEST_F(HandOverJobTest, DaysPutOnRecordAfterwardsSetNothingGoing) {
  order();
  work();
  must(casework_->add_record(staff("postkamer"), dossier_, "aanvraag",
                             {{"ontvangen", "2026-11-02"}, {"gevraagd", "2026-11-09"}}));
  EXPECT_EQ(stored(dossier_).due, "");
}

TEST_F(HandOverJobTest, TheCaseSystemIsARecipientOfWhatIsHeldAboutThePerson) {
  order();
  EXPECT_TRUE(casework_->overview(staff("jurist"), dossier_)->recipients.empty()) << "nothing went yet";
  work();
  const auto overview = casework_->overview(staff("jurist"), dossier_);
  must(overview);
  ASSERT_THAT(overview->recipients, SizeIs(1));
  EXPECT_THAT(overview->recipients[0].name, HasSubstr("Zaaksysteem"));
  EXPECT_EQ(overview->recipients[0].sent_on, local_date(now_));
}

TEST_F(HandOverJobTest, WhatWasTakenBackIsNotWrittenWhenTheCauseIsMended) {
  fs::remove(config_.handover.key);
  order();
  work();
  ASSERT_THAT(dead(), SizeIs(1));
  std::ofstream(config_.handover.key) << homes_->their_key;
  must(casework_->take_back_hand_over(staff("postkamer"), dossier_));
  work();
  EXPECT_THAT(packages(), SizeIs(0));
  EXPECT_THAT(dead(), SizeIs(0));
}

TEST_F(HandOverJobTest, NoNameAndNoContentLieInTheFolder) {
  order();
  work();
  for (const std::string& name : packages()) {
    EXPECT_THAT(name, testing::MatchesRegex("overdracht-[0-9a-f]+\\.zip\\.asc"));
    EXPECT_THAT(read(config_.handover.folder + "/" + name),
                testing::Not(testing::AnyOf(HasSubstr("inhoud"), HasSubstr("Jansen"))));
  }
}

TEST_F(HandOverJobTest, AKillAfterTheRenameMakesNoSecondPackage) {
  order();
  work();
  const std::string file = config_.handover.folder + "/" + hand_over().file, before = read(file);
  // As the kill left it: the package is there, the dossier does not know.
  must(change(dossier_, [](OpenDossier& open) { open.profile.hand_overs.front().written = 0; }));
  must(store_->write([&](StoreWriter& store) { return store.add_job(new_job("hand-over", dossier_, now_)); }));
  work();
  EXPECT_THAT(packages(), SizeIs(1));
  EXPECT_EQ(read(file), before);
  EXPECT_NE(hand_over().written, 0);
}

TEST_F(HandOverJobTest, AKillWhileItWasWrittenLeavesNothingBehind) {
  order();
  fs::create_directories(config_.handover.folder);
  std::ofstream(config_.handover.folder + "/" + package_name(hand_over()) + ".deel") << "half";
  work();
  EXPECT_THAT(packages(), testing::ElementsAre(package_name(hand_over())));
  unpacked();
}

TEST_F(HandOverJobTest, AnOriginalThatIsNotWhatCameInIsNotHandedOver) {
  came_as(document_, as_bytes("iets anders"));
  order();
  work();
  EXPECT_THAT(packages(), SizeIs(0));
  EXPECT_THAT(dead(), SizeIs(1));
}

TEST_F(HandOverJobTest, WithoutAKeyItWaitsForAPersonAndThenGoesOn) {
  fs::remove(config_.handover.key);
  order();
  work();
  ASSERT_THAT(dead(), SizeIs(1));
  std::ofstream(config_.handover.key) << homes_->their_key;
  must(casework_->retry_hand_over(staff("postkamer"), dossier_));
  work();
  EXPECT_THAT(packages(), SizeIs(1));
}

TEST_F(HandOverJobTest, AFolderThatCannotBeWrittenIsTriedAgain) {
  std::ofstream(config_.handover.folder) << "a file";
  order();
  work();
  EXPECT_EQ(hand_over().written, 0);
  fs::remove(config_.handover.folder);
  now_ += kHour;
  work();
  EXPECT_THAT(packages(), SizeIs(1));
}

TEST_F(HandOverJobTest, WaitsWhileTheDossierIsRestricted) {
  order();
  must(change(dossier_, [](OpenDossier& open) { open.dossier.restricted = true; }));
  work();
  EXPECT_THAT(packages(), SizeIs(0));
  must(change(dossier_, [](OpenDossier& open) { open.dossier.restricted = false; }));
  now_ += kHour;
  work();
  EXPECT_THAT(packages(), SizeIs(1));
}

TEST_F(HandOverJobTest, ALargeDossierIsStreamed) {
  const std::string large(20 * 1024 * 1024, 'x');
  must(store_->write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto keys, vault_.unlock(store, dossier_));
    TRY_ASSIGN(auto row, store.document(document_));
    TRY_DO(store.remove_object(row.object));
    TRY_ASSIGN(auto object, keys.put(*objects_, "original", as_bytes(large), row.object));
    object.document = row.id;
    return store.add_object(object);
  }));
  came_as(document_, as_bytes(large));
  order();
  work();
  EXPECT_EQ(read(unpacked() / "documenten/001.pdf"), large);
}

}  // namespace
}  // namespace zp::gateway
