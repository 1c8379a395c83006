#include "gateway/casework/openpgp_signatures.h"

#include "intake/text.h"

namespace zp::gateway {
namespace {

using crypto::OpenPgpSignature;
using intake::DigitalSignature;

constexpr std::size_t kMaxSigner = 200;

/// ETSI EN 319 102-1 speaks of certificates; a key on file stands for a chain that leads to an anchor. Whether it was
/// revoked elsewhere nobody knows, so nothing of OpenPGP passes by itself.
void conclude(const OpenPgpSignature& from, DigitalSignature& into) {
  into.indication = from.state == OpenPgpSignature::State::kBad ? "TOTAL-FAILED" : "INDETERMINATE";
  into.sub_indication = from.state == OpenPgpSignature::State::kBad     ? "SIG_CRYPTO_FAILURE"
                        : from.state == OpenPgpSignature::State::kNoKey ? "NO_SIGNING_CERTIFICATE_FOUND"
                        : !from.weaknesses.empty()                      ? "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
                        : from.key_revoked                              ? "REVOKED_NO_POE"
                        : from.key_expired                              ? "OUT_OF_BOUNDS_NO_POE"
                                                                        : "TRY_LATER";
}

void report(const OpenPgpSignature& from, DigitalSignature& into) {
  const bool good = from.state == OpenPgpSignature::State::kGood;
  into.integrity = good ? "ok" : from.state == OpenPgpSignature::State::kBad ? "broken" : "unknown";
  into.chain = !good ? "unknown" : from.key_revoked ? "revoked" : from.key_expired ? "expired" : "trusted";
  if (good && !from.weaknesses.empty()) into.chain = "untrusted";
  into.signer = intake::clean_text(from.signer.empty() ? from.key : from.signer, kMaxSigner);
  if (from.made) into.claimed_time = intake::rfc3339(*from.made);
  into.weaknesses = from.weaknesses;
  conclude(from, into);
}

/// Signers sign line ends as CR LF (RFC 3156 5), whatever the mail went through since.
Bytes with_crlf(ByteView bytes) {
  Bytes result;
  result.reserve(bytes.size() + bytes.size() / 40);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) result.push_back('\r');
    result.push_back(bytes[i]);
  }
  return result;
}

/// The first signature counts; a second one in the same place is nobody's who signs mail.
std::optional<OpenPgpSignature> first_of(const std::string& home, ByteView signature, ByteView content) {
  const auto found = crypto::verify_openpgp(home, signature, content);
  if (!found || found->empty()) return std::nullopt;
  return found->front();
}

void check(const std::string& home, ByteView document, DigitalSignature& signature) {
  const intake::UncheckedOpenPgp unchecked = *std::exchange(signature.unchecked, std::nullopt);
  const auto blob = from_base64(unchecked.signature);
  if (!blob || unchecked.begin > unchecked.end || unchecked.end > document.size()) return;
  const ByteView content = document.subspan(unchecked.begin, unchecked.end - unchecked.begin);
  const auto result = first_of(home, *blob, with_crlf(content));
  if (result) report(*result, signature);
}

}  // namespace

void check_openpgp(const std::string& home, ByteView document, intake::Findings& findings) {
  if (home.empty()) return;
  for (DigitalSignature& signature : findings.digital_signatures) {
    if (signature.unchecked) check(home, document, signature);
  }
}

DigitalSignature finding_of(const OpenPgpSignature& signature) {
  DigitalSignature finding;
  finding.format = "openpgp";
  report(signature, finding);
  return finding;
}

void add_detached_openpgp(const std::string& home, ByteView signature, ByteView document, intake::Findings& findings) {
  DigitalSignature found;
  found.format = "openpgp";
  found.coverage = "whole";
  found.sub_indication = "NO_SIGNING_CERTIFICATE_FOUND";
  if (!home.empty()) {
    if (const auto result = first_of(home, signature, document)) report(*result, found);
  }
  findings.digital_signatures.push_back(std::move(found));
}

}  // namespace zp::gateway
