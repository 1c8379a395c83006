// crypto/time_stamp.h - a time-stamp (RFC 3161) in our own signatures: PAdES B-B becomes B-T (ETSI EN 319 142-1).
//
// Knows no network: `ask` carries request and answer. Threads: free functions.
#ifndef CRYPTO_TIME_STAMP_H_
#define CRYPTO_TIME_STAMP_H_

#include <functional>

#include "crypto/base/bytes.h"

namespace zp::crypto {

/// Hands a DER TimeStampReq to an authority and returns its TimeStampResp.
using AskTimeStamp = std::function<Result<Bytes>(ByteView request)>;

/// `cms` (DER, one signer) with a time-stamp over its signature, as the unsigned attribute signature-time-stamp. The request
/// names SHA-256, has a nonce and wants the certificates. kRefused if the authority refuses, kTampered if what it says is
/// no sound time-stamp over this signature, else what `ask` says. Who trusts the authority is the reader's question.
Result<Bytes> add_time_stamp(ByteView cms, const AskTimeStamp& ask);

}  // namespace zp::crypto

#endif  // CRYPTO_TIME_STAMP_H_
