#include "crypto/keyring/web_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "crypto/keyring/gpgme.h"

namespace zp::crypto {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// RFC 6189 section 5.1.6; the 20 bytes of a SHA-1 fill 32 characters exactly.
std::string z_base_32(ByteView bytes) {
  constexpr std::string_view kAlphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
  std::string text;
  unsigned buffer = 0, bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += kAlphabet[buffer >> (bits - 5) & 31];
  }
  return text;
}

}  // namespace

std::string web_key_hash(std::string_view local_part) {
  const std::string name = lower(local_part);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ZP_CHECK(EVP_Digest(name.data(), name.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  return z_base_32(ByteView(digest).first(size));
}

std::string address_in_user_id(std::string_view user_id) {
  const std::size_t open = user_id.rfind('<');
  if (open != std::string_view::npos && user_id.ends_with('>')) {
    user_id.remove_suffix(1);
    user_id.remove_prefix(open + 1);
  }
  const bool plain = user_id.find('@') != std::string_view::npos && user_id.find(' ') == std::string_view::npos;
  return plain ? lower(user_id) : std::string();
}

Result<Bytes> web_key(const std::string& home, const std::string& fingerprint) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  TRY_ASSIGN(const std::string checked, checked_fingerprint(fingerprint));
  gpgme_set_armor(context.get(), 0);
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new(&raw) == 0);
  GpgData into(raw);
  if (const gpgme_error_t error =
          gpgme_op_export(context.get(), checked.c_str(), GPGME_EXPORT_MODE_MINIMAL, into.get()))
    return fail_gpg(error, "export OpenPGP key", checked);
  Bytes key = bytes_of(std::move(into));
  if (key.empty()) return fail(Code::kNotFound, "export OpenPGP key", checked);
  return key;
}

}  // namespace zp::crypto
