#include "crypto/trusted_list.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

// Does not compile before the others.
#include <xmlsec/errors.h>

#include <ctime>
#include <memory>

#include "crypto/openssl_x509.h"

namespace zp::crypto {
namespace {

constexpr const char* kOperation = "read trusted list";
constexpr std::size_t kMostBytes = 64 << 20;
constexpr const char* kNamespace = "http://uri.etsi.org/02231/v2#";
constexpr const char* kGranted = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted";
constexpr const char* kIssuing = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
constexpr const char* kTimeStamping = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST";
constexpr std::string_view kPurpose = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/";

using Document = Owned<xmlDoc, xmlFreeDoc>;
using SignatureContext = Owned<xmlSecDSigCtx, xmlSecDSigCtxDestroy>;

const xmlChar* xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
std::string_view view(const xmlChar* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

// ---- the tree

/// The children of `parent` with this name, in the list's own namespace.
std::vector<xmlNode*> children(xmlNode* parent, const char* name) {
  std::vector<xmlNode*> found;
  for (xmlNode* node = parent ? parent->children : nullptr; node; node = node->next) {
    if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, xml(name))) found.push_back(node);
  }
  return found;
}

xmlNode* at(xmlNode* parent, std::initializer_list<const char*> path) {
  for (const char* name : path) {
    const std::vector<xmlNode*> found = children(parent, name);
    parent = found.empty() ? nullptr : found.front();
  }
  return parent;
}

std::string text_of(xmlNode* node) {
  if (!node) return {};
  const Owned<xmlChar, [](xmlChar* text) { xmlFree(text); }> content(xmlNodeGetContent(node));
  const std::string_view text = view(content.get());
  const std::size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  std::string line(text.substr(begin, end - begin + 1));
  for (char& c : line) {
    if (c == '\t' || c == '\r' || c == '\n') c = ' ';
  }
  return line;
}

// ---- the signature

/// Once in a process; xmlsec keeps its tables for ever.
bool start_xmlsec() {
  static const bool started = [] {
    if (xmlSecInit() != 0) return false;
    xmlSecErrorsDefaultCallbackEnableOutput(0);
    return xmlSecOpenSSLAppInit(nullptr) == 0 && xmlSecOpenSSLInit() == 0;
  }();
  return started;
}

/// What may be applied to the list before it is digested: nothing that could leave a part of it out but the signature
/// itself. No SHA-1.
void allow_only_what_signs_all(xmlSecDSigCtx* context) {
  context->enabledReferenceUris = xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument;
  for (const auto id : {xmlSecTransformEnvelopedGetKlass(), xmlSecTransformExclC14NGetKlass(),
                        xmlSecTransformInclC14NGetKlass(), xmlSecOpenSSLTransformSha256GetKlass(),
                        xmlSecOpenSSLTransformSha384GetKlass(), xmlSecOpenSSLTransformSha512GetKlass()})
    xmlSecDSigCtxEnableReferenceTransform(context, id);
  for (const auto id : {xmlSecTransformExclC14NGetKlass(), xmlSecTransformInclC14NGetKlass(),
                        xmlSecOpenSSLTransformRsaSha256GetKlass(), xmlSecOpenSSLTransformRsaSha384GetKlass(),
                        xmlSecOpenSSLTransformRsaSha512GetKlass(), xmlSecOpenSSLTransformEcdsaSha256GetKlass(),
                        xmlSecOpenSSLTransformEcdsaSha384GetKlass(), xmlSecOpenSSLTransformEcdsaSha512GetKlass()})
    xmlSecDSigCtxEnableSignatureTransform(context, id);
}

bool covers_all(xmlSecDSigCtx* context) {
  for (xmlSecSize i = 0; i < xmlSecPtrListGetSize(&context->signedInfoReferences); ++i) {
    const auto* reference =
        static_cast<xmlSecDSigReferenceCtx*>(xmlSecPtrListGetItem(&context->signedInfoReferences, i));
    if (reference->uri && xmlStrlen(reference->uri) == 0 && reference->status == xmlSecDSigStatusSucceeded) return true;
  }
  return false;
}

/// Whether the key of `certificate` made `signature` over the whole document. What the signature says of its own key is
/// not looked at.
bool was_signed_by(const std::string& certificate, xmlNode* signature) {
  const SignatureContext context(xmlSecDSigCtxCreate(nullptr));
  if (!context) return false;
  allow_only_what_signs_all(context.get());
  context->signKey = xmlSecOpenSSLAppKeyLoadMemory(reinterpret_cast<const xmlSecByte*>(certificate.data()),
                                                   static_cast<xmlSecSize>(certificate.size()),
                                                   xmlSecKeyDataFormatCertPem, nullptr, nullptr, nullptr);
  return context->signKey && xmlSecDSigCtxVerify(context.get(), signature) == 0 &&
         context->status == xmlSecDSigStatusSucceeded && covers_all(context.get());
}

/// The one signature, a child of the root (TS 119 612 5.7.1); null if there is none or more than one.
xmlNode* signature_of(xmlNode* root) {
  xmlNode* found = nullptr;
  for (xmlNode* node = root->children; node; node = node->next) {
    if (!xmlSecCheckNodeName(node, xmlSecNodeSignature, xmlSecDSigNs)) continue;
    if (found) return nullptr;
    found = node;
  }
  return found;
}

// ---- certificates

std::string pem_of(const X509* certificate) {
  const Owned<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::vector<std::string> single_certificates(std::string_view pem) {
  std::vector<std::string> all;
  const CertificateStack stack = read_certificates(pem);
  for (int i = 0; stack && i < sk_X509_num(stack.get()); ++i) all.push_back(pem_of(sk_X509_value(stack.get(), i)));
  return all;
}

/// Base64 as the list has it, with blanks and line ends anywhere, to PEM; empty if it is no certificate.
std::string pem_of_base64(std::string_view base64) {
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  std::size_t column = 0;
  for (const char c : base64) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    pem += c;
    if (++column % 64 == 0) pem += '\n';
  }
  const auto read = single_certificates(pem + (column % 64 ? "\n" : "") + "-----END CERTIFICATE-----\n");
  return read.size() == 1 ? read.front() : std::string();
}

void add_certificates(xmlNode* identity, std::vector<std::string>& pems) {
  for (xmlNode* id : children(identity, "DigitalId")) {
    for (xmlNode* certificate : children(id, "X509Certificate")) {
      if (std::string pem = pem_of_base64(text_of(certificate)); !pem.empty()) pems.push_back(std::move(pem));
    }
  }
}

// ---- what the list says

/// An authority may be qualified for the certificates of web sites alone (TS 119 612 5.5.9.4).
bool is_for_signing(xmlNode* service) {
  bool names_purpose = false;
  for (xmlNode* extension : children(at(service, {"ServiceInformationExtensions"}), "Extension")) {
    for (xmlNode* information : children(extension, "AdditionalServiceInformation")) {
      const std::string uri = text_of(at(information, {"URI"}));
      if (!uri.starts_with(kPurpose)) continue;
      const std::string_view purpose = std::string_view(uri).substr(kPurpose.size());
      if (purpose == "ForeSignatures" || purpose == "ForeSeals") return true;
      names_purpose = names_purpose || purpose == "ForWebSiteAuthentication";
    }
  }
  return !names_purpose;
}

void read_services(xmlNode* root, TrustedList& list) {
  for (xmlNode* provider : children(at(root, {"TrustServiceProviderList"}), "TrustServiceProvider")) {
    const std::string name = text_of(at(provider, {"TSPInformation", "TSPName", "Name"}));
    for (xmlNode* one : children(at(provider, {"TSPServices"}), "TSPService")) {
      xmlNode* service = at(one, {"ServiceInformation"});
      const std::string type = text_of(at(service, {"ServiceTypeIdentifier"}));
      if (text_of(at(service, {"ServiceStatus"})) != kGranted) continue;
      if (type != kTimeStamping && (type != kIssuing || !is_for_signing(service))) continue;
      TrustService found{name, text_of(at(service, {"ServiceName", "Name"})), type == kTimeStamping, {}};
      add_certificates(at(service, {"ServiceDigitalIdentity"}), found.certificates_pem);
      if (!found.certificates_pem.empty()) list.services.push_back(std::move(found));
    }
  }
}

std::string territory_of(xmlNode* pointer) {
  for (xmlNode* other : children(at(pointer, {"AdditionalInformation"}), "OtherInformation")) {
    if (xmlNode* territory = at(other, {"SchemeTerritory"})) return text_of(territory);
  }
  return {};
}

void read_pointers(xmlNode* scheme, TrustedList& list) {
  for (xmlNode* pointer : children(at(scheme, {"PointersToOtherTSL"}), "OtherTSLPointer")) {
    ListPointer found{territory_of(pointer), text_of(at(pointer, {"TSLLocation"})), {}};
    for (xmlNode* identity : children(at(pointer, {"ServiceDigitalIdentities"}), "ServiceDigitalIdentity"))
      add_certificates(identity, found.signers_pem);
    list.pointers.push_back(std::move(found));
  }
}

/// "2026-11-22T10:15:00Z"; nothing if it is no such time.
Result<std::int64_t> seconds_of(const std::string& time) {
  std::tm parts{};
  const char* rest = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest || (*rest != 'Z' && *rest != '.')) return fail(Code::kMalformed, kOperation, "NextUpdate");
  return static_cast<std::int64_t>(::timegm(&parts));
}

Result<Document> parse(ByteView bytes) {
  if (bytes.size() > kMostBytes) return fail(Code::kTooLarge, kOperation);
  Document document(xmlReadMemory(reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr,
                                  nullptr, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  // A document type could add entities and attributes that were never signed.
  if (!root || document->intSubset || !xmlSecCheckNodeName(root, xml("TrustServiceStatusList"), xml(kNamespace)))
    return fail(Code::kMalformed, kOperation, "this is no trusted list of ETSI TS 119 612");
  return document;
}

}  // namespace

std::string TrustedList::anchors_pem() const {
  std::string all;
  for (const TrustService& service : services) {
    for (const std::string& pem : service.certificates_pem)
      all += "# " + service.provider + ": " + service.name + "\n" + pem;
  }
  return all;
}

Result<TrustedList> read_trusted_list(ByteView bytes, std::string_view signers_pem, std::int64_t now) {
  if (!start_xmlsec()) return fail(Code::kConfig, kOperation, "xmlsec1 does not start");
  const std::vector<std::string> signers = single_certificates(signers_pem);
  if (signers.empty()) return fail(Code::kConfig, kOperation, "no certificate of a list signer");
  TRY_ASSIGN(const Document document, parse(bytes));
  xmlNode* root = xmlDocGetRootElement(document.get());
  static const xmlChar* kIds[] = {xml("Id"), xml("ID"), nullptr};
  xmlSecAddIDs(document.get(), root, kIds);
  xmlNode* signature = signature_of(root);
  bool holds = false;
  for (const std::string& signer : signers) holds = holds || (signature && was_signed_by(signer, signature));
  if (!holds) return fail(Code::kTampered, kOperation, "none of the given certificates signed all of it");
  TrustedList list;
  xmlNode* scheme = at(root, {"SchemeInformation"});
  list.territory = text_of(at(scheme, {"SchemeTerritory"}));
  list.operator_name = text_of(at(scheme, {"SchemeOperatorName", "Name"}));
  list.issued = text_of(at(scheme, {"ListIssueDateTime"}));
  list.next_update = text_of(at(scheme, {"NextUpdate", "dateTime"}));
  TRY_ASSIGN(const std::int64_t until, seconds_of(list.next_update));
  if (until < now) return fail(Code::kExpired, kOperation, "a newer list was due on " + list.next_update);
  read_services(root, list);
  read_pointers(scheme, list);
  return list;
}

}  // namespace zp::crypto
