// Files that nobody of this project wrote: nothing may crash or hang, no attack may look good. How far the findings agree with what
// is known about each file is printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "tests/integration/cells/running_broker.h"

namespace zp::gateway {
namespace {

using intake::DigitalSignature;
using intake::Findings;

std::string corpus() {
  const char* given = std::getenv("ZP_CORPUS");
  return given ? given : ZP_SOURCE_DIR "/../shared/corpus";
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Rows of a CSV file (RFC 4180) by column name.
std::vector<std::map<std::string, std::string>> table(const std::string& path) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool quoted = false;
  const std::string text = read(path);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') rows.back().back() += text[i++];
    else if (text[i] == '"') quoted = !quoted;
    else if (text[i] == ',' && !quoted) rows.back().emplace_back();
    else if (text[i] == '\n' && !quoted) rows.push_back({""});
    else if (text[i] != '\r' || quoted) rows.back().back() += text[i];
  }
  std::vector<std::map<std::string, std::string>> named;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    if (rows[row].size() < rows[0].size()) continue;
    for (std::size_t column = 0; column < rows[0].size(); ++column) {
      if (column == 0) named.emplace_back();
      named.back()[rows[0][column]] = rows[row][column];
    }
  }
  return named;
}

bool looks_good(const DigitalSignature& signature) {
  return signature.integrity == "ok" && (signature.coverage == "whole" || signature.coverage == "extended-allowed");
}

class Corpus : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(corpus())) GTEST_SKIP() << "no corpus at " << corpus();
    broker_ = std::make_unique<test::RunningBroker>("zegelpost-broker", std::vector<std::string>{"--private", "SOCKET"});
    inspector_ = connect_cells(broker_->socket());
  }

  Findings inspect(const std::string& path) {
    const auto inspection = inspector_->inspect(as_bytes(read(path)), {});
    EXPECT_TRUE(inspection) << path;
    if (!inspection) return {};
    for (const char* failure : {"crash", "timeout"}) EXPECT_THAT(inspection->findings.hazards, testing::Not(testing::Contains(failure))) << path;
    return inspection->findings;
  }

  void count(const std::string& what, bool agrees) { ++(agrees ? agree_ : differ_)[what]; }

  void TearDown() override {
    for (const auto& [what, number] : agree_) std::cout << "  " << what << ": " << number << " agree, " << differ_[what] << " differ\n";
  }

  std::unique_ptr<test::RunningBroker> broker_;
  std::unique_ptr<intake::Inspector> inspector_;
  std::map<std::string, int> agree_, differ_;
};

class PdfCorpus : public Corpus {
 protected:
  void judge(const std::string& path, const std::string& expected, const Findings& found) {
    const bool all_good = !found.digital_signatures.empty() && std::ranges::all_of(found.digital_signatures, looks_good);
    EXPECT_FALSE(all_good && GetParam() == "signed-attack") << path << ": " << expected;
    if (GetParam() == "signed-valid") count("signatures hold", all_good);
    if (GetParam() == "signed-broken") count("signatures do not hold", !all_good);
    if (GetParam() == "ordinary") {
      count("nothing wrong", found.verdict != intake::Verdict::kRejected);
      EXPECT_THAT(found.digital_signatures, testing::IsEmpty()) << path;
    }
    const std::map<std::string, std::string> kTokens = {{"javascript_present", "javascript"},      {"launch_action_present", "launch-action"},
                                                        {"xfa_present", "xfa"},                    {"embedded_file_present", "embedded-file"},
                                                        {"encrypted_needs_password", "encrypted"}, {"rich_media_present", "rich-media"}};
    for (const auto& [token, hazard] : kTokens) {
      if (expected.find(token) != std::string::npos) count(hazard, std::ranges::count(found.hazards, hazard) > 0);
    }
  }
};

TEST_P(PdfCorpus, NothingCrashesAndNoAttackLooksGood) {
  for (auto& row : table(corpus() + "/pdf/manifest.csv")) {
    if (row["category"] == GetParam()) judge(row["file"], row["expected"], inspect(corpus() + "/pdf/" + row["file"]));
  }
}

INSTANTIATE_TEST_SUITE_P(Pdf, PdfCorpus, testing::Values("ordinary", "hostile", "signed-valid", "signed-broken", "signed-attack"),
                         [](const auto& category) {
                           std::string name = category.param;
                           std::erase(name, '-');
                           return name;
                         });

class MailCorpus : public Corpus {};

TEST_P(MailCorpus, NoPartIsLost) {
  for (auto& row : table(corpus() + "/mail/manifest.csv")) {
    if (row["category"] != GetParam()) continue;
    const auto mail = inspector_->parse_mail(as_bytes(read(corpus() + "/mail/" + row["file"])));
    EXPECT_TRUE(mail || mail.error().code == Code::kMalformed) << row["file"] << ": " << mail.error().message();
    const auto expected = nlohmann::json::parse(row["expected"], nullptr, false);
    if (!mail || !expected.is_object() || !expected.value("class", "").starts_with("parse")) continue;
    std::multiset<std::size_t> sizes;
    for (const intake::MailPart& part : mail->parts) sizes.insert(part.content.size());
    bool all = true;
    for (const auto& attachment : expected.value("attachments", nlohmann::json::array())) {
      const auto found = sizes.find(attachment.value("size", std::size_t{0}));
      all = all && (found != sizes.end() || !attachment.contains("sha256"));
    }
    count("all attachments found", all);
  }
}

INSTANTIATE_TEST_SUITE_P(Mail, MailCorpus, testing::Values("ordinary", "attachments", "malformed", "hostile", "hostile-own", "bounces", "smime", "pgpmime"),
                         [](const auto& category) {
                           std::string name = category.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace zp::gateway
