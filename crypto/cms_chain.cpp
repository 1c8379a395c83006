#include "crypto/cms_chain.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <set>

#include "crypto/anchor_index.h"
#include "crypto/known_anchors.h"

namespace zp::crypto {
namespace {

constexpr int kLongestChain = 10;
constexpr int kSecurityLevel = 2;                       // of OpenSSL: 112 bits, so no RSA under 2048 and no SHA-1
constexpr std::int64_t kFreshSeconds = 24 * 3600;       // how long a statement without an end counts as new
constexpr const char* kShortTerm = "0.4.0.194121.2.1";  // ETSI EN 319 412-1 5.2: too short-lived to be revoked

using Store = Owned<X509_STORE, X509_STORE_free>;
using Context = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using Object = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;

Store store_of(const STACK_OF(X509) * anchors, int purpose, std::int64_t at) {
  Store store(X509_STORE_new());
  ZP_CHECK(store != nullptr);
  for (int i = 0; i < sk_X509_num(anchors); ++i) X509_STORE_add_cert(store.get(), sk_X509_value(anchors, i));
  X509_VERIFY_PARAM* const parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(parameters, at);
  X509_VERIFY_PARAM_set_depth(parameters, kLongestChain);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  if (purpose != X509_PURPOSE_ANY) X509_VERIFY_PARAM_set_purpose(parameters, purpose);
  // An anchor is trusted because the administrator named it, not because it signed itself.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

std::int64_t unix_seconds(const ASN1_TIME* time) {
  std::tm broken_down{};
  return time != nullptr && ASN1_TIME_to_tm(time, &broken_down) == 1 ? ::timegm(&broken_down) : 0;
}

/// Whether a statement of `issued` that promises a newer one by `next` (0: no promise) speaks about `at`.
bool speaks_about(std::int64_t at, std::int64_t issued, std::int64_t next) {
  return issued >= at || at <= (next != 0 ? next : issued + kFreshSeconds);
}

bool cannot_be_revoked(const X509* certificate) {
  const Object short_term(OBJ_txt2obj(kShortTerm, 1));
  return X509_get_ext_by_NID(certificate, NID_id_pkix_OCSP_noCheck, -1) >= 0 ||
         X509_get_ext_by_OBJ(certificate, short_term.get(), -1) >= 0;
}

/// What the CRLs said, collected while OpenSSL walks the chain.
struct CrlFindings {
  std::int64_t at = 0;
  std::set<int> unknown;  // depths
  bool revoked = false;
};

int on_crl_problem(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  auto& findings = *static_cast<CrlFindings*>(X509_STORE_CTX_get_app_data(context));
  switch (X509_STORE_CTX_get_error(context)) {
    case X509_V_ERR_CRL_NOT_YET_VALID:  // issued after the signature: it knows more, not less
      return 1;
    case X509_V_ERR_CERT_REVOKED: {
      X509_REVOKED* entry = nullptr;
      X509_CRL* const crl = X509_STORE_CTX_get0_current_crl(context);
      X509_CRL_get0_by_cert(crl, &entry, X509_STORE_CTX_get_current_cert(context));
      if (entry == nullptr || unix_seconds(X509_REVOKED_get0_revocationDate(entry)) <= findings.at)
        findings.revoked = true;
      return 1;
    }
    default:
      findings.unknown.insert(X509_STORE_CTX_get_error_depth(context));
      return 1;
  }
}

/// About one certificate; kUnknown if no answer that holds speaks about it.
class OcspAnswers {
 public:
  OcspAnswers(const Evidence& evidence, const STACK_OF(X509) * anchors, std::int64_t at)
      : evidence_(evidence), anchors_(anchors), at_(at) {}

  Revocation about(X509* certificate, X509* issuer) const {
    Revocation best = Revocation::kUnknown;
    for (const OcspAnswer& answer : evidence_.ocsp) {
      const Revocation one = in_answer(answer.get(), certificate, issuer);
      if (one == Revocation::kRevoked) return one;
      if (one == Revocation::kGood) best = one;
    }
    return best;
  }

 private:
  Revocation in_answer(OCSP_BASICRESP* answer, X509* certificate, X509* issuer) const {
    for (int i = 0; i < OCSP_resp_count(answer); ++i) {
      OCSP_SINGLERESP* const single = OCSP_resp_get0(answer, i);
      if (!is_about(single, certificate, issuer)) continue;
      int reason = 0;
      ASN1_GENERALIZEDTIME *revoked = nullptr, *issued = nullptr, *next = nullptr;
      const int status = OCSP_single_get0_status(single, &reason, &revoked, &issued, &next);
      if (status == V_OCSP_CERTSTATUS_UNKNOWN || !holds(answer)) continue;
      if (status == V_OCSP_CERTSTATUS_REVOKED && unix_seconds(revoked) <= at_) return Revocation::kRevoked;
      if (speaks_about(at_, unix_seconds(issued), unix_seconds(next))) return Revocation::kGood;
    }
    return Revocation::kUnknown;
  }

  static bool is_about(OCSP_SINGLERESP* single, X509* certificate, X509* issuer) {
    ASN1_OBJECT* algorithm = nullptr;
    auto* const asked = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
    OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, asked);
    const EVP_MD* const digest = EVP_get_digestbyobj(algorithm);
    if (digest == nullptr) return false;
    const Owned<OCSP_CERTID, OCSP_CERTID_free> wanted(OCSP_cert_to_id(digest, certificate, issuer));
    return wanted && OCSP_id_cmp(wanted.get(), asked) == 0;
  }

  /// Signed by the issuer or by one whom the issuer lets answer, valid when it answered.
  bool holds(OCSP_BASICRESP* answer) const {
    const Store store = store_of(anchors_, X509_PURPOSE_ANY, unix_seconds(OCSP_resp_get0_produced_at(answer)));
    return OCSP_basic_verify(answer, evidence_.certificates.get(), store.get(), OCSP_PARTIAL_CHAIN) == 1;
  }

  const Evidence& evidence_;
  const STACK_OF(X509) * anchors_;
  std::int64_t at_;
};

/// `chain` from the certificate to its anchor; `crls` what the CRLs said about it.
Revocation judge_revocation(const STACK_OF(X509) * chain, const CrlFindings& crls, const OcspAnswers& answers) {
  if (crls.revoked) return Revocation::kRevoked;
  Revocation all = Revocation::kGood;
  for (int depth = 0; depth + 1 < sk_X509_num(chain); ++depth) {
    X509* const certificate = sk_X509_value(chain, depth);
    const Revocation answer = answers.about(certificate, sk_X509_value(chain, depth + 1));
    if (answer == Revocation::kRevoked) return answer;
    if (answer == Revocation::kUnknown && crls.unknown.contains(depth) && !cannot_be_revoked(certificate)) all = answer;
  }
  return all;
}

/// Borrowed from the evidence and the pool.
Owned<STACK_OF(X509_CRL), sk_X509_CRL_free_only> crls_of(const Evidence& evidence, CertificatePool& pool) {
  Owned<STACK_OF(X509_CRL), sk_X509_CRL_free_only> all(sk_X509_CRL_dup(evidence.crls.get()));
  ZP_CHECK(all != nullptr);
  for (const ByteView der : evidence.other_crls)
    if (X509_CRL* const crl = pool.decode_crl(der)) ZP_CHECK(sk_X509_CRL_push(all.get(), crl) > 0);
  return all;
}

/// As if OpenSSL had asked for a CRL at each certificate of the chain.
CrlFindings nothing_known(const STACK_OF(X509) * chain, std::int64_t at) {
  CrlFindings crls{.at = at};
  for (int depth = 0; depth < sk_X509_num(chain); ++depth) crls.unknown.insert(depth);
  return crls;
}

/// `chain` as it was built. To go through it once more with CRLs checks its signatures again.
Revocation check_revocation(X509* certificate, const STACK_OF(X509) * chain, const Evidence& evidence,
                            const STACK_OF(X509) * anchors, CertificatePool& pool, int purpose, std::int64_t at) {
  const auto all_crls = crls_of(evidence, pool);
  const OcspAnswers answers(evidence, anchors, at);
  if (sk_X509_CRL_num(all_crls.get()) == 0) return judge_revocation(chain, nothing_known(chain, at), answers);
  const Store store = store_of(anchors, purpose, at);
  const Context context(X509_STORE_CTX_new());
  CrlFindings crls{.at = at};
  if (!context || X509_STORE_CTX_init(context.get(), store.get(), certificate, evidence.certificates.get()) != 1)
    return Revocation::kUnknown;
  X509_STORE_CTX_set0_crls(context.get(), all_crls.get());
  X509_STORE_CTX_set_app_data(context.get(), &crls);
  X509_STORE_CTX_set_verify_cb(context.get(), on_crl_problem);
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()),
                              X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  if (X509_verify_cert(context.get()) != 1) return Revocation::kUnknown;
  return judge_revocation(X509_STORE_CTX_get0_chain(context.get()), crls, answers);
}

/// `chain` gets the certificates if it is trusted.
Chain build_chain(X509* certificate, const Evidence& evidence, const STACK_OF(X509) * anchors, int purpose,
                  std::int64_t at, CertificateStack& chain) {
  const Store store = store_of(anchors, purpose, at);
  const Context context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store.get(), certificate, evidence.certificates.get()) != 1)
    return Chain::kUnknown;
  if (X509_verify_cert(context.get()) == 1) {
    chain.reset(X509_STORE_CTX_get1_chain(context.get()));
    return Chain::kTrusted;
  }
  const int error = X509_STORE_CTX_get_error(context.get());
  return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID ? Chain::kExpired
                                                                                        : Chain::kUntrusted;
}

}  // namespace

void TrustAnchors::make_index() const {
  if (!index) index = std::make_shared<const AnchorIndex>(pem);
}

void decode_all(const TrustAnchors& anchors) {
  anchors.make_index();
  anchors.index->decode_all();
}

ChainVerdict check_chain(X509* certificate, const Evidence& evidence, const TrustAnchors& anchors,
                         CertificatePool& pool, int purpose, std::int64_t at) {
  ChainVerdict verdict;
  anchors.make_index();
  if (anchors.index->empty() || certificate == nullptr) return verdict;
  // The signer's own is among them, or was found there.
  const CertificateStack trusted = anchors.index->reachable_from(evidence.certificates.get());
  CertificateStack chain;
  verdict.chain = build_chain(certificate, evidence, trusted.get(), purpose, at, chain);
  if (verdict.chain == Chain::kTrusted) {
    verdict.revocation = check_revocation(certificate, chain.get(), evidence, trusted.get(), pool, purpose, at);
    if (verdict.revocation == Revocation::kRevoked) verdict.chain = Chain::kRevoked;
  }
  ERR_clear_error();
  return verdict;
}

}  // namespace zp::crypto
