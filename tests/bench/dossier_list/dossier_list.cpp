// The work list that staff open first, and the calendar of terms: 100 rows with names out of sealed profiles, among 100,000
// dossiers of which 1,000 are open. Each look writes the (synced) ledger, as in the product.
//
// usage: bench_dossier_list FOLDER [--benchmark_...]      FOLDER is empty and stays the caller's
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>

#include "gateway/casework/casework.h"
#include "gateway/process/process.h"
#include "gateway/store/ledger_file.h"
#include "gateway/store/sqlite_store.h"

namespace {

using namespace zp;
using namespace zp::gateway;

constexpr int kDossiers = 100'000, kPerWrite = 2'000, kRows = 100;

/// The message tells the developer who runs this what is wrong.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fputs((result.error().message() + "\n").c_str(), stderr);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

Profile profile_of(int n) {
  Profile profile;
  profile.requester = {.name = fmt::format("Aanvrager Voorbeeld-{}", n),
                       .role = "mentor",
                       .birth_date = "1971-09-23",
                       .email = fmt::format("aanvrager{}@voorbeeld.example", n),
                       .telephone = "06 00 00 00 00",
                       .address = {"Voorbeeldstraat 1", "1000 AA Voorbeeldstad"}};
  profile.client = {.name = fmt::format("Cliënt Voorbeeld-{}", n),
                    .role = "client",
                    .birth_date = "1948-03-12",
                    .email = "",
                    .telephone = "",
                    .address = {}};
  profile.fields = {{"requester_role", "mentor"}, {"details", std::string(600, 'x')}};
  for (int line = 0; line < 8; ++line)
    profile.history.push_back({line, "zegelpost", "Document ontvangen en gecontroleerd"});
  return profile;
}

/// An office with nobody in it but the store and the ledger.
class Office100000 {
 public:
  explicit Office100000(const std::string& folder)
      : store_(must(open_sqlite_store(folder + "/store"))),
        objects_(must(open_folder_objects(folder + "/objects"))),
        shelf_(must(Shelf::open(folder + "/shelf"))),
        vault_(crypto::ZoneKey::generate()),
        ledger_(must(open_ledger_files(folder + "/ledger")), crypto::NoteSigner::generate("bench"), "bench", now_ms),
        rules_(must(intake::RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests"))),
        calendar_(must(intake::Calendar::load(ZP_SOURCE_DIR "/intake/rules/holidays.yaml"))),
        ways_(must(intake::WayPolicy::load(ZP_SOURCE_DIR "/intake/rules/verzendwegen.yaml"))),
        letters_(must(templates::LetterPress::load(ZP_SOURCE_DIR "/templates/letters", {}))),
        casework_({config_, *store_, *objects_, shelf_, vault_, ledger_, rules_, calendar_, ways_, *letters_, now_ms}) {
    for (int first = 0; first < kDossiers; first += kPerWrite)
      must(store_->write([&](StoreWriter& writer) { return fill(writer, first); }));
  }

  Casework& casework() { return casework_; }

 private:
  Result<void> fill(StoreWriter& writer, int first) const {
    for (int n = first; n < first + kPerWrite; ++n) {
      const auto key = crypto::DataKey::generate();
      Dossier dossier;
      dossier.id = Id::random();
      dossier.reference = fmt::format("ZP-{:06}", n);
      dossier.kind = n % 3 == 0 ? "wlz-aanvulling" : "avg-inzage";
      // Nearly all are closed, as after years.
      dossier.state = n % 100 == 0 ? DossierState::kReview : DossierState::kClosed;
      dossier.channel = "web";
      dossier.received = n;
      dossier.due = fmt::format("20{}-0{}-15", 10 + n % 17, 1 + n % 9);
      dossier.profile = crypto::seal_bytes(key, {dossier.id, dossier.id, 0}, as_bytes(profile_of(n).json()));
      TRY_DO(writer.add_dossier(dossier, vault_.tokens({dossier.reference, fmt::format("Voorbeeld-{}", n)})));
      TRY_DO(writer.add_key({dossier.id, dossier.id, Bytes(300, 1), vault_.keys()->current.wrap(key)}));
    }
    return {};
  }

  Config config_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ObjectStore> objects_;
  Shelf shelf_;
  Vault vault_;
  LedgerBook ledger_;
  intake::RuleBook rules_;
  intake::Calendar calendar_;
  intake::WayPolicy ways_;
  std::unique_ptr<templates::LetterPress> letters_;
  Casework casework_;
};

void list(benchmark::State& state, Casework& casework, const DossierFilter& filter) {
  const Actor actor{.user = Id::random(), .name = "bench", .roles = {"postkamer"}};
  for (auto _ : state) {
    const auto rows = must(casework.list(actor, filter));
    ZP_CHECK(rows.size() == kRows && rows.front().subject.starts_with("Cliënt"));
  }
}

void calendar(benchmark::State& state, Casework& casework, std::uint32_t offset) {
  const Actor actor{.user = Id::random(), .name = "bench", .roles = {"postkamer"}};
  for (auto _ : state) {
    const auto terms = must(casework.calendar(actor, false, offset));
    ZP_CHECK(terms.rows.size() == kRows && terms.counts.overdue > 0);
  }
}

template <typename Run>
void measure(const char* name, Run run) {
  benchmark::RegisterBenchmark(name, run)->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    std::fputs("usage: bench_dossier_list FOLDER [--benchmark_...]\n", stderr);
    return 2;
  }
  Office100000 office(argv[1]);
  const std::pair<const char*, DossierFilter> lists[] = {
      {"everything", {.limit = kRows}},
      {"to_review", {.states = {DossierState::kReview}, .limit = kRows}},
      {"page_900", {.offset = 90'000, .limit = kRows}}};
  for (const auto& [name, filter] : lists)
    measure(name, [&office, &filter](benchmark::State& state) { list(state, office.casework(), filter); });
  measure("calendar", [&office](benchmark::State& state) { calendar(state, office.casework(), 0); });
  measure("calendar_800", [&office](benchmark::State& state) { calendar(state, office.casework(), 800); });
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
