#include "gateway/casework/vault.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/keyring/message_shape.h"
#include "crypto/search_token.h"
#include "gateway/process/log.h"
#include "gateway/store/files.h"

namespace zp::gateway {

Id derived_id(std::string_view what, const Id& of, std::uint64_t number) {
  const auto digest = crypto::sha256(as_bytes(fmt::format("zegelpost {} {} {}", what, of.hex(), number)));
  Id id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Result<const crypto::DataKey*> DossierKeys::find(const Id& key) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return fail(Code::kNotFound, "find key", key.hex());
  return &found->second;
}

const crypto::DataKey& DossierKeys::own() const {
  const auto found = keys_.find(dossier_);
  ZP_CHECK(found != keys_.end());
  return found->second;
}

Result<SecretBytes> DossierKeys::open_blob(const Id& key, const Id& name, ByteView sealed) const {
  TRY_ASSIGN(const crypto::DataKey* const data_key, find(key));
  return crypto::open_bytes(*data_key, {dossier_, name, 0}, sealed);
}

Result<Profile> DossierKeys::profile(const Dossier& dossier) const {
  TRY_ASSIGN(const auto plain, open_blob(dossier_, dossier_, dossier.profile));
  return Profile::parse(plain.text());
}

void DossierKeys::seal(const Profile& profile, Dossier& into) const {
  into.profile = crypto::seal_bytes(own(), {dossier_, dossier_, 0}, as_bytes(profile.json()));
}

Result<DocumentDetails> DossierKeys::details(const Document& document) const {
  TRY_ASSIGN(const auto plain, open_blob(document.key, document.id, document.details));
  return DocumentDetails::parse(plain.text());
}

void DossierKeys::seal(const DocumentDetails& details, Document& into) const {
  into.key = dossier_;
  into.details = crypto::seal_bytes(own(), {dossier_, into.id, 0}, as_bytes(details.json()));
}

Result<LetterData> DossierKeys::letter(const Letter& letter) const {
  TRY_ASSIGN(const auto plain, open_blob(letter.key, letter.id, letter.data));
  return LetterData::parse(plain.text());
}

void DossierKeys::seal(const LetterData& data, Letter& into) const {
  into.key = dossier_;
  into.data = crypto::seal_bytes(own(), {dossier_, into.id, 0}, as_bytes(data.json()));
}

Result<MessageData> DossierKeys::message(const Message& message) const {
  TRY_ASSIGN(const auto plain, open_blob(message.key, message.id, message.data));
  return MessageData::parse(plain.text());
}

void DossierKeys::seal(const MessageData& data, Message& into) const {
  into.key = dossier_;
  into.data = crypto::seal_bytes(own(), {dossier_, into.id, 0}, as_bytes(data.json()));
}

Result<ObjectRow> DossierKeys::put(ObjectStore& objects, std::string_view role, ByteView plain, const Id& id) const {
  ObjectRow row;
  row.id = id;
  row.dossier = row.context = dossier_;
  row.keys = {dossier_};
  row.role = role;
  row.bytes = plain.size();
  TRY_DO(objects.remove(id, 1));
  TRY_DO(objects.put_bytes(id, 0, crypto::seal_bytes(own(), {dossier_, id, 0}, plain)));
  return row;
}

Result<void> DossierKeys::stream(ObjectStore& objects, const ObjectRow& row, const crypto::ByteSink& sink) const {
  for (std::uint32_t part = 0; part < row.keys.size(); ++part) {
    TRY_ASSIGN(const crypto::DataKey* const key, find(row.keys[part]));
    TRY_ASSIGN(auto source, objects.get(row.id, part));
    TRY_ASSIGN(auto reader, crypto::ObjectReader::open(*key, {row.context, row.id, part}, std::move(source)));
    for (;;) {
      TRY_ASSIGN(const ByteView chunk, reader.next());
      if (chunk.empty()) break;
      TRY_DO(sink(chunk));
    }
  }
  return {};
}

Result<SecretBytes> DossierKeys::get(ObjectStore& objects, const ObjectRow& row, std::size_t limit) const {
  if (row.bytes > limit) return fail(Code::kTooLarge, "open object", row.id.hex());
  SecretBytes plain(row.bytes);
  std::size_t filled = 0;
  TRY_DO(stream(objects, row, [&](ByteView chunk) -> Result<void> {
    if (chunk.size() > plain.size() - filled) return fail(Code::kTampered, "open object", row.id.hex());
    std::ranges::copy(chunk, plain.mutable_view().begin() + static_cast<std::ptrdiff_t>(filled));
    filled += chunk.size();
    return {};
  }));
  if (filled != plain.size()) return fail(Code::kTampered, "open object", row.id.hex());
  return plain;
}

struct Vault::Files {
  std::string home, current, former;

  /// Changes with each change of either.
  std::string state() const {
    std::string state;
    for (const std::string& path : {current, former}) {
      struct stat about {};
      if (::stat(path.c_str(), &about) != 0) {
        state += "-";
        continue;
      }
      state += fmt::format("{} {} {}.{} ", about.st_ino, about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
    }
    return state;
  }

  Result<crypto::ZoneKeys> open(const crypto::Opener& opener) const {
    TRY_ASSIGN(crypto::ZoneKey now, open_one(opener, current));
    crypto::ZoneKeys keys{std::move(now), {}};
    auto before = open_one(opener, former);
    if (!before && before.error().code != Code::kNotFound) return std::unexpected(before.error());
    if (before) keys.former.emplace(std::move(*before));
    return keys;
  }

  static Result<crypto::ZoneKey> open_one(const crypto::Opener& opener, const std::string& path) {
    TRY_ASSIGN(const auto sealed, read_file(path));
    TRY_ASSIGN(auto bytes, opener.open(sealed));
    return crypto::ZoneKey::from(std::move(bytes));
  }
};

Id keeping_of(const crypto::ZoneKey& zone_key, ByteView sealed) {
  const Id name = zone_key.name();
  std::string text = fmt::format("zegelpost keeping {}", name.hex());
  for (const std::uint64_t id : crypto::recipients_of(sealed)) text += fmt::format(" {:016x}", id);
  const auto digest = crypto::sha256(as_bytes(text));
  Id keeping;
  std::copy_n(digest.begin(), keeping.bytes.size(), keeping.bytes.begin());
  return keeping;
}

Vault::Vault(crypto::ZoneKey zone_key)
    : search_key_(zone_key.search_key()),
      keys_(std::make_shared<const crypto::ZoneKeys>(crypto::ZoneKeys{std::move(zone_key), {}})) {}

Vault::Vault(std::unique_ptr<Files> files, crypto::ZoneKeys keys, std::string seen)
    : files_(std::move(files)),
      search_key_(keys.current.search_key()),
      keys_(std::make_shared<const crypto::ZoneKeys>(std::move(keys))),
      seen_(std::move(seen)) {}

Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::open(const Config& config, const crypto::Opener& opener) {
  auto files = std::make_unique<Files>(Files{config.zone_home(), config.zone_key(), config.former_zone_key()});
  std::string seen = files->state();
  TRY_ASSIGN(auto keys, files->open(opener));
  return std::unique_ptr<Vault>(new Vault(std::move(files), std::move(keys), std::move(seen)));
}

std::shared_ptr<const crypto::ZoneKeys> Vault::keys() const {
  const std::lock_guard lock(mutex_);
  if (!files_) return keys_;
  std::string state = files_->state();
  if (state == seen_) return keys_;
  const auto read_again = [&]() -> Result<crypto::ZoneKeys> {
    TRY_ASSIGN(const auto opener, crypto::Opener::load(files_->home));
    return files_->open(opener);
  };
  if (auto now = read_again()) {
    keys_ = std::make_shared<const crypto::ZoneKeys>(std::move(*now));
    seen_ = std::move(state);
    log(Level::kInfo, "zone keys read again", {{"changing", keys_->former.has_value()}});
  } else {
    log_error("zone keys changed and can't be read", now.error());
  }
  return keys_;
}

crypto::ZoneKeySource Vault::source() const {
  return [this] { return keys(); };
}

Result<DossierKeys> Vault::unlock(StoreReader& store, const Id& dossier) const {
  TRY_ASSIGN(const auto rows, store.keys(dossier));
  DossierKeys unlocked(dossier);
  const auto zone_keys = keys();
  for (const KeyRow& row : rows) {
    TRY_ASSIGN(auto key, zone_keys->unwrap(row.wrapped));
    unlocked.keys_.emplace(row.id, std::move(key));
  }
  if (!unlocked.keys_.contains(dossier)) return fail(Code::kNotFound, "unlock dossier", dossier.hex());
  return unlocked;
}

std::vector<KeyRow> Vault::file_keys(const Id& dossier, const std::vector<crypto::DataKey>& keys,
                                     const std::vector<Bytes>& sealed, bool new_dossier) const {
  ZP_CHECK(keys.size() == sealed.size());
  const auto zone_keys = this->keys();
  const crypto::ZoneKey& zone_key = zone_keys->current;
  std::vector<KeyRow> rows;
  for (std::size_t i = 0; i < keys.size(); ++i)
    rows.push_back({i == 0 && new_dossier ? dossier : Id::random(), dossier, sealed[i], zone_key.wrap(keys[i]),
                    keeping_of(zone_key, sealed[i])});
  return rows;
}

DossierKeys Vault::unlocked(const Id& dossier, const std::vector<KeyRow>& rows,
                            const std::vector<crypto::DataKey>& keys) const {
  ZP_CHECK(rows.size() == keys.size());
  DossierKeys unlocked(dossier);
  for (std::size_t i = 0; i < rows.size(); ++i) unlocked.keys_.emplace(rows[i].id, keys[i].clone());
  return unlocked;
}

std::vector<Bytes> Vault::tokens(const std::vector<std::string>& texts) const {
  std::vector<Bytes> tokens;
  for (const std::string& text : texts)
    for (const std::string& word : crypto::search_words(text))
      tokens.push_back(crypto::search_token(search_key_, word));
  std::ranges::sort(tokens);
  tokens.erase(std::ranges::unique(tokens).begin(), tokens.end());
  return tokens;
}

Bytes Vault::mark(ByteView content) const { return mark_of_sum(crypto::sha256(content)); }

Bytes Vault::mark_of_sum(const crypto::Digest& sum) const { return crypto::search_token(search_key_, to_hex(sum)); }

crypto::DataKey Vault::lasting_key(std::string_view use) const {
  const auto key = crypto::DataKey::from(search_key_.clone());
  ZP_CHECK(key.has_value());
  return key->derive(use);
}

}  // namespace zp::gateway
