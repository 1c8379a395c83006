#include "gateway/http/tls.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetSSL.h>
#include <openssl/ssl.h>

#include <mutex>

namespace zp::gateway {
namespace {

// An upload comes in records of 16 KB, which OpenSSL would fetch with two calls each.
constexpr std::size_t kReadAheadBytes = 64 * 1024;

}  // namespace

Result<Poco::Net::Context::Ptr> server_tls(const std::string& certificate, const std::string& key) {
  static std::once_flag once;
  std::call_once(once, [] { Poco::Net::initializeSSL(); });
  try {
    Poco::Net::Context::Params params;
    params.privateKeyFile = key;
    params.certificateFile = certificate;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    params.loadDefaultCAs = false;
    params.cipherList =
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
        "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
    Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
    SSL_CTX* ssl = context->sslContext();
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384") != 1 ||
        SSL_CTX_set_ciphersuites(ssl, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") !=
            1)
      return fail(Code::kConfig, "set up TLS");
    SSL_CTX_set_read_ahead(ssl, 1);
    SSL_CTX_set_default_read_buffer_len(ssl, kReadAheadBytes);
    if (SSL_CTX_check_private_key(ssl) != 1) return fail(Code::kConfig, "use TLS key with certificate", key);
    return context;
  } catch (const Poco::Exception&) {
    return fail(Code::kConfig, "load TLS certificate and key", certificate + ", " + key);
  }
}

}  // namespace zp::gateway
