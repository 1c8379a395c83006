// crypto/known_anchors.h - anchors that are known before there is a document.
//
// Threads: one.
#ifndef CRYPTO_KNOWN_ANCHORS_H_
#define CRYPTO_KNOWN_ANCHORS_H_

#include "crypto/cms.h"

namespace zp::crypto {

/// Indexes and decodes all of them: a tenth of a millisecond for each, which a process that is then forked has no more.
void decode_all(const TrustAnchors& anchors);

}  // namespace zp::crypto

#endif  // CRYPTO_KNOWN_ANCHORS_H_
