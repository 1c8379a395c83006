#include "crypto/cms_message.h"

#include <openssl/bio.h>

#include <algorithm>
#include <limits>

namespace zp::crypto {
namespace {

constexpr std::size_t kBytesOfOpenDigest = 64;

struct SpanSource {
  std::vector<ByteView> spans;
  std::size_t span = 0;
  std::size_t offset = 0;
};

int read_spans(BIO* bio, char* into, std::size_t room, std::size_t* got) {
  auto& source = *static_cast<SpanSource*>(BIO_get_data(bio));
  *got = 0;
  while (source.span < source.spans.size() && *got == 0) {
    const ByteView rest = source.spans[source.span].subspan(source.offset);
    *got = std::min(room, rest.size());
    std::copy_n(rest.begin(), *got, into);
    source.offset += *got;
    if (*got == rest.size()) {
      ++source.span;
      source.offset = 0;
    }
  }
  return *got > 0 ? 1 : 0;
}

long control_spans(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int close_spans(BIO* bio) {
  delete static_cast<SpanSource*>(BIO_get_data(bio));
  return 1;
}

/// Nothing unless `bytes` are elements from end to end.
std::optional<std::vector<DerElement>> elements_of(ByteView bytes) {
  std::vector<DerElement> elements;
  while (!bytes.empty()) {
    const auto element = leading_element(bytes);
    if (!element) return std::nullopt;
    elements.push_back(*element);
    bytes = bytes.subspan(element->whole.size());
  }
  return elements;
}

constexpr std::uint8_t kSequence = 0x30, kTagZero = 0xa0;  // first byte of a SEQUENCE, and of a constructed [0]

bool is(std::uint8_t first_byte, const DerElement& element) { return element.whole.front() == first_byte; }

struct WithoutCertificates {
  Bytes message;
  std::vector<ByteView> certificates;
};

/// RFC 5652 sections 3 and 5.1: ContentInfo { type, [0] SignedData { version, digests, content, [0] certificates, ... } }.
std::optional<WithoutCertificates> take_out_certificates(const DerElement& message) {
  const auto info = is(kSequence, message) ? elements_of(message.content) : std::nullopt;
  if (!info || info->size() != 2 || !is(kTagZero, (*info)[1])) return std::nullopt;
  const auto inside = elements_of((*info)[1].content);
  if (!inside || inside->size() != 1 || !is(kSequence, inside->front())) return std::nullopt;
  const auto parts = elements_of(inside->front().content);
  constexpr std::size_t kCertificates = 3;
  if (!parts || parts->size() <= kCertificates) return std::nullopt;
  const DerElement& certificates = (*parts)[kCertificates];
  const auto all = is(kTagZero, certificates) ? elements_of(certificates.content) : std::nullopt;
  // Other sorts than X.509 have a tag of their own.
  if (!all || !std::ranges::all_of(*all, [](const auto& one) { return is(kSequence, one); })) return std::nullopt;
  WithoutCertificates result;
  for (const DerElement& one : *all) result.certificates.push_back(one.whole);
  Bytes rest;
  for (const DerElement& part : *parts)
    if (part.whole.data() != certificates.whole.data()) rest.insert(rest.end(), part.whole.begin(), part.whole.end());
  rest = in_element(0, in_element(V_ASN1_SEQUENCE, rest), V_ASN1_CONTEXT_SPECIFIC);
  rest.insert(rest.begin(), (*info)[0].whole.begin(), (*info)[0].whole.end());
  result.message = in_element(V_ASN1_SEQUENCE, rest);
  return result;
}

/// How many bytes it took, and the message.
std::pair<std::size_t, SignedMessage> decode(ByteView bytes) {
  const auto outer = leading_element(bytes);
  auto lighter = outer ? take_out_certificates(*outer) : std::nullopt;
  const ByteView source = lighter ? ByteView(lighter->message) : bytes;
  const std::uint8_t* at = source.data();
  SignedMessage message{Owned<CMS_ContentInfo, CMS_ContentInfo_free>(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(source.size())))};
  if (!lighter) return {static_cast<std::size_t>(at - source.data()), std::move(message)};
  message.certificates = std::move(lighter->certificates);
  return {outer->whole.size(), std::move(message)};
}

}  // namespace

Owned<BIO, BIO_free_all> open_spans(const std::vector<ByteView>& content) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "spans");
    ZP_CHECK(made != nullptr);
    BIO_meth_set_read_ex(made, read_spans);
    BIO_meth_set_ctrl(made, control_spans);
    BIO_meth_set_destroy(made, close_spans);
    return made;
  }();
  Owned<BIO, BIO_free_all> bio(BIO_new(method));
  ZP_CHECK(bio != nullptr);
  BIO_set_data(bio.get(), new SpanSource{content});
  BIO_set_init(bio.get(), 1);
  return bio;
}

Bytes digest_of_spans(const EVP_MD* algorithm, const std::vector<ByteView>& content) {
  const DigestContext context(EVP_MD_CTX_new());
  ZP_CHECK(EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1);
  for (const ByteView span : content) ZP_CHECK(EVP_DigestUpdate(context.get(), span.data(), span.size()) == 1);
  Bytes value(EVP_MAX_MD_SIZE);
  if ((EVP_MD_get_flags(algorithm) & EVP_MD_FLAG_XOF) != 0) {
    value.resize(kBytesOfOpenDigest);
    ZP_CHECK(EVP_DigestFinalXOF(context.get(), value.data(), value.size()) == 1);
    return value;
  }
  unsigned size = 0;
  ZP_CHECK(EVP_DigestFinal_ex(context.get(), value.data(), &size) == 1);
  value.resize(size);
  return value;
}

ByteView bytes_of(const ASN1_STRING* value) {
  return {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

SignedMessage parse_signed_message(ByteView bytes) {
  if (bytes.size() > std::numeric_limits<int>::max()) return {};
  auto [length, message] = decode(bytes);
  if (!message.cms || OBJ_obj2nid(CMS_get0_type(message.cms.get())) != NID_pkcs7_signed) return {};
  if (!std::ranges::all_of(bytes.subspan(length), [](std::uint8_t b) { return b == 0; })) return {};
  return std::move(message);
}

const ASN1_OCTET_STRING* embedded_content(CMS_ContentInfo* message) {
  ASN1_OCTET_STRING** const content = CMS_get0_content(message);
  return content == nullptr ? nullptr : *content;
}

Signer first_signer(const SignedMessage& message, CertificatePool& pool, STACK_OF(X509) * more) {
  Signer signer;
  STACK_OF(CMS_SignerInfo)* const infos = CMS_get0_SignerInfos(message.cms.get());
  for (int i = 0; i < sk_CMS_SignerInfo_num(infos); ++i) {
    CMS_SignerInfo* const info = sk_CMS_SignerInfo_value(infos, i);
    const auto is_its = [&](ByteView der) {
      X509* const certificate = pool.decode(der);
      if (certificate == nullptr || CMS_SignerInfo_cert_cmp(info, certificate) != 0) return false;
      CMS_SignerInfo_set1_signer_cert(info, certificate);
      return true;
    };
    std::ranges::any_of(message.certificates, is_its);
  }
  CMS_set1_signers_certs(message.cms.get(), more, 0);
  signer.info = sk_CMS_SignerInfo_value(infos, 0);
  if (signer.info != nullptr)
    CMS_SignerInfo_get0_algs(signer.info, &signer.key, &signer.certificate, &signer.digest, &signer.signature);
  return signer;
}

std::optional<DerElement> leading_element(ByteView bytes) {
  const std::uint8_t* at = bytes.data();
  long size = 0;
  DerElement element;
  int kind = 0;
  if (bytes.empty() || bytes.size() > std::numeric_limits<int>::max()) return std::nullopt;
  constexpr int kError = 0x80, kIndefinite = 0x01;
  const int form = ASN1_get_object(&at, &size, &element.tag, &kind, static_cast<long>(bytes.size()));
  if ((form & (kError | kIndefinite)) != 0) return std::nullopt;
  const auto header = static_cast<std::size_t>(at - bytes.data());
  const auto content = static_cast<std::size_t>(size);
  element.of_context = kind == V_ASN1_CONTEXT_SPECIFIC;
  element.content = bytes.subspan(header, content);
  element.whole = bytes.first(header + content);
  return element;
}

Bytes in_element(int tag, ByteView content, int tag_class) {
  const int size = static_cast<int>(content.size());
  Bytes element(static_cast<std::size_t>(ASN1_object_size(1, size, tag)) - content.size());
  std::uint8_t* at = element.data();
  ASN1_put_object(&at, 1, size, tag, tag_class);
  element.insert(element.end(), content.begin(), content.end());
  return element;
}

}  // namespace zp::crypto
