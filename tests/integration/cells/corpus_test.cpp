// Files that nobody of this project wrote: nothing may crash or hang, no attack may look good, no part of a mail may be
// lost. How far the findings agree with what else is known about each file is printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "crypto/hash.h"
#include "intake/submission.h"
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
    if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      rows.back().back() += text[i++];
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == ',' && !quoted)
      rows.back().emplace_back();
    else if (text[i] == '\n' && !quoted)
      rows.push_back({""});
    else if (text[i] != '\r' || quoted)
      rows.back().back() += text[i];
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
    broker_ =
        std::make_unique<test::RunningBroker>("zegelpost-broker", std::vector<std::string>{"--private", "SOCKET"});
    inspector_ = connect_cells(broker_->socket());
  }

  /// With all anchors of the corpus, so that chains are judged too.
  Findings inspect(const std::string& path) {
    intake::InspectionRequest request;
    request.as_of = "2026-11-22";
    request.trust_anchors_pem = anchors();
    const auto inspection = inspector_->inspect(as_bytes(read(path)), request);
    EXPECT_TRUE(inspection) << path;
    if (!inspection) return {};
    for (const char* failure : {"crash", "timeout"})
      EXPECT_THAT(inspection->findings.hazards, testing::Not(testing::Contains(failure))) << path;
    return inspection->findings;
  }

  static const std::string& anchors() {
    static const std::string all = [] {
      std::string pem;
      std::error_code none;
      for (const auto& entry : std::filesystem::directory_iterator(corpus() + "/pdf/trust-anchors", none))
        if (entry.path().extension() == ".pem") pem += read(entry.path()) + "\n";
      return pem;
    }();
    return all;
  }

  void count(const std::string& what, bool agrees, const std::string& file) {
    ++(agrees ? agree_ : differ_)[what];
    if (!agrees) std::cout << "  differs: " << what << ": " << file << "\n";
  }

  void TearDown() override {
    std::set<std::string> all;
    for (const auto* counted : {&agree_, &differ_}) {
      for (const auto& [what, number] : *counted) all.insert(what);
    }
    for (const std::string& what : all)
      std::cout << "  " << what << ": " << agree_[what] << " agree, " << differ_[what] << " differ\n";
  }

  std::unique_ptr<test::RunningBroker> broker_;
  std::unique_ptr<intake::Inspector> inspector_;
  std::map<std::string, int> agree_, differ_;
};

class PdfCorpus : public Corpus {
 protected:
  void judge_tokens(const std::string& path, const std::string& expected, const std::vector<DigitalSignature>& found) {
    const auto says = [&](const char* token) { return expected.find(token) != std::string::npos; };
    const auto any = [&](const auto& condition) { return std::ranges::any_of(found, condition); };
    const auto is_changed = [](const DigitalSignature& one) {
      return one.coverage == "extended-disallowed" || one.integrity == "broken";
    };
    if (says("modified_after_signing_disallowed") || says("permission_increase"))
      count("a forbidden change is seen", any(is_changed), path);
    if (says("modified_after_signing_allowed") || says("no_modification"))
      count("what is permitted is no change", !any(is_changed), path);
    // Its anchor is there; the manifest leaves validity out of account.
    if (says("chain_ok_with_anchor") && GetParam() == "signed-valid")
      count("the chain leads to the anchor", any([](const DigitalSignature& one) {
              return one.chain == "trusted" || one.chain == "expired" || !one.weaknesses.empty();
            }),
            path);
    if (says("weak_digest"))
      count("a weak digest is named", any([](const auto& one) { return !one.weaknesses.empty(); }), path);
  }

  void judge(const std::string& path, const std::string& expected, const Findings& found) {
    const bool all_good =
        !found.digital_signatures.empty() && std::ranges::all_of(found.digital_signatures, looks_good);
    EXPECT_FALSE(all_good && (GetParam() == "signed-attack" || GetParam() == "signed-broken"))
        << path << ": " << expected;
    if (GetParam() == "signed-valid") count("signatures hold", all_good, path);
    if (GetParam().starts_with("signed")) judge_tokens(path, expected, found.digital_signatures);
    if (GetParam() == "signed-broken") count("signatures do not hold", !all_good, path);
    if (GetParam() == "ordinary") {
      count("nothing wrong", found.verdict != intake::Verdict::kRejected, path);
      EXPECT_THAT(found.digital_signatures, testing::IsEmpty()) << path;
    }
    const std::map<std::string, std::string> kTokens = {{"javascript_present", "javascript"},
                                                        {"launch_action_present", "launch-action"},
                                                        {"xfa_present", "xfa"},
                                                        {"embedded_file_present", "embedded-file"},
                                                        {"encrypted_needs_password", "encrypted"},
                                                        {"rich_media_present", "rich-media"}};
    for (const auto& [token, hazard] : kTokens) {
      if (expected.find(token) != std::string::npos) count(hazard, std::ranges::count(found.hazards, hazard) > 0, path);
    }
  }
};

TEST_P(PdfCorpus, NothingCrashesAndNoAttackLooksGood) {
  for (auto& row : table(corpus() + "/pdf/manifest.csv")) {
    if (row["category"] == GetParam()) judge(row["file"], row["expected"], inspect(corpus() + "/pdf/" + row["file"]));
  }
}

INSTANTIATE_TEST_SUITE_P(Pdf, PdfCorpus,
                         testing::Values("ordinary", "hostile", "signed-valid", "signed-broken", "signed-attack"),
                         [](const auto& category) {
                           std::string name = category.param;
                           std::erase(name, '-');
                           return name;
                         });

/// A part's bytes may have had their line ends changed on the way; so there are two sums for it.
std::string sum_without_cr(ByteView content) {
  std::string text(as_text(content));
  for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;) text.erase(at, 1);
  text.erase(text.find_last_not_of("\r\n") + 1);
  return to_hex(crypto::sha256(as_bytes(text)));
}

/// Heads of messages within a mail, as the text shows them (From, Subject, Date).
int shown_heads(const std::string& text) {
  int heads = 0;
  bool before = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool head = line.starts_with("From: ") || line.starts_with("Subject: ") || line.starts_with("Date: ");
    heads += head && !before;
    before = head;
  }
  return heads;
}

class MailCorpus : public Corpus {
 protected:
  using Sums = std::multimap<std::string, std::string>;  // of the content, to the name

  static Sums sums_of(const intake::ParsedMail& mail) {
    Sums sums;
    for (const intake::MailPart& part : mail.parts) {
      sums.emplace(to_hex(crypto::sha256(part.content)), part.name);
      sums.emplace(sum_without_cr(part.content), part.name);
    }
    return sums;
  }

  static void all_attachments(const Findings& findings, Sums& sums) {
    for (const Findings& one : findings.attachments) {
      sums.emplace(one.sha256, one.name);
      all_attachments(one, sums);
    }
  }

  /// As count(), and where they differ the test fails, but for what is named here.
  void expect(const std::string& what, bool agrees, const std::string& file) {
    static const std::map<std::string, std::string> kKnown = {
        {"all attachments found: tnef/mimekit__MAPI_OBJECT.tnef",
         "the manifest counts the identifier (16 bytes) in front of an object; we begin at the file itself"},
        {"all names right: tnef/tnefparse__umlaut.tnef",
         "the manifest has U+FFFD where we read the code page that the stream names"},
        {"all names right: hostile/mime4j__multi-2evil.msg.eml",
         "too long to be kept whole, and cut earlier for two spaces that the manifest has as one"},
        {"signatures that hold: smime/flanker__signed.eml",
         "a detached signature that encloses other content; verifiers disagree, and we refuse it"},
        {"signatures that hold: smime/tb__alice.html.sig.SHA256.opaque.eml",
         "judged with a newer certificate of the same number; with the one that it carries it holds"},
        {"signatures that do not: smime/tb__alice.html.sig.SHA256.opaque.eml", "the same"},
        {"signatures that hold: smime/tb__alice.env.dsig.SHA256.multipart.dave.sig.SHA256.opaque.eml",
         "the inner one was made over lone LFs, and holds over the bytes that stand there; others put CRLF first"},
        {"signatures that do not: smime/tb__alice.env.dsig.SHA256.multipart.dave.sig.SHA256.opaque.eml", "the same"},
    };
    count(what, agrees, file);
    EXPECT_NE(agrees, kKnown.contains(what + ": " + file)) << what << ": " << file;
  }

  /// The manifest has runs of spaces as one.
  static std::string comparable(std::string name) {
    const auto spaces = [](char a, char b) { return a == ' ' && b == ' '; };
    name.erase(std::unique(name.begin(), name.end(), spaces), name.end());
    return intake::clean_file_name(name);
  }

  void judge_attachments(const nlohmann::json& expected, const Sums& sums, const std::string& file) {
    bool all = true, names = true;
    for (const auto& attachment : expected) {
      if (!attachment.contains("sha256")) continue;
      auto found = sums.find(attachment["sha256"]);
      if (found == sums.end()) found = sums.find(attachment.value("sha256_lf", ""));
      all = all && found != sums.end();
      if (found == sums.end() || !attachment.contains("name") || attachment["name"].is_null()) continue;
      const auto [first, last] = sums.equal_range(found->first);
      const std::string name = comparable(attachment["name"].get<std::string>());
      names = names && std::any_of(first, last, [&](const auto& one) { return comparable(one.second) == name; });
    }
    expect("all attachments found", all, file);
    if (all) expect("all names right", names, file);
  }

  /// So many that the manifest has one sum of them all.
  void judge_many(const nlohmann::json& expected, const intake::ParsedMail& mail, const std::string& file) {
    expect("number of attachments", mail.parts.size() == expected["attachment_count"].get<std::size_t>(), file);
    std::multiset<std::string> sums;
    for (const intake::MailPart& part : mail.parts) sums.insert(to_hex(crypto::sha256(part.content)));
    std::string lines;
    for (const std::string& sum : sums) lines += (lines.empty() ? "" : "\n") + sum;
    expect("all attachments found",
           expected["attachments_digest_sha256_of_sorted_sha256_lines"].get<std::string>() ==
               to_hex(crypto::sha256(as_bytes(lines))),
           file);
  }

  /// As far as a cell can tell: it has no keys, so it opens nothing and checks no OpenPGP.
  void judge_crypto(const nlohmann::json& expected, const intake::ParsedMail& mail, const std::string& file) {
    int valid = 0, invalid = 0, unchecked = 0;
    for (const auto& one : expected) {
      const std::string part = one["part"], kind = one["kind"], result = one["result"];
      const bool root = part == "root", inside = !root && part.find('e') != std::string::npos;
      if (kind.starts_with("smime-") && kind.ends_with("signed") && !inside) {
        valid += result.starts_with("valid");
        invalid += result == "invalid";
      }
      unchecked += kind == "pgp/mime-signed" && !inside;
      if (result.starts_with("encrypted") && !inside) judge_encrypted(kind, root, mail, file);
      if (kind == "pgp-inline-signed")
        expect("signed text is kept", holds(mail, "-----BEGIN PGP SIGNED MESSAGE-----"), file);
    }
    const auto number = [&](const auto& condition) { return std::ranges::count_if(mail.signatures, condition); };
    const auto with = [](const char* integrity) {
      return [=](const DigitalSignature& one) { return one.integrity == integrity; };
    };
    expect("signatures that hold", number(with("ok")) == valid, file);
    expect("signatures that do not", number(with("broken")) >= invalid, file);
    expect("signatures to be checked", number([](const auto& one) { return one.unchecked.has_value(); }) == unchecked,
           file);
  }

  static bool holds(const intake::ParsedMail& mail, std::string_view words) {
    return mail.text.find(words) != std::string::npos || std::ranges::any_of(mail.parts, [&](const auto& part) {
             return as_text(part.content).find(words) != std::string_view::npos;
           });
  }

  void judge_encrypted(const std::string& kind, bool root, const intake::ParsedMail& mail, const std::string& file) {
    if (kind == "pgp-inline-message")
      return expect("encrypted text is kept", holds(mail, "-----BEGIN PGP MESSAGE-----"), file);
    expect("is known to be encrypted", std::ranges::count(mail.hazards, "encrypted") == 1, file);
    if (root)
      expect("is encrypted as a whole", mail.encrypted == (kind == "smime-enveloped" ? "smime" : "openpgp"), file);
  }

  void judge_mail(const std::string& file, const nlohmann::json& expected) {
    const std::string raw = read(corpus() + "/mail/" + file);
    const auto began = std::chrono::steady_clock::now();
    const auto mail = inspector_->parse_mail(as_bytes(raw));
    took_ += std::chrono::steady_clock::now() - began;
    ++mails_;
    EXPECT_TRUE(mail || mail.error().code == Code::kMalformed) << file << ": " << mail.error().message();
    if (!expected.value("class", "").starts_with("parse")) return;
    expect("is a mail", mail.has_value(), file);
    if (!mail) return;
    if (expected.contains("attachment_count")) judge_many(expected, *mail, file);
    if (expected.contains("crypto")) judge_crypto(expected["crypto"], *mail, file);
    if (const int messages = expected.value("embedded_messages", 0))
      expect("heads of messages within are shown", shown_heads(mail->text) >= messages, file);
    judge_attachments(expected.value("attachments", nlohmann::json::array()), sums_of(*mail), file);
    if (expected.contains("tnef") && expected["tnef"].is_object()) {
      judge_attachments(expected["tnef"]["attachments"], sums_of(*mail), file + " (winmail.dat)");
    }
    const auto report = expected.value("report", nlohmann::json::object());
    if (!report.empty() && report.value("is_bounce", true)) expect("a report is automatic", mail->automatic, file);
  }

  void TearDown() override {
    const double seconds = std::chrono::duration<double>(took_).count();
    if (mails_ > 0) std::cout << "  " << mails_ << " mails, " << std::lround(mails_ / seconds) << " a second\n";
    Corpus::TearDown();
  }

 private:
  std::chrono::steady_clock::duration took_{};
  int mails_ = 0;
};

TEST_P(MailCorpus, NoPartIsLost) {
  for (auto& row : table(corpus() + "/mail/manifest.csv")) {
    const auto expected = nlohmann::json::parse(row["expected"], nullptr, false);
    if (row["category"] != GetParam() || !expected.is_object()) continue;
    if (!expected.value("class", "").starts_with("raw-object")) {
      judge_mail(row["file"], expected);
      continue;
    }
    Sums sums;
    all_attachments(inspect(corpus() + "/mail/" + row["file"]), sums);
    if (expected.contains("tnef") && expected["tnef"].is_object())
      judge_attachments(expected["tnef"]["attachments"], sums, row["file"]);
  }
}

INSTANTIATE_TEST_SUITE_P(Mail, MailCorpus,
                         testing::Values("ordinary", "attachments", "malformed", "hostile", "hostile-own", "bounces",
                                         "smime", "pgpmime", "tnef"),
                         [](const auto& category) {
                           std::string name = category.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace zp::gateway
