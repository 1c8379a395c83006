#include "intake/cell/pdf_signatures.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <qpdf/Buffer.hh>
#include <set>

#include "crypto/cms.h"
#include "intake/cell/pdf_appended.h"
#include "intake/cell/pdf_byte_range.h"
#include "intake/cell/pdf_fields.h"
#include "intake/cell/pdf_revisions.h"
#include "intake/cell/pdf_structure.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxSignatures = 50;
constexpr std::size_t kMaxMaterial = 500;  // certificates, CRLs and OCSP answers, of each
constexpr std::size_t kMaxMaterialBytes = 32 << 20;

std::string name_or(QPDFObjectHandle value, std::string otherwise) {
  return value.isName() ? value.getName().substr(1) : std::move(otherwise);
}

/// "D:20240131120000+01'00'" as far as it is one (ISO 32000-1 7.9.4).
std::string pdf_time(const std::string& text) {
  const std::string digits = text.starts_with("D:") ? text.substr(2) : text;
  if (digits.size() < 14 ||
      !std::all_of(digits.begin(), digits.begin() + 14, [](char c) { return c >= '0' && c <= '9'; }))
    return {};
  const auto part = [&](std::size_t at, std::size_t length) { return digits.substr(at, length); };
  std::string zone = "Z";
  if (digits.size() >= 17 && (digits[14] == '+' || digits[14] == '-')) {
    zone = part(14, 3) + ":" + (digits.size() >= 20 ? part(18, 2) : "00");
  }
  return part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" + part(10, 2) + ":" + part(12, 2) +
         zone;
}

std::optional<crypto::CmsForm> form_of(const std::string& format) {
  static const std::map<std::string, crypto::CmsForm, std::less<>> kForms = {
      {"adbe.pkcs7.detached", crypto::CmsForm::kDetached},
      {"ETSI.CAdES.detached", crypto::CmsForm::kDetached},
      {"adbe.pkcs7.sha1", crypto::CmsForm::kSha1Digest},
      {"ETSI.RFC3161", crypto::CmsForm::kTimeStamp}};
  const auto form = kForms.find(format);
  return form == kForms.end() ? std::nullopt : std::optional(form->second);
}

/// The /DSS of the file as it is now (ISO 32000-2 12.8.4.3): it helps, and may be anybody's.
crypto::ValidationMaterial material_of(QPDF& document) {
  crypto::ValidationMaterial material;
  QPDFObjectHandle store = document.getRoot().getKey("/DSS");
  if (!store.isDictionary()) return material;
  std::size_t total = 0;
  const auto read = [&](const char* key, std::vector<Bytes>& into) {
    QPDFObjectHandle list = store.getKey(key);
    const int count = list.isArray() ? list.getArrayNItems() : 0;
    for (int i = 0; i < count && into.size() < kMaxMaterial; ++i) {
      QPDFObjectHandle stream = list.getArrayItem(i);
      if (!stream.isStream()) continue;
      const auto data = stream.getStreamData(qpdf_dl_generalized);
      total += data->getSize();
      if (total > kMaxMaterialBytes) return;
      into.emplace_back(data->getBuffer(), data->getBuffer() + data->getSize());
    }
  };
  read("/Certs", material.certificates);
  read("/CRLs", material.crls);
  read("/OCSPs", material.ocsp_responses);
  return material;
}

class SignatureChecker {
 public:
  SignatureChecker(ByteView pdf, QPDF& document, bool mended, const SignaturePolicy& policy)
      : pdf_(pdf),
        document_(document),
        policy_(policy),
        material_(material_of(document)),
        dictionaries_(dictionaries()),
        latest_(pdf, mended || was_repaired(document) ? nullptr : &document),
        proven_(policy.at) {}

  std::vector<DigitalSignature> check_all() {
    std::vector<DigitalSignature> checked(dictionaries_.size());
    // From the last to the first: a document time-stamp proves when all before it existed.
    for (std::size_t i = dictionaries_.size(); i-- > 0;) checked[i] = check(dictionaries_[i]);
    return checked;
  }

 private:
  /// Also those that no field points to: hiding the form must not hide its signatures. And what a field has for one though
  /// it says nothing of what it covers: some programs show such a field as signed.
  std::vector<QPDFObjectHandle> dictionaries() {
    std::vector<QPDFObjectHandle> found;
    std::set<std::string> seen;
    const auto add = [&](QPDFObjectHandle candidate) {
      if (!candidate.isDictionary()) return;
      const std::string identity = candidate.isIndirect() ? candidate.unparse() : candidate.unparseResolved();
      if (found.size() < kMaxSignatures && seen.insert(identity).second) found.push_back(candidate);
    };
    for (const Field& field : form_fields(document_)) {
      if (field.type == "/Sig") add(field.value);
    }
    for (QPDFObjectHandle& object : document_.getAllObjects()) {
      if (object.isDictionary() && object.hasKey("/ByteRange") && object.hasKey("/Contents")) add(object);
    }
    std::ranges::stable_sort(found, {}, [](QPDFObjectHandle object) {
      QPDFObjectHandle range = object.getKey("/ByteRange");
      QPDFObjectHandle last =
          range.isArray() && range.getArrayNItems() == 4 ? range.getArrayItem(2) : QPDFObjectHandle::newNull();
      return last.isInteger() ? last.getIntValue() : std::numeric_limits<long long>::max();
    });
    return found;
  }

  DigitalSignature check(QPDFObjectHandle dictionary) {
    DigitalSignature result;
    result.format = name_or(dictionary.getKey("/SubFilter"), "unknown");
    if (dictionary.getKey("/M").isString()) result.claimed_time = pdf_time(dictionary.getKey("/M").getUTF8Value());
    if (dictionary.getKey("/Name").isString()) result.signer = dictionary.getKey("/Name").getUTF8Value();
    const std::optional<ByteRange> range = read_byte_range(dictionary.getKey("/ByteRange"), pdf_.size());
    const std::optional<Bytes> cms = range ? signature_in_gap(pdf_, *range) : std::nullopt;
    if (!cms || !belongs_together(dictionary, *range)) {
      result.integrity = "broken";
      result.weaknesses.push_back("byte-range");
      conclude("FORMAT_FAILURE", result);
      return result;
    }
    const std::string failure = check_cms(*cms, *range, result);
    judge_coverage(*range, result);
    conclude(failure, result);
    return result;
  }

  /// The gap must be the /Contents of this very dictionary, not a string somewhere else that happens to verify.
  bool belongs_together(QPDFObjectHandle dictionary, const ByteRange& range) {
    QPDFObjectHandle contents = dictionary.getKey("/Contents");
    if (!contents.isString()) return false;
    const qpdf_offset_t at = contents.getParsedOffset();
    // QPDF points at the string or at the white space before it.
    const auto gap = static_cast<qpdf_offset_t>(range.before);
    return at >= gap - 16 && at <= gap;
  }

  std::string check_cms(ByteView cms, const ByteRange& range, DigitalSignature& result) {
    const auto form = form_of(result.format);
    if (!form) return "CRYPTO_CONSTRAINTS_FAILURE";
    const crypto::CmsVerdict verdict =
        crypto::verify_detached(cms, range.content(pdf_), *form, policy_.anchors(), proven_, material_);
    report(verdict, result);
    if (proven_ < policy_.at && result.proven_time.empty()) result.proven_time = rfc3339(proven_);
    if (*form == crypto::CmsForm::kTimeStamp && verdict.proven_time) proven_ = std::min(proven_, *verdict.proven_time);
    return verdict.failure;
  }

  void judge_coverage(const ByteRange& range, DigitalSignature& result) {
    result.coverage = "whole";
    if (std::ranges::all_of(pdf_.subspan(range.after_end), is_pdf_space)) return;
    result.coverage = "partial";
    if (!ends_as_pdf(pdf_.first(range.after_end))) return;
    const std::string change = latest_.forbidden_change(range.after_end);
    result.coverage = change.empty() ? "extended-allowed" : "extended-disallowed";
    if (!change.empty()) result.weaknesses.push_back(change);
  }

  ByteView pdf_;
  QPDF& document_;
  const SignaturePolicy& policy_;
  crypto::ValidationMaterial material_;
  std::vector<QPDFObjectHandle> dictionaries_;
  LatestRevision latest_;
  std::int64_t proven_;  // all signatures that are still to be checked existed then, unix seconds
};

/// What is left out must be /Contents: the sum over a locked file (ISO/TS 32004) leaves out itself.
bool is_of_a_signature(std::string_view pdf, const ByteRange& range) {
  const std::size_t end = pdf.substr(0, range.before).find_last_not_of("< \t\r\n");
  return pdf.substr(0, end + 1).ends_with("/Contents");
}

/// The four numbers after a "/ByteRange" in the bytes themselves.
std::optional<std::array<long long, 4>> numbers_at(std::string_view text) {
  std::array<long long, 4> numbers{};
  const auto skip_space = [&] { text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\r\n"))); };
  skip_space();
  if (!text.starts_with('[')) return std::nullopt;
  text.remove_prefix(1);
  for (long long& number : numbers) {
    skip_space();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return numbers;
}

}  // namespace

std::vector<DigitalSignature> check_signatures(ByteView untrusted_pdf, QPDF& document, bool mended,
                                               const SignaturePolicy& policy) {
  try {
    return SignatureChecker(untrusted_pdf, document, mended, policy).check_all();
  } catch (const std::exception&) {
    // QPDF stumbled half-way: whatever was signed, nobody can say that it holds.
    DigitalSignature unknown;
    unknown.format = "unknown";
    return {unknown};
  }
}

std::vector<DigitalSignature> check_locked_signatures(ByteView untrusted_pdf, const SignaturePolicy& policy) {
  constexpr std::string_view kKey = "/ByteRange";
  const std::string_view text = as_text(untrusted_pdf);
  std::vector<DigitalSignature> found;
  for (std::size_t at = text.find(kKey); at != std::string_view::npos && found.size() < kMaxSignatures;
       at = text.find(kKey, at + 1)) {
    const auto numbers = numbers_at(text.substr(at + kKey.size()));
    const auto range = numbers ? to_byte_range(*numbers, untrusted_pdf.size()) : std::nullopt;
    const auto cms = range ? signature_in_gap(untrusted_pdf, *range) : std::nullopt;
    if (!cms || !is_of_a_signature(text, *range)) continue;
    DigitalSignature signature;
    signature.format = "locked";
    const auto verdict = crypto::verify_detached(*cms, range->content(untrusted_pdf), crypto::CmsForm::kDetached,
                                                 policy.anchors(), policy.at);
    report(verdict, signature);
    signature.coverage =
        std::ranges::all_of(untrusted_pdf.subspan(range->after_end), is_pdf_space) ? "whole" : "partial";
    conclude(verdict.failure, signature);
    found.push_back(std::move(signature));
  }
  return found;
}

}  // namespace zp::intake::cell
