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
  if (bytes.size() > std::numeric_limits<int>::max()) return nullptr;
  const std::uint8_t* at = bytes.data();
  SignedMessage message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(bytes.size())));
  if (!message || OBJ_obj2nid(CMS_get0_type(message.get())) != NID_pkcs7_signed) return nullptr;
  if (!std::all_of(at, bytes.data() + bytes.size(), [](std::uint8_t b) { return b == 0; })) return nullptr;
  return message;
}

const ASN1_OCTET_STRING* embedded_content(CMS_ContentInfo* message) {
  ASN1_OCTET_STRING** const content = CMS_get0_content(message);
  return content == nullptr ? nullptr : *content;
}

Signer first_signer(CMS_ContentInfo* message, STACK_OF(X509) * more) {
  Signer signer;
  CMS_set1_signers_certs(message, more, 0);
  signer.info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
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

Bytes in_element(int tag, ByteView content) {
  const int size = static_cast<int>(content.size());
  Bytes element(static_cast<std::size_t>(ASN1_object_size(1, size, tag)) - content.size());
  std::uint8_t* at = element.data();
  ASN1_put_object(&at, 1, size, tag, V_ASN1_UNIVERSAL);
  element.insert(element.end(), content.begin(), content.end());
  return element;
}

}  // namespace zp::crypto
