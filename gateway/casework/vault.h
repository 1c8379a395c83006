// gateway/casework/vault.h - the inner zone's sealed things: profiles, details, letters, messages, page images.
//
// A Vault holds the zone key (an OpenPGP message in config.zone_key()), opened at start and when that file changes: while
// zone keys are changed the one before stays beside it (config.former_zone_key(), gateway/casework/rewrap.h). unlock() unwraps the keys
// of one dossier; with those its sealed fields and objects open by name of what they are: callers see no key ids and no
// labels.
//   dossier's own key   the KeyRow whose id is the dossier's id: the first key that came with it. Seals all that the inner zone makes.
//   arrival keys        one KeyRow per data key of a door; they open the originals.
// Nothing here writes the ledger: casework.h does, before anything is shown.
// Threads: a Vault and DossierKeys may be shared. Errors: kTampered if a blob is not this dossier's, kNotFound after
// shredding.
#ifndef GATEWAY_CASEWORK_VAULT_H_
#define GATEWAY_CASEWORK_VAULT_H_

#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/keyring/openpgp.h"
#include "gateway/casework/profile.h"
#include "gateway/config/config.h"
#include "gateway/store/object_store.h"
#include "gateway/store/store.h"

namespace zp::gateway {

/// An id that follows from `of`, for things that must get the same name when a crash makes us start again.
Id derived_id(std::string_view what, const Id& of, std::uint64_t number = 0);

/// The unwrapped keys of one dossier: short-lived, wiped with the object.
class DossierKeys {
 public:
  Result<Profile> profile(const Dossier& dossier) const;
  void seal(const Profile& profile, Dossier& into) const;
  Result<DocumentDetails> details(const Document& document) const;
  void seal(const DocumentDetails& details, Document& into) const;
  Result<LetterData> letter(const Letter& letter) const;
  void seal(const LetterData& data, Letter& into) const;
  Result<MessageData> message(const Message& message) const;
  void seal(const MessageData& data, Message& into) const;

  /// Seals `plain` as an object of the dossier, durable in `objects` on return; the row is the caller's to add. With an
  /// `id` of derived_id() a second try after a crash replaces what the first left behind.
  Result<ObjectRow> put(ObjectStore& objects, std::string_view role, ByteView plain, const Id& id = Id::random()) const;
  /// Hands out plaintext chunk by chunk; an Error after the first chunk means that the object is damaged.
  Result<void> stream(ObjectStore& objects, const ObjectRow& row, const crypto::ByteSink& sink) const;
  /// kTooLarge over `limit`.
  Result<SecretBytes> get(ObjectStore& objects, const ObjectRow& row, std::size_t limit = 256 * 1024 * 1024) const;

 private:
  friend class Vault;
  explicit DossierKeys(const Id& dossier) noexcept : dossier_(dossier) {}
  Result<const crypto::DataKey*> find(const Id& key) const;
  const crypto::DataKey& own() const;
  Result<SecretBytes> open_blob(const Id& key, const Id& name, ByteView sealed) const;
  Id dossier_;
  std::map<Id, crypto::DataKey> keys_;
};

/// Names the zone key and the recipients under which a data key is kept.
Id keeping_of(const crypto::ZoneKey& zone_key, ByteView sealed);

class Vault {
 public:
  /// Runs gpg through `opener`, and later again when the zone key changes. kConfig or kUnavailable when the zone key can't
  /// be opened.
  static Result<std::unique_ptr<Vault>> open(const Config& config, const crypto::Opener& opener);
  explicit Vault(crypto::ZoneKey zone_key);
  ~Vault();

  /// kNotFound if the dossier has no keys (any more).
  Result<DossierKeys> unlock(StoreReader& store, const Id& dossier) const;
  /// The rows for data keys that arrived with a delivery: the first becomes the dossier's own key if `new_dossier`.
  std::vector<KeyRow> file_keys(const Id& dossier, const std::vector<crypto::DataKey>& keys,
                                const std::vector<Bytes>& sealed, bool new_dossier) const;
  /// The same keys, ready for use before their rows are committed.
  DossierKeys unlocked(const Id& dossier, const std::vector<KeyRow>& rows,
                       const std::vector<crypto::DataKey>& keys) const;

  /// Search tokens of every word in `texts` (names, birth date, e-mail, postcode, reference).
  std::vector<Bytes> tokens(const std::vector<std::string>& texts) const;
  /// By which the same content, as a whole, is recognised; it says nothing to whoever reads the database.
  Bytes mark(ByteView content) const;
  /// The same, for who has the SHA-256 of the content.
  Bytes mark_of_sum(const crypto::Digest& sum) const;

  /// A key for each `use`, the same after a change of zone keys: for what must still be found or recognised then.
  crypto::DataKey lasting_key(std::string_view use) const;

  /// As the files say now; those known before when they can't be opened.
  std::shared_ptr<const crypto::ZoneKeys> keys() const;
  /// keys(), for others; the Vault must outlive it.
  crypto::ZoneKeySource source() const;

 private:
  struct Files;
  Vault(std::unique_ptr<Files> files, crypto::ZoneKeys keys, std::string seen);
  std::unique_ptr<const Files> files_;  // null: keys are given, not read
  SecretBytes search_key_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const crypto::ZoneKeys> keys_;  // guarded by mutex_
  mutable std::string seen_;                              // guarded by mutex_: the files that keys_ come from
};

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_VAULT_H_
