#include "crypto/keyring/openpgp_verify.h"

#include "crypto/keyring/gpgme.h"

namespace zp::crypto {
namespace {

using State = OpenPgpSignature::State;

State state_of(gpgme_error_t status) {
  switch (gpgme_err_code(status)) {
    case GPG_ERR_NO_ERROR:
    case GPG_ERR_SIG_EXPIRED:
    case GPG_ERR_KEY_EXPIRED:
    case GPG_ERR_CERT_REVOKED:
      return State::kGood;
    case GPG_ERR_BAD_SIGNATURE:
      return State::kBad;
    case GPG_ERR_NO_PUBKEY:
      return State::kNoKey;
    default:
      return State::kUnknown;
  }
}

OpenPgpSignature described(gpgme_ctx_t context, const _gpgme_signature& found) {
  OpenPgpSignature signature;
  signature.state = state_of(found.status);
  const auto code = gpgme_err_code(found.status);
  signature.key_expired = code == GPG_ERR_KEY_EXPIRED || code == GPG_ERR_SIG_EXPIRED;
  signature.key_revoked = code == GPG_ERR_CERT_REVOKED;
  if (found.fpr) signature.key = found.fpr;
  if (found.timestamp > 0) signature.made = static_cast<std::int64_t>(found.timestamp);
  for (const auto& [algorithm, name] : {std::pair{GPGME_MD_SHA1, "SHA1"}, {GPGME_MD_MD5, "MD5"}}) {
    if (found.hash_algo == algorithm) signature.weaknesses.emplace_back(name);
  }
  gpgme_key_t raw = nullptr;
  if (found.fpr && signature.state != State::kNoKey && gpgme_get_key(context, found.fpr, &raw, 0) == 0) {
    const GpgKey key(raw);
    if (key->uids && key->uids->uid) signature.signer = key->uids->uid;
  }
  return signature;
}

/// Of the last verification in `context`; `error` is what it returned.
Result<std::vector<OpenPgpSignature>> found_in(gpgme_ctx_t context, gpgme_error_t error, const std::string& home) {
  std::vector<OpenPgpSignature> found;
  if (gpgme_err_code(error) == GPG_ERR_NO_DATA || gpgme_err_code(error) == GPG_ERR_BAD_DATA) return found;
  if (error) return fail_gpg(error, "check OpenPGP signature", home);
  const auto* result = gpgme_op_verify_result(context);
  // The key is asked for in another context: asking in this one would throw the result away.
  TRY_ASSIGN(const GpgContext keys, open_home(home));
  for (const auto* one = result ? result->signatures : nullptr; one; one = one->next)
    found.push_back(described(keys.get(), *one));
  return found;
}

}  // namespace

Result<std::vector<OpenPgpSignature>> verify_openpgp(const std::string& home, ByteView signature, ByteView content) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData signature_data = data_over(signature), content_data = data_over(content);
  const gpgme_error_t error = gpgme_op_verify(context.get(), signature_data.get(), content_data.get(), nullptr);
  return found_in(context.get(), error, home);
}

Result<SignedOpenPgp> verify_openpgp_message(const std::string& home, ByteView message) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData message_data = data_over(message);
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new(&raw) == 0);
  GpgData content(raw);
  const gpgme_error_t error = gpgme_op_verify(context.get(), message_data.get(), nullptr, content.get());
  SignedOpenPgp found;
  TRY_ASSIGN(found.signatures, found_in(context.get(), error, home));
  found.content = bytes_of(std::move(content));
  return found;
}

}  // namespace zp::crypto
