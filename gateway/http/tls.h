// gateway/http/tls.h - TLS as the NCSC guidelines 2025-05 have it: 1.3 and 1.2, forward secret AEAD suites
// only.
#ifndef GATEWAY_HTTP_TLS_H_
#define GATEWAY_HTTP_TLS_H_

#include <Poco/Net/Context.h>

#include <string>

#include "crypto/base/result.h"

namespace zp::gateway {

/// A context for a server without client certificates. kConfig names the file that can't be used.
Result<Poco::Net::Context::Ptr> server_tls(const std::string& certificate, const std::string& key);

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_TLS_H_
