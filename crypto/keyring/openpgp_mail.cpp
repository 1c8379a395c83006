#include "crypto/keyring/openpgp_mail.h"

#include "crypto/keyring/gpgme.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kSignatureRoom = 1024 * 1024;

}  // namespace

Result<OpenedOpenPgp> open_openpgp(const std::string& home, const std::string& senders, ByteView message,
                                   std::size_t limit) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData from = data_over(message);
  SecretSink sink(limit);
  const GpgData into = sink.data();
  if (const gpgme_error_t error = gpgme_op_decrypt_verify(context.get(), from.get(), into.get()))
    return fail_gpg(error, "open OpenPGP mail");
  const auto* const result = gpgme_op_decrypt_result(context.get());
  // gpg also "decrypts" what was never encrypted, and can be told to bear with what is not protected.
  if (result->recipients == nullptr || result->legacy_cipher_nomdc)
    return fail(Code::kTampered, "open OpenPGP mail: it is not encrypted and protected");
  OpenedOpenPgp opened{sink.taken(), {}};
  const auto* const verified = gpgme_op_verify_result(context.get());
  for (const auto* one = verified ? verified->signatures : nullptr; one; one = one->next) {
    OpenPgpSignature signature;
    signature.state = OpenPgpSignature::State::kNoKey;
    signature.key = one->fpr ? one->fpr : "";
    opened.signatures.push_back(std::move(signature));
  }
  if (opened.signatures.empty() || senders.empty()) return opened;
  // Our own home knows no senders: the encryption alone is taken off, and what is inside is checked in theirs.
  TRY_ASSIGN(const GpgContext again, open_home(home));
  const GpgData from_again = data_over(message);
  SecretSink inside(limit + kSignatureRoom);
  const GpgData into_again = inside.data();
  if (const gpgme_error_t error =
          gpgme_op_decrypt_ext(again.get(), GPGME_DECRYPT_UNWRAP, from_again.get(), into_again.get()))
    return fail_gpg(error, "open OpenPGP mail");
  const SecretBytes signed_message = inside.taken();
  TRY_ASSIGN(opened.signatures, verify_openpgp_message(senders, signed_message.view()));
  return opened;
}

}  // namespace zp::crypto
