#include "intake/cell/pdf_signatures.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <optional>

#include "crypto/cms.h"
#include "intake/cell/pdf_fields.h"
#include "intake/cell/pdf_revisions.h"
#include "intake/cell/pdf_structure.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxSignatures = 50;

struct ByteRange {
  std::size_t before = 0;        // [0, before) is signed
  std::size_t after_begin = 0;   // [after_begin, after_end) is signed
  std::size_t after_end = 0;
};

std::optional<ByteRange> read_range(QPDFObjectHandle array, std::size_t file_size) {
  if (!array.isArray() || array.getArrayNItems() != 4) return std::nullopt;
  std::size_t values[4] = {};
  for (int i = 0; i < 4; ++i) {
    QPDFObjectHandle item = array.getArrayItem(i);
    if (!item.isInteger() || item.getIntValue() < 0) return std::nullopt;
    values[i] = static_cast<std::size_t>(item.getIntValue());
    if (values[i] > file_size) return std::nullopt;
  }
  const ByteRange range{values[1], values[2], values[2] + values[3]};
  const bool right = values[0] == 0 && range.before > 0 && range.after_begin > range.before + 1 && values[3] > 0 &&
                     range.after_end <= file_size;
  return right ? std::optional(range) : std::nullopt;
}

int hex_value(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_space(std::uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0; }

/// What is left out of the range must be one hexadecimal string and nothing else; its bytes. Some programs sign its angle brackets
/// too: more than need be.
std::optional<Bytes> read_gap(ByteView pdf, const ByteRange& range) {
  ByteView gap = pdf.subspan(range.before, range.after_begin - range.before);
  const bool brackets_left_out = gap.front() == '<' && gap.back() == '>';
  const bool brackets_signed = pdf[range.before - 1] == '<' && range.after_begin < pdf.size() && pdf[range.after_begin] == '>';
  if (!brackets_left_out && !brackets_signed) return std::nullopt;
  if (brackets_left_out) gap = gap.subspan(1, gap.size() - 2);
  Bytes bytes;
  int high = -1;
  for (const std::uint8_t c : gap) {
    if (is_space(c)) continue;
    const int value = hex_value(c);
    if (value < 0) return std::nullopt;
    if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high << 4 | value));
    high = high >= 0 ? -1 : value;
  }
  if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high << 4));
  return bytes;
}

std::string name_or(QPDFObjectHandle value, std::string otherwise) {
  return value.isName() ? value.getName().substr(1) : std::move(otherwise);
}

std::string rfc3339(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  char text[32] = "";
  if (::gmtime_r(&time, &utc)) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

/// "D:20240131120000+01'00'" as far as it is one (ISO 32000-1 7.9.4).
std::string pdf_time(const std::string& text) {
  const std::string digits = text.starts_with("D:") ? text.substr(2) : text;
  if (digits.size() < 14 || !std::all_of(digits.begin(), digits.begin() + 14, [](char c) { return c >= '0' && c <= '9'; })) return {};
  const auto part = [&](std::size_t at, std::size_t length) { return digits.substr(at, length); };
  std::string zone = "Z";
  if (digits.size() >= 17 && (digits[14] == '+' || digits[14] == '-')) {
    zone = part(14, 3) + ":" + (digits.size() >= 20 ? part(18, 2) : "00");
  }
  return part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" + part(10, 2) + ":" + part(12, 2) + zone;
}

class SignatureChecker {
 public:
  SignatureChecker(ByteView pdf, QPDF& document, const SignaturePolicy& policy) : pdf_(pdf), document_(document), policy_(policy) {}

  std::vector<DigitalSignature> check_all() {
    std::vector<DigitalSignature> checked;
    for (QPDFObjectHandle& dictionary : dictionaries()) checked.push_back(check(dictionary));
    return checked;
  }

 private:
  /// Also those that no field points to: hiding the form must not hide its signatures.
  std::vector<QPDFObjectHandle> dictionaries() {
    std::vector<QPDFObjectHandle> found;
    std::map<std::string, bool> seen;
    const auto add = [&](QPDFObjectHandle candidate) {
      if (!candidate.isDictionary() || !candidate.hasKey("/ByteRange") || !candidate.hasKey("/Contents")) return;
      const std::string identity = candidate.isIndirect() ? candidate.unparse() : candidate.unparseResolved();
      if (found.size() < kMaxSignatures && seen.emplace(identity, true).second) found.push_back(candidate);
    };
    for (const Field& field : form_fields(document_)) {
      if (field.type == "/Sig") add(field.value);
    }
    for (QPDFObjectHandle& object : document_.getAllObjects()) add(object);
    std::ranges::stable_sort(found, {}, [](QPDFObjectHandle object) {
      QPDFObjectHandle range = object.getKey("/ByteRange");
      QPDFObjectHandle last = range.isArray() && range.getArrayNItems() == 4 ? range.getArrayItem(2) : QPDFObjectHandle::newNull();
      return last.isInteger() ? last.getIntValue() : 0LL;
    });
    return found;
  }

  DigitalSignature check(QPDFObjectHandle dictionary) {
    DigitalSignature result;
    result.format = name_or(dictionary.getKey("/SubFilter"), "unknown");
    if (dictionary.getKey("/M").isString()) result.claimed_time = pdf_time(dictionary.getKey("/M").getUTF8Value());
    if (dictionary.getKey("/Name").isString()) result.signer = dictionary.getKey("/Name").getUTF8Value();
    const std::optional<ByteRange> range = read_range(dictionary.getKey("/ByteRange"), pdf_.size());
    const std::optional<Bytes> cms = range ? read_gap(pdf_, *range) : std::nullopt;
    if (!cms || !belongs_together(dictionary, *range)) {
      result.integrity = "broken";
      result.weaknesses.push_back("byte-range");
      return result;
    }
    check_cms(*cms, *range, result);
    judge_coverage(*range, result);
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

  void check_cms(ByteView cms, const ByteRange& range, DigitalSignature& result) {
    static const std::map<std::string_view, crypto::CmsForm> kForms = {{"adbe.pkcs7.detached", crypto::CmsForm::kDetached},
                                                                       {"ETSI.CAdES.detached", crypto::CmsForm::kDetached},
                                                                       {"adbe.pkcs7.sha1", crypto::CmsForm::kSha1Digest},
                                                                       {"ETSI.RFC3161", crypto::CmsForm::kTimeStamp}};
    const auto form = kForms.find(result.format);
    if (form == kForms.end()) return;
    const std::vector<ByteView> content = {pdf_.first(range.before),
                                           pdf_.subspan(range.after_begin, range.after_end - range.after_begin)};
    const crypto::TrustAnchors anchors{policy_.at == 0 ? "" : policy_.trust_anchors_pem};
    const crypto::CmsVerdict verdict = crypto::verify_detached(cms, content, form->second, anchors, policy_.at);
    result.integrity = verdict.integrity == crypto::Integrity::kOk       ? "ok"
                       : verdict.integrity == crypto::Integrity::kBroken ? "broken"
                                                                         : "unknown";
    static constexpr const char* kChainNames[] = {"trusted", "untrusted", "expired", "revoked", "unknown"};
    result.chain = kChainNames[static_cast<std::size_t>(verdict.chain)];
    if (!verdict.signer.empty()) result.signer = verdict.signer;
    if (verdict.claimed_time) result.claimed_time = rfc3339(*verdict.claimed_time);
    result.weaknesses = verdict.weaknesses;
  }

  void judge_coverage(const ByteRange& range, DigitalSignature& result) {
    result.coverage = "whole";
    if (std::ranges::all_of(pdf_.subspan(range.after_end), is_space)) return;
    result.coverage = "partial";
    if (!ends_a_revision(range.after_end)) return;
    const std::string change = forbidden_change(pdf_.first(range.after_end), pdf_);
    result.coverage = change.empty() ? "extended-allowed" : "extended-disallowed";
    if (!change.empty()) result.weaknesses.push_back(change);
  }

  /// A revision ends with "%%EOF" and at most an end of line (ISO 32000-1 7.5.5).
  bool ends_a_revision(std::size_t end) const {
    constexpr std::string_view kMark = "%%EOF";
    std::string_view text = as_text(pdf_.first(end));
    while (!text.empty() && is_space(static_cast<std::uint8_t>(text.back()))) text.remove_suffix(1);
    return text.ends_with(kMark);
  }

  ByteView pdf_;
  QPDF& document_;
  const SignaturePolicy& policy_;
};

}  // namespace

std::vector<DigitalSignature> check_signatures(ByteView untrusted_pdf, QPDF& document, const SignaturePolicy& policy) {
  try {
    return SignatureChecker(untrusted_pdf, document, policy).check_all();
  } catch (const std::exception&) {
    // QPDF stumbled half-way: whatever was signed, nobody can say that it holds.
    DigitalSignature unknown;
    unknown.format = "unknown";
    return {unknown};
  }
}

}  // namespace zp::intake::cell
