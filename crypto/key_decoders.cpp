#include "crypto/key_decoders.h"

#include <openssl/asn1.h>
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <string_view>
#include <vector>

namespace zp::crypto {
namespace {

OSSL_PROVIDER* whole = nullptr;           // OpenSSL's own, which does all the work
std::vector<OSSL_ALGORITHM> of_key_info;  // its decoders of a SubjectPublicKeyInfo

const OSSL_ALGORITHM* find(void*, int operation, int* no_cache) {
  const OSSL_ALGORITHM* const all = OSSL_PROVIDER_query_operation(whole, operation, no_cache);
  return operation == OSSL_OP_DECODER ? of_key_info.data() : all;
}

int begin(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context) {
  static const OSSL_DISPATCH kFunctions[] = {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(find)},
                                             {0, nullptr}};
  *functions = kFunctions;
  *context = OSSL_PROVIDER_get0_provider_ctx(whole);
  return 1;
}

void pick_decoders() {
  int no_cache = 0;
  const OSSL_ALGORITHM* one = OSSL_PROVIDER_query_operation(whole, OSSL_OP_DECODER, &no_cache);
  for (; one != nullptr && one->algorithm_names != nullptr; ++one)
    if (std::string_view(one->property_definition).contains("SubjectPublicKeyInfo")) of_key_info.push_back(*one);
  of_key_info.push_back({});
}

/// Never taken down: it lives as long as the process.
OSSL_LIB_CTX* context() {
  static OSSL_LIB_CTX* const made = [] {
    constexpr const char* kName = "key-info";
    whole = OSSL_PROVIDER_load(nullptr, "default");
    ZP_CHECK(whole != nullptr);
    pick_decoders();
    OSSL_LIB_CTX* fresh = OSSL_LIB_CTX_new();
    ZP_CHECK(fresh != nullptr && OSSL_PROVIDER_add_builtin(fresh, kName, begin) == 1);
    ZP_CHECK(OSSL_PROVIDER_load(fresh, kName) != nullptr);
    return fresh;
  }();
  return made;
}

/// Frees `value`, and gives null, if it fails.
ASN1_VALUE* decode(ByteView der, const ASN1_ITEM* as, ASN1_VALUE* value) {
  const std::uint8_t* at = der.data();
  if (ASN1_item_d2i_ex(&value, &at, static_cast<long>(der.size()), as, context(), nullptr) == nullptr)
    ERR_clear_error();
  return value;
}

}  // namespace

Certificate decode_certificate(ByteView der) {
  X509* certificate = X509_new_ex(context(), nullptr);
  ZP_CHECK(certificate != nullptr);
  return Certificate(
      reinterpret_cast<X509*>(decode(der, ASN1_ITEM_rptr(X509), reinterpret_cast<ASN1_VALUE*>(certificate))));
}

Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> decode_ocsp_answer(ByteView der) {
  return Owned<OCSP_BASICRESP, OCSP_BASICRESP_free>(
      reinterpret_cast<OCSP_BASICRESP*>(decode(der, ASN1_ITEM_rptr(OCSP_BASICRESP), nullptr)));
}

}  // namespace zp::crypto
