// tests/unit/casework/desk.h - a Casework over a real store in a folder of its own, with verbs for tests.
#ifndef TESTS_UNIT_CASEWORK_DESK_H_
#define TESTS_UNIT_CASEWORK_DESK_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "crypto/reference.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/terms.h"
#include "gateway/store/ledger_file.h"
#include "gateway/store/sqlite_store.h"

namespace zp::gateway::test {

constexpr TimeMs kNow = 1'795'342'800'000;  // 22 November 2026, 11:20 in Amsterdam

/// Of a letter that grants access, where no dossier of the person says what its data are for.
inline const nlohmann::json kPurposes = {{"purposes", {"uw aanvraag beoordelen (Wlz art. 3.2.3)"}}};

class Desk : public testing::Test {
 protected:
  Desk()
      : folder_(std::filesystem::temp_directory_path() / ("zp-desk-" + Id::random().hex())),
        vault_(crypto::ZoneKey::generate()),
        rules_(*intake::RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests")),
        calendar_(*intake::Calendar::load(ZP_SOURCE_DIR "/intake/rules/holidays.yaml")),
        ways_(*intake::WayPolicy::load(ZP_SOURCE_DIR "/intake/rules/verzendwegen.yaml")) {
    for (const char* name : {"", "/store", "/ledger", "/objects", "/shelf"})
      std::filesystem::create_directories(folder_.string() + name);
    config_.limits.message_days = 90;
    config_.limits.invitation_hours = 24;
    config_.limits.told_code_days = 21;
    config_.limits.posted_code_days = 28;
    config_.limits.own_code_days = 180;
    config_.public_door.base_url = "https://post.example.nl";
    config_.organisation.name = "CIZ";
    store_ = std::move(*open_sqlite_store(path("/store")));
    objects_ = std::move(*open_folder_objects(path("/objects")));
    shelf_.emplace(*Shelf::open(path("/shelf")));
    auto signer = crypto::NoteSigner::generate("post.example.nl/ledger");
    verifier_ = signer.verifier_key();
    ledger_ = std::make_unique<LedgerBook>(std::move(*open_ledger_files(path("/ledger"))), std::move(signer),
                                           "post.example.nl/ledger", [this] { return now_; });
    letters_ = std::move(*templates::LetterPress::load(
        ZP_SOURCE_DIR "/templates/letters",
        {"CIZ", "Postbus 1, 1000 AA Utrecht", "", "Utrecht", "088 000 0000", "fg@example.nl", {}}));
    casework_.emplace(Office{config_, *store_, *objects_, *shelf_, vault_, *ledger_, rules_, calendar_, ways_,
                             *letters_, [this] { return now_; }, fresh_key});
  }
  ~Desk() override { std::filesystem::remove_all(folder_); }

  static Result<crypto::FreshKey> fresh_key() {
    const Id name = Id::random();
    return crypto::FreshKey{crypto::DataKey::generate(), {Bytes(name.bytes.begin(), name.bytes.end())}};
  }
  std::string path(const char* below) const { return folder_.string() + below; }
  static Actor staff(const char* role, const char* purpose = "behandelen-verzoek") {
    return {Id::random(), std::string("test.") + role, {role}, purpose};
  }
  static Actor worker() { return {{}, "worker", {"worker"}}; }

  /// A dossier with one document in it, as filing would leave it.
  Id dossier(const std::string& kind, DossierState state, const std::map<std::string, std::string>& fields = {}) {
    Dossier row;
    row.id = Id::random();
    row.reference = crypto::random_reference();
    row.kind = kind;
    row.state = state;
    row.channel = "web";
    row.received = row.changed = now_;
    std::vector<crypto::DataKey> keys;
    keys.push_back(crypto::DataKey::generate());
    const auto rows = vault_.file_keys(row.id, keys, {Bytes{1}}, true);
    OpenDossier open{row, vault_.unlocked(row.id, rows, keys), {}};
    open.profile.fields = fields;
    say_who_asks(open);
    open.profile.requester.name = "Tést Persoon";
    open.profile.requester.email = "test@example.org";
    open.profile.access_code = "K7PM3XRD9FQH";
    open.profile.access_code_way = "zelf gekozen";
    EXPECT_TRUE(start_term(casework_->office(), open));
    prove(open);
    open.keys.seal(open.profile, open.dossier);
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      for (const KeyRow& key : rows) TRY_DO(store.add_key(key));
      return store.add_dossier(open.dossier, search_tokens(vault_, open));
    }));
    return row.id;
  }

  /// Letters that give data wait until it is known who asks: the first of the form, unless a test says otherwise.
  void say_who_asks(OpenDossier& open) const {
    const intake::RequestRule* const rule = casework_->office().rules.find(open.dossier.kind);
    const intake::FieldRule* const role = rule ? intake::field_named(rule->fields, "requester_role") : nullptr;
    if (role) open.profile.fields.try_emplace("requester_role", role->choices.front().first);
  }

  /// Whatever letters wait for is there.
  void prove(OpenDossier& open) const {
    const intake::RequestRule* const rule = casework_->office().rules.find(open.dossier.kind);
    intake::Evaluation judged;
    for (const intake::DocumentRule& document : rule ? rule->documents : std::vector<intake::DocumentRule>())
      if (!document.before.empty())
        judged.requirements.push_back(
            {.slot = document.slot, .label = document.label, .state = intake::RequirementState::kMet});
    if (!judged.requirements.empty()) open.profile.evaluation = std::move(judged);
  }

  Id document(const Id& dossier, const std::string& slot, Malware malware = Malware::kClean) {
    Document row;
    row.id = row.object = Id::random();
    row.dossier = dossier;
    row.state = "inspected";
    row.received = now_;
    DocumentDetails details;
    details.name = "bestand.pdf";
    details.slot = slot;
    details.malware = malware;
    details.findings.emplace();
    details.findings->type = "application/pdf";
    details.findings->verdict = intake::Verdict::kUsable;
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto keys, vault_.unlock(store, dossier));
      TRY_ASSIGN(auto object, keys.put(*objects_, "original", as_bytes("inhoud"), row.object));
      object.document = row.id;
      keys.seal(details, row);
      TRY_DO(store.add_document(row));
      return store.add_object(object);
    }));
    return row.id;
  }

  LetterView view(const Id& dossier, const Id& letter, const char* purpose = "behandelen-verzoek") {
    auto open = casework_->open(staff("jurist", purpose), dossier);
    for (LetterView& one : open->letters)
      if (one.row.id == letter) return std::move(one);
    ADD_FAILURE() << "no such letter";
    return {};
  }

  Dossier stored(const Id& id) {
    Dossier row;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(row, store.dossier(id));
      return {};
    }));
    return row;
  }
  std::vector<crypto::LedgerEntry> ledger() { return *ledger_->latest(0, 1000); }
  template <typename T>
  static void must(const Result<T>& result) {
    ASSERT_TRUE(result) << result.error().message();
  }

  TimeMs now_ = kNow;
  std::filesystem::path folder_;
  Config config_{};
  Vault vault_;
  intake::RuleBook rules_;
  intake::Calendar calendar_;
  intake::WayPolicy ways_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ObjectStore> objects_;
  std::optional<Shelf> shelf_;
  std::string verifier_;
  std::unique_ptr<LedgerBook> ledger_;
  std::unique_ptr<templates::LetterPress> letters_;
  std::optional<Casework> casework_;
};

}  // namespace zp::gateway::test

#endif  // TESTS_UNIT_CASEWORK_DESK_H_
