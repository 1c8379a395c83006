#include "intake/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace zp::intake {
namespace {

using Json = nlohmann::json;

Findings everything() {
  Findings findings;
  findings.sha256 = std::string(64, 'a');
  findings.size = 12345;
  findings.type = "application/pdf";
  findings.verdict = Verdict::kUsable;
  findings.kind = "court-order";
  findings.kind_confidence = 0.8;
  PageFindings page;
  page.looked_at = false;
  page.skew_degrees = -1.5;
  page.handwritten_signatures = {{{0.1, 0.2, 0.3, 0.05}, 0.9, "image"}};
  page.empty_signature_fields = {{0.5, 0.6, 0.2, 0.04}};
  page.signature_fields = {{{0.5, 0.6, 0.2, 0.04}, "doubtful", "representative"}};
  page.form = "WLZ-01";
  page.form_page = 2;
  page.text = "Beschikking\nvan de kantonrechter";
  findings.pages = {page};
  findings.digital_signatures = {
      {"ETSI.CAdES.detached", "ok", "whole", "trusted", "A. Voorbeeld", "2026-01-02T03:04:05Z", {"SHA1"}}};
  IdentityDocument identity;
  identity.document_type = "passport";
  identity.mrz = Mrz{{"P<UTO", "L898"}, true,         false,      "UTO",  "L898902C3",
                     "1974-08-12",      "2012-04-15", "ERIKSSON", "ANNA", "ZE184226B"};
  identity.photo_box = Box{0.1, 0.1, 0.2, 0.3};
  identity.bsn_boxes = {{0.5, 0.5, 0.1, 0.02}};
  identity.ghost_boxes = {{0.8, 0.6, 0.1, 0.1}};
  identity.printed_expiry = "2034-03-09";
  findings.identity_document = identity;
  findings.hazards = {"javascript"};
  findings.messages = {{"signature-found", "Wij zien uw handtekening op pagina 1.", "Signature on page 1."}};
  Findings attachment;
  attachment.name = "bijlage.pdf";
  attachment.type = "application/pdf";
  findings.attachments = {attachment};
  return findings;
}

Code code_of(const Json& json) {
  const Result<Findings> parsed = parse_findings(json);
  return parsed ? Code::kConflict : parsed.error().code;
}

TEST(Findings, ComeBackFromJsonAsTheyWere) {
  const Json json = to_json(everything(), true);
  const Result<Findings> parsed = parse_findings(json);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(to_json(*parsed, true), json);
}

TEST(Findings, SpellTheContract) {
  const Json json = to_json(everything());
  EXPECT_EQ(json["verdict"], "usable");
  EXPECT_EQ(json["kind"]["name"], "court-order");
  EXPECT_EQ(json["pages"][0]["handwritten_signatures"][0]["box"], Json::array({0.1, 0.2, 0.3, 0.05}));
  EXPECT_EQ(json["pages"][0]["handwritten_signatures"][0]["origin"], "image");
  EXPECT_EQ(json["pages"][0]["form"], Json({{"name", "WLZ-01"}, {"page", 2}}));
  EXPECT_EQ(json["identity_document"]["mrz"]["birth_date"], "1974-08-12");
  EXPECT_EQ(json["attachments"][0]["name"], "bijlage.pdf");
  EXPECT_FALSE(json["pages"][0].contains("text")) << "page text never leaves through the contract";
  EXPECT_TRUE(to_json(Findings{})["identity_document"].is_null());
}

TEST(Findings, OfAnotherShapeAreRefused) {
  for (const char* wrong : {"[]", "1", "null", R"({"pages":{}})", R"({"pages":[1]})", R"({"verdict":"splendid"})",
                            R"({"kind":{"name":"unheard-of"}})", R"({"kind":{"confidence":1e9}})", R"({"sha256":"zz"})",
                            R"({"size":-1})", R"({"hazards":[{}]})", R"({"digital_signatures":[{"integrity":"sure"}]})",
                            R"({"pages":[{"handwritten_signatures":[{"box":[0,0,7,1]}]}]})",
                            R"({"pages":[{"handwritten_signatures":[{}]}]})", R"({"pages":[{"number":1e30}]})"}) {
    EXPECT_EQ(code_of(Json::parse(wrong)), Code::kMalformed) << wrong;
  }
}

TEST(Findings, OverTheBoundsAreRefused) {
  EXPECT_EQ(code_of({{"pages", Json(201, Json::object())}}), Code::kTooLarge);
  EXPECT_EQ(code_of({{"digital_signatures", Json(201, Json::object())}}), Code::kTooLarge);
  EXPECT_EQ(code_of({{"messages", Json(1001, Json::object())}}), Code::kTooLarge);
  Json deep = Json::object();
  for (int i = 0; i < 4; ++i) deep = {{"attachments", Json::array({deep})}};
  EXPECT_TRUE(parse_findings(deep));
  EXPECT_EQ(code_of({{"attachments", Json::array({deep})}}), Code::kTooLarge);
}

TEST(Findings, TextOfStrangersIsCleaned) {
  const Json json = {{"digital_signatures", Json::array({{{"signer", "Jan\x1b[31m\xE2\x80\xAEnaJ\xFF"}}})},
                     {"name", "../../etc/pass\0wd"},
                     {"pages", Json::array({{{"text", std::string(100'000, 'a')}}})}};
  const Result<Findings> parsed = parse_findings(json);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->digital_signatures[0].signer, "Jan[31mnaJ\xEF\xBF\xBD");
  EXPECT_EQ(parsed->name, "pass");
  EXPECT_EQ(parsed->pages[0].text.size(), 64u * 1024);
}

}  // namespace
}  // namespace zp::intake
