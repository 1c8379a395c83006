#include "gateway/staff/page_view.h"

#include <algorithm>
#include <map>

#include "gateway/casework/seen_pages.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

std::string percent(double fraction) { return std::to_string(static_cast<int>(fraction * 100 + 0.5)) + " %"; }

json box_json(const intake::Box& box, const char* kind, std::string label) {
  const auto thousandths = [](double fraction) { return static_cast<int>(fraction * 1000 + 0.5); };
  return {{"x", thousandths(box.x)},
          {"y", thousandths(box.y)},
          {"w", thousandths(box.w)},
          {"h", thousandths(box.h)},
          {"kind", kind},
          {"label", std::move(label)}};
}

/// "leeg handtekeningveld van de ouder, formulier WLZ-01"
std::string field_label(const intake::PageFindings& page, const intake::Box& box) {
  const auto field = std::ranges::find_if(page.signature_fields, [&](const intake::SignatureField& one) {
    return one.box.x == box.x && one.box.y == box.y;
  });
  std::string label = "leeg handtekeningveld";
  if (field == page.signature_fields.end()) return label;
  if (!field->whose.empty()) label += " van " + std::string(intake::dutch_signer(field->whose));
  return page.form.empty() ? label : label + ", formulier " + page.form;
}

json boxes_json(const intake::Findings& findings, int page) {
  json boxes = json::array();
  for (const auto& found : findings.pages) {
    if (found.number != page) continue;
    for (const auto& signature : found.handwritten_signatures) {
      const bool sure = signature.confidence >= intake::kSureSignature;
      boxes.push_back(box_json(signature.box, sure ? "signature" : "doubtful",
                               (sure ? "handtekening, zekerheid " : "misschien een handtekening, zekerheid ") +
                                   percent(signature.confidence) +
                                   (signature.origin == "image" ? ", met de computer gezet" : "")));
    }
    for (const auto& field : found.empty_signature_fields)
      boxes.push_back(box_json(field, "empty", field_label(found, field)));
  }
  const auto add_identity = [&](const intake::IdentityDocument& identity) {
    if (identity.page != page) return;
    boxes.push_back(box_json(identity.area, "identity", "identiteitsbewijs"));
    if (identity.photo_box) boxes.push_back(box_json(*identity.photo_box, "personal", "pasfoto"));
    for (const auto& ghost : identity.ghost_boxes) boxes.push_back(box_json(ghost, "personal", "pasfoto, kleiner"));
    for (const auto& bsn : identity.bsn_boxes) boxes.push_back(box_json(bsn, "personal", "BSN"));
  };
  if (findings.identity_document) add_identity(*findings.identity_document);
  for (const auto& other : findings.other_identity_documents) add_identity(other);
  return boxes;
}

}  // namespace

json pages_json(const DocumentView& document) {
  std::map<std::uint32_t, json> pages;
  for (const ObjectRow& object : document.pages) {
    json& page = pages[object.page];
    page["number"] = object.page;
    page["document"] = document.row.id.hex();
    if (object.role == "page-masked") page["has_masked"] = true;
  }
  json list = json::array();
  for (auto& [number, page] : pages) {
    page["masked"] = document.masked && page.contains("has_masked");
    page["unseen"] = !was_looked_at(document.details, number);
    if (document.details.findings) page["boxes"] = boxes_json(*document.details.findings, static_cast<int>(number));
    list.push_back(std::move(page));
  }
  return list;
}

std::string pages_not_drawn(const DocumentView& document) {
  if (!document.details.findings || document.details.malware == Malware::kInfected) return {};
  std::vector<int> numbers;
  for (const intake::PageFindings& page : document.details.findings->pages) {
    const auto is_this = [&](const ObjectRow& object) { return static_cast<int>(object.page) == page.number; };
    if (!page.looked_at && std::ranges::none_of(document.pages, is_this)) numbers.push_back(page.number);
  }
  return numbers.empty() ? "" : "pagina " + intake::listed_numbers(numbers, " tot en met ", " en ");
}

}  // namespace zp::gateway
