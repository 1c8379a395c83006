#include "crypto/time_stamp.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ts.h>

#include <ctime>

#include "crypto/base/secret_bytes.h"
#include "crypto/cms.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"

namespace zp::crypto {
namespace {

constexpr const char* kOperation = "add time-stamp";
constexpr std::size_t kNonceBytes = 16;

using Message = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Request = Owned<TS_REQ, TS_REQ_free>;
using Response = Owned<TS_RESP, TS_RESP_free>;
using Imprint = Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using Algorithm = Owned<X509_ALGOR, X509_ALGOR_free>;
using Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Number = Owned<BIGNUM, BN_free>;
using Checks = Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;

template <typename T>
T* read_der(ByteView der, T* (*decode)(T**, const unsigned char**, long)) {
  const unsigned char* at = der.data();
  return decode(nullptr, &at, static_cast<long>(der.size()));
}

Request request_for(ByteView signature) {
  Digest digest = sha256(signature);
  Request request(TS_REQ_new());
  const Imprint imprint(TS_MSG_IMPRINT_new());
  const Algorithm algorithm(X509_ALGOR_new());
  const SecretBytes random = SecretBytes::random(kNonceBytes);
  const Number number(BN_bin2bn(random.view().data(), kNonceBytes, nullptr));
  const Integer nonce(BN_to_ASN1_INTEGER(number.get(), nullptr));
  ZP_CHECK(request && imprint && algorithm && nonce);
  ZP_CHECK(X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1);
  ZP_CHECK(TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1);
  ZP_CHECK(TS_MSG_IMPRINT_set_msg(imprint.get(), digest.data(), static_cast<int>(digest.size())) == 1);
  ZP_CHECK(TS_REQ_set_version(request.get(), 1) == 1 && TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1);
  ZP_CHECK(TS_REQ_set_nonce(request.get(), nonce.get()) == 1 && TS_REQ_set_cert_req(request.get(), 1) == 1);
  return request;
}

/// The token, if the answer is to this request: granted, same imprint, same nonce, and signed.
Result<Bytes> token_of(TS_REQ* request, ByteView signature, ByteView untrusted_answer) {
  const Response response(read_der(untrusted_answer, d2i_TS_RESP));
  if (!response) return fail(Code::kTampered, kOperation, "the answer is no time-stamp");
  const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get())));
  if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
    return fail(Code::kRefused, kOperation, "the authority refused");
  const Checks checks(TS_REQ_to_TS_VERIFY_CTX(request, nullptr));
  ZP_CHECK(checks != nullptr);
  // Signature and chain need anchors; the signature alone is checked below.
  TS_VERIFY_CTX_set_flags(checks.get(), TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE);
  if (TS_RESP_verify_response(checks.get(), response.get()) != 1)
    return fail(Code::kTampered, kOperation, "the time-stamp is not for this signature");
  const Bytes token = der_of(TS_RESP_get_token(response.get()), i2d_PKCS7);
  const CmsVerdict verdict = verify_detached(token, {signature}, CmsForm::kTimeStamp, {}, std::time(nullptr));
  if (verdict.integrity != Integrity::kOk)
    return fail(Code::kTampered, kOperation, "the time-stamp's own signature does not hold");
  return token;
}

}  // namespace

Result<Bytes> add_time_stamp(ByteView cms, const AskTimeStamp& ask) {
  const Message message(read_der(cms, d2i_CMS_ContentInfo));
  STACK_OF(CMS_SignerInfo)* const signers = message ? CMS_get0_SignerInfos(message.get()) : nullptr;
  if (!signers || sk_CMS_SignerInfo_num(signers) != 1) return fail(Code::kMalformed, kOperation);
  CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
  const ASN1_OCTET_STRING* const value = CMS_SignerInfo_get0_signature(signer);
  const ByteView signature(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)));
  const Request request = request_for(signature);
  TRY_ASSIGN(const Bytes answer, ask(der_of(request.get(), i2d_TS_REQ)));
  auto token = token_of(request.get(), signature, answer);
  ERR_clear_error();
  if (!token) return std::unexpected(token.error());
  ZP_CHECK(CMS_unsigned_add1_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE, token->data(),
                                         static_cast<int>(token->size())) == 1);
  return der_of(message.get(), i2d_CMS_ContentInfo);
}

}  // namespace zp::crypto
