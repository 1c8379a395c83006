// gateway/dispatch/tls_client.h - private to gateway/dispatch: what every TLS connection of ours to a server has.
#ifndef GATEWAY_DISPATCH_TLS_CLIENT_H_
#define GATEWAY_DISPATCH_TLS_CLIENT_H_

#include <Poco/Net/Context.h>

#include <string>

namespace zp::gateway {

/// TLS 1.2 at least, the certificate checked against `ca_file` (PEM), or the system's anchors when it is empty.
Poco::Net::Context::Ptr verifying_context(const std::string& ca_file);

}  // namespace zp::gateway

#endif  // GATEWAY_DISPATCH_TLS_CLIENT_H_
