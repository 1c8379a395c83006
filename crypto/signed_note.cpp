// C2SP signed-note and tlog-checkpoint.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "crypto/base/sodium.h"
#include "crypto/base/text.h"
#include "crypto/ledger.h"

namespace zp::crypto {
namespace {

constexpr std::string_view kSignatureStart = "\xE2\x80\x94 ";  // em dash, space
constexpr std::uint8_t kEd25519 = 1;
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kMostNoteBytes = 64 * 1024;

using PublicKey = std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES>;

struct KeyPair {
  PublicKey public_key;
  SecretBytes secret = SecretBytes(crypto_sign_SECRETKEYBYTES);
};

KeyPair key_pair(const SecretBytes& seed) {
  start_sodium();
  KeyPair pair;
  crypto_sign_seed_keypair(pair.public_key.data(), pair.secret.mutable_view().data(), seed.view().data());
  return pair;
}

bool is_key_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && !has_control_characters(name) &&
         name.find_first_of(" +") == std::string_view::npos;
}

Bytes typed_key(const PublicKey& key) {
  Bytes bytes(1 + key.size(), kEd25519);
  std::copy(key.begin(), key.end(), bytes.begin() + 1);
  return bytes;
}

// The first bytes of SHA-256(name || newline || type || key).
Bytes key_id(std::string_view name, ByteView typed_key_bytes) {
  Sha256 hash;
  hash.append(as_bytes(name));
  hash.append(as_bytes("\n"));
  hash.append(typed_key_bytes);
  const Digest digest = hash.finish();
  return Bytes(digest.begin(), digest.begin() + kKeyIdBytes);
}

struct Verifier {
  std::string_view name;
  Bytes id;
  PublicKey key;
};

Result<Verifier> parse_verifier(std::string_view text) {
  const auto wrong = [] { return fail(Code::kConfig, "read verifier key"); };
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return wrong();
  Verifier verifier{text.substr(0, first), {}, {}};
  const Result<Bytes> id = from_hex(text.substr(first + 1, second - first - 1));
  const Result<Bytes> typed = from_base64(text.substr(second + 1));
  if (!is_key_name(verifier.name) || !id || !typed) return wrong();
  if (typed->size() != 1 + verifier.key.size() || typed->front() != kEd25519) return wrong();
  if (*id != key_id(verifier.name, *typed)) return wrong();
  verifier.id = *id;
  std::copy(typed->begin() + 1, typed->end(), verifier.key.begin());
  return verifier;
}

// Whether `line` is a signature by `verifier`, and if so whether it holds.
std::optional<bool> check_signature(std::string_view line, const Verifier& verifier, std::string_view text) {
  if (!line.starts_with(kSignatureStart)) return std::nullopt;
  line.remove_prefix(kSignatureStart.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || line.substr(0, space) != verifier.name) return std::nullopt;
  const Result<Bytes> blob = from_base64(line.substr(space + 1));
  if (!blob || blob->size() < kKeyIdBytes) return std::nullopt;
  if (!std::equal(verifier.id.begin(), verifier.id.end(), blob->begin())) return std::nullopt;
  if (blob->size() != kKeyIdBytes + crypto_sign_BYTES) return false;
  return crypto_sign_verify_detached(blob->data() + kKeyIdBytes, as_bytes(text).data(), text.size(),
                                     verifier.key.data()) == 0;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  Checkpoint checkpoint;
  checkpoint.origin = take_line(text);
  const std::string_view size = take_line(text);
  const Result<Bytes> root = from_base64(take_line(text));
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  const bool leading_zero = size.size() > 1 && size.front() == '0';
  if (checkpoint.origin.empty() || size.empty() || error != std::errc() || end != size.data() + size.size() ||
      leading_zero || !root || root->size() != checkpoint.root.size())
    return fail(Code::kMalformed, "read checkpoint");
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace

NoteSigner::NoteSigner(std::string name, SecretBytes seed) : name_(std::move(name)), seed_(std::move(seed)) {}

NoteSigner NoteSigner::generate(std::string name) {
  ZP_CHECK(is_key_name(name));
  return NoteSigner(std::move(name), SecretBytes::random(crypto_sign_SEEDBYTES));
}

Result<NoteSigner> NoteSigner::from(std::string name, SecretBytes seed) {
  if (!is_key_name(name)) return fail(Code::kConfig, "take ledger key", "its name holds a space or plus sign");
  if (seed.size() != crypto_sign_SEEDBYTES) return fail(Code::kMalformed, "take ledger key", name);
  return NoteSigner(std::move(name), std::move(seed));
}

std::string NoteSigner::verifier_key() const {
  const Bytes typed = typed_key(key_pair(seed_).public_key);
  return name_ + "+" + to_hex(key_id(name_, typed)) + "+" + to_base64(typed);
}

std::string NoteSigner::sign(const Checkpoint& checkpoint) const {
  const std::string text =
      checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(checkpoint.root) + "\n";
  const KeyPair pair = key_pair(seed_);
  Bytes blob = key_id(name_, typed_key(pair.public_key));
  blob.resize(kKeyIdBytes + crypto_sign_BYTES);
  crypto_sign_detached(blob.data() + kKeyIdBytes, nullptr, as_bytes(text).data(), text.size(),
                       pair.secret.view().data());
  return text + "\n" + std::string(kSignatureStart) + name_ + " " + to_base64(blob) + "\n";
}

Result<Checkpoint> open_note(std::string_view note, std::string_view verifier_key) {
  TRY_ASSIGN(const Verifier verifier, parse_verifier(verifier_key));
  const std::size_t blank = note.rfind("\n\n");
  if (note.size() > kMostNoteBytes || blank == std::string_view::npos || !note.ends_with('\n'))
    return fail(Code::kTampered, "open signed note");
  const std::string_view text = note.substr(0, blank + 1);
  std::string_view signatures = note.substr(blank + 2);
  bool holds = false;
  while (!signatures.empty()) {
    const std::optional<bool> checked = check_signature(take_line(signatures), verifier, text);
    if (checked == false) return fail(Code::kTampered, "open signed note");
    holds = holds || checked.has_value();
  }
  if (!holds) return fail(Code::kTampered, "open signed note");
  return parse_checkpoint(text);
}

}  // namespace zp::crypto
