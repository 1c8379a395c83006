#include "intake/cell/signature_verdict.h"

#include <utility>

#include "crypto/known_anchors.h"

namespace zp::intake::cell {
namespace {

const char* why_indeterminate(const DigitalSignature& signature) {
  if (signature.coverage == "extended-disallowed" || signature.coverage == "partial") return "SIG_CONSTRAINTS_FAILURE";
  if (signature.uses_old_technique()) return "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
  if (signature.chain == "revoked") return "REVOKED_NO_POE";
  if (signature.chain == "expired") return "OUT_OF_BOUNDS_NO_POE";
  if (signature.chain != "trusted") return "NO_CERTIFICATE_CHAIN_FOUND";
  return signature.revocation == "good" ? "" : "TRY_LATER";
}

crypto::TrustAnchors& known_anchors() {
  static crypto::TrustAnchors known;
  return known;
}

}  // namespace

void know_anchors(std::string pem) {
  known_anchors() = {.pem = std::move(pem)};
  crypto::decode_all(known_anchors());
}

crypto::TrustAnchors trust_anchors(const std::string& pem) {
  return pem == known_anchors().pem ? known_anchors() : crypto::TrustAnchors{.pem = pem};
}

void report(const crypto::CmsVerdict& verdict, DigitalSignature& into) {
  static constexpr const char* kIntegrityNames[] = {"ok", "broken", "unknown"};
  static constexpr const char* kChainNames[] = {"trusted", "untrusted", "expired", "revoked", "unknown"};
  static constexpr const char* kRevocationNames[] = {"good", "revoked", "unknown"};
  into.integrity = kIntegrityNames[static_cast<std::size_t>(verdict.integrity)];
  into.chain = kChainNames[static_cast<std::size_t>(verdict.chain)];
  into.revocation = kRevocationNames[static_cast<std::size_t>(verdict.revocation)];
  into.weaknesses.insert(into.weaknesses.end(), verdict.weaknesses.begin(), verdict.weaknesses.end());
  if (!verdict.signer.empty()) into.signer = verdict.signer;
  if (verdict.claimed_time) into.claimed_time = rfc3339(*verdict.claimed_time);
  if (verdict.proven_time) into.proven_time = rfc3339(*verdict.proven_time);
}

void conclude(const std::string& failure, DigitalSignature& signature) {
  if (signature.integrity == "broken") {
    signature.indication = "TOTAL-FAILED";
    signature.sub_indication = failure.empty() ? "FORMAT_FAILURE" : failure;
    return;
  }
  signature.sub_indication = signature.integrity == "ok" ? why_indeterminate(signature) : failure;
  signature.indication =
      signature.integrity == "ok" && signature.sub_indication.empty() ? "TOTAL-PASSED" : "INDETERMINATE";
}

}  // namespace zp::intake::cell
