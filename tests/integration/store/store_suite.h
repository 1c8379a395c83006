// tests/integration/store/store_suite.h - what every implementation of Store promises
// (gateway/store/store.h).
//
// An implementation passes by naming its factory:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, testing::Values(StoreBackend{"sqlite", make_home}));
// and the same for ShreddedDossier.
#ifndef TESTS_INTEGRATION_STORE_STORE_SUITE_H_
#define TESTS_INTEGRATION_STORE_STORE_SUITE_H_

#include <functional>
#include <memory>
#include <ostream>

#include "gateway/store/store.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {

/// One empty database, removed at the end. open() may be called often, in other processes too.
class StoreHome {
 public:
  virtual ~StoreHome() = default;
  virtual Result<std::unique_ptr<Store>> open() = 0;
  /// Where its files lie; empty if it has none.
  virtual std::string folder() const = 0;
};

struct StoreBackend {
  std::string name;
  std::function<std::unique_ptr<StoreHome>()> make;
  friend std::ostream& operator<<(std::ostream& out, const StoreBackend& backend) { return out << backend.name; }
};

class StoreSuite : public testing::TestWithParam<StoreBackend> {
 protected:
  StoreSuite() : home_(GetParam().make()) {}

  /// The store as this process has it open.
  Store& store() {
    if (!store_) store_ = value_of(home_->open());
    return *store_;
  }
  void close() { store_.reset(); }
  std::unique_ptr<Store> open_another() { return value_of(home_->open()); }

  static Dossier a_dossier();
  static Document a_document(const Dossier& dossier);
  static Job a_job(std::string kind = "inspect");
  static Tombstone a_tombstone(const Dossier& dossier);

  /// A dossier that is stored, with these search words.
  Dossier add_dossier(Dossier dossier = a_dossier(), const std::vector<Bytes>& tokens = {});
  Job add_job(Job job = a_job());
  /// A mail in this lane.
  Job add_job_in(const Lane& lane, TimeMs run_at);
  Result<void> write(const std::function<Result<void>(StoreWriter&)>& body) { return store().write(body); }

  /// What `get` gives in a read of its own.
  template <typename T>
  Result<T> read(const std::function<Result<T>(StoreReader&)>& get) {
    std::optional<T> value;
    auto outcome = store().read([&](StoreReader& reader) -> Result<void> {
      TRY_ASSIGN(value, get(reader));
      return {};
    });
    if (!outcome) return std::unexpected(outcome.error());
    return std::move(*value);
  }
  Result<Dossier> dossier(const Id& id) {
    return read<Dossier>([&](StoreReader& reader) { return reader.dossier(id); });
  }
  std::vector<Id> list(const DossierFilter& filter);

  std::unique_ptr<StoreHome> home_;

 private:
  std::unique_ptr<Store> store_;
};

/// Erasing: a dossier with one of everything.
class ShreddedDossier : public StoreSuite {
 protected:
  Dossier filled();
  Result<std::vector<ObjectRow>> shred(const Dossier& dossier);

  const Bytes token_ = random_bytes(32), sealed_ = random_bytes(900), wrapped_ = random_bytes(40),
              profile_ = random_bytes(64);
};

}  // namespace zp::gateway::test

#endif  // TESTS_INTEGRATION_STORE_STORE_SUITE_H_
