// gateway/dispatch/dkim_signer.h - our signature on each mail (DKIM, RFC 6376 and 8301: rsa-sha256, relaxed/relaxed).
//
// From is named once more than it is there, so that nobody adds a second one. Where the MTA signs, configure no key here.
// Threads: free function. Errors: kConfig: the key can't be read, or the library refuses it.
#ifndef GATEWAY_DISPATCH_DKIM_SIGNER_H_
#define GATEWAY_DISPATCH_DKIM_SIGNER_H_

#include <string>

#include "gateway/config/config.h"

namespace zp::gateway {

/// `wire` (lines end with CR LF) with its DKIM-Signature in front; as it is when no key is configured.
Result<std::string> dkim_signed(const SmtpConfig& config, const std::string& wire);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_DKIM_SIGNER_H_
