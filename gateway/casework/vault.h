// gateway/casework/vault.h - the inner zone's sealed things: profiles, details, letters, messages, page images.
//
// A Vault holds the zone key, opened once at start (an OpenPGP message in config.zone_key()). unlock() unwraps the keys
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
#include <string_view>
#include <vector>

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

class Vault {
 public:
  /// Runs gpg through `opener`, once. kConfig or kUnavailable when the zone key can't be opened.
  static Result<std::unique_ptr<Vault>> open(const Config& config, const crypto::Opener& opener);
  explicit Vault(crypto::ZoneKey zone_key);

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

  /// For staff accounts (gateway/accounts), which seal one-time secrets under it.
  const crypto::ZoneKey& zone_key() const noexcept { return zone_key_; }

 private:
  crypto::ZoneKey zone_key_;
  SecretBytes search_key_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_VAULT_H_
