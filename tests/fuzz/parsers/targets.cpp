#include "tests/fuzz/parsers/targets.h"

#include <nlohmann/json.hpp>

#include "crypto/cms.h"
#include "intake/cell/archive.h"
#include "intake/cell/court_order.h"
#include "intake/cell/kind.h"
#include "intake/cell/mail.h"
#include "intake/cell/office.h"
#include "intake/cell/outlook.h"
#include "intake/cell/pdf_signatures.h"
#include "intake/cell/pdf_structure.h"
#include "intake/cell/sniff.h"
#include "intake/cell/tnef.h"
#include "intake/cell/uuencode.h"
#include "intake/cell/vision/vision.h"
#include "intake/findings.h"
#include "intake/json_reader.h"
#include "intake/submission.h"
#include "intake/text.h"

namespace zp::fuzz {
namespace {

constexpr std::int64_t kAt = 1'795'000'000;  // 2026-11-18

/// So that chains are built, whatever they are built from.
const std::string& some_anchor() {
  static const std::string anchor = crypto::SealKey::self_signed("Anker", 30).chain;
  return anchor;
}

}  // namespace

void prepare() {
  crypto::load_cms_algorithms();
  intake::cell::prepare_mail();
  intake::cell::prepare_archives();
  intake::cell::prepare_office();
  some_anchor();
}

void pdf(ByteView bytes) {
  const intake::cell::SignaturePolicy policy{{some_anchor()}, kAt};
  const intake::cell::PdfStructure structure = intake::cell::read_structure(bytes);
  if (structure.document) intake::cell::check_signatures(bytes, *structure.document, structure.mended, policy);
  intake::cell::check_locked_signatures(bytes, policy);
}

void signed_message(ByteView bytes) {
  constexpr std::string_view kContent = "Ik vraag inzage.";
  for (const auto form : {crypto::CmsForm::kDetached, crypto::CmsForm::kSha1Digest, crypto::CmsForm::kTimeStamp}) {
    const crypto::ValidationMaterial material{.certificates = {Bytes(bytes.begin(), bytes.end())},
                                              .crls = {Bytes(bytes.begin(), bytes.end())},
                                              .ocsp_responses = {Bytes(bytes.begin(), bytes.end())}};
    crypto::verify_detached(bytes, {as_bytes(kContent)}, form, {some_anchor()}, kAt, material);
  }
}

void mail(ByteView bytes) { [[maybe_unused]] const auto read = intake::cell::read_mail(bytes, {}); }

void tnef(ByteView bytes) { intake::cell::read_tnef(bytes); }

void picture(ByteView bytes) { [[maybe_unused]] const auto image = intake::vision::decode_image(bytes); }

void findings(ByteView bytes) {
  const nlohmann::json json = intake::parse_json(as_text(bytes));
  [[maybe_unused]] const auto parsed = intake::parse_findings(json);
}

void packed(ByteView bytes) {
  const intake::cell::ArchiveLimits limits{.bytes = 4 << 20};
  intake::cell::read_archive(bytes, limits, [](std::string_view) { return true; });
  intake::cell::read_office(bytes, limits, 4096);
  intake::cell::read_outlook(bytes, limits);
}

void sniffed(ByteView bytes) {
  intake::cell::sniff(bytes);
  intake::clean_file_name(as_text(bytes));
  intake::cell::text_of_html(as_text(bytes), 4096);
  intake::cell::kind_of(as_text(bytes));
  intake::cell::read_court_order(as_text(bytes));
  intake::cell::uuencoded_files(as_text(bytes));
}

}  // namespace zp::fuzz
