// intake/cell/signature_verdict.h - what a checked CMS signature means, in the words of the findings and of ETSI EN 319
// 102-1.
//
// Threads: free functions.
#ifndef INTAKE_CELL_SIGNATURE_VERDICT_H_
#define INTAKE_CELL_SIGNATURE_VERDICT_H_

#include <cstdint>
#include <string>

#include "crypto/cms.h"
#include "intake/findings.h"

namespace zp::intake::cell {

struct SignaturePolicy {
  crypto::TrustAnchors trusted;
  std::int64_t at = 0;  // unix seconds: when certificates must be valid; 0: chains stay unknown

  const crypto::TrustAnchors& anchors() const {
    static const crypto::TrustAnchors none;
    return at == 0 ? none : trusted;
  }
};

/// Takes anchors apart before they are asked for, so that the cells that are forked afterwards need not.
void know_anchors(std::string pem);
/// Those of `pem`, taken apart already if they are the known ones.
crypto::TrustAnchors trust_anchors(const std::string& pem);

/// Takes over integrity, chain, signer, times and weaknesses.
void report(const crypto::CmsVerdict& verdict, DigitalSignature& into);

/// Sets indication and sub_indication from the rest (EN 319 102-1 clause 5.1.3); `failure` as in CmsVerdict.
void conclude(const std::string& failure, DigitalSignature& signature);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_SIGNATURE_VERDICT_H_
