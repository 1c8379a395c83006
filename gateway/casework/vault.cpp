#include "gateway/casework/vault.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/search_token.h"
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

Vault::Vault(crypto::ZoneKey zone_key) : zone_key_(std::move(zone_key)), search_key_(zone_key_.search_key()) {}

Result<std::unique_ptr<Vault>> Vault::open(const Config& config, const crypto::Opener& opener) {
  TRY_ASSIGN(const auto sealed, read_file(config.zone_key()));
  TRY_ASSIGN(auto bytes, opener.open(sealed));
  TRY_ASSIGN(auto zone_key, crypto::ZoneKey::from(std::move(bytes)));
  return std::make_unique<Vault>(std::move(zone_key));
}

Result<DossierKeys> Vault::unlock(StoreReader& store, const Id& dossier) const {
  TRY_ASSIGN(const auto rows, store.keys(dossier));
  DossierKeys keys(dossier);
  for (const KeyRow& row : rows) {
    TRY_ASSIGN(auto key, zone_key_.unwrap(row.wrapped));
    keys.keys_.emplace(row.id, std::move(key));
  }
  if (!keys.keys_.contains(dossier)) return fail(Code::kNotFound, "unlock dossier", dossier.hex());
  return keys;
}

std::vector<KeyRow> Vault::file_keys(const Id& dossier, const std::vector<crypto::DataKey>& keys,
                                     const std::vector<Bytes>& sealed, bool new_dossier) const {
  ZP_CHECK(keys.size() == sealed.size());
  std::vector<KeyRow> rows;
  for (std::size_t i = 0; i < keys.size(); ++i)
    rows.push_back({i == 0 && new_dossier ? dossier : Id::random(), dossier, sealed[i], zone_key_.wrap(keys[i])});
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

}  // namespace zp::gateway
