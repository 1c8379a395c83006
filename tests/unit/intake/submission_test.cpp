#include "intake/submission.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace zp::intake {
namespace {

SubmissionManifest example() {
  SubmissionManifest manifest;
  manifest.id = Id::random();
  manifest.reference = "ZP-2026-ABCD-EFGH";
  manifest.channel = "web";
  manifest.kind = "information-request";
  manifest.received_ms = 1'700'000'000'000;
  manifest.fields = {{"name", "Mevr. Voorbeeld"}, {"remark", "Eerste regel\ntweede regel"}};
  ReceivedFile file;
  file.object = Id::random();
  file.name = "verzoek.pdf";
  file.slot = "request";
  file.declared_type = "application/pdf";
  file.size = 99;
  file.sha256 = std::string(64, '0');
  file.key_of_part = {0, 0, 1};
  file.received_ms = manifest.received_ms;
  manifest.files = {file};
  manifest.receipt_key = Bytes(32, 7);
  manifest.access_code = "appel-42";
  manifest.envelope_from = "iemand@example.org";
  manifest.envelope_to = {"post@example.nl"};
  return manifest;
}

TEST(SubmissionManifest, ComesBackAsItWas) {
  const SubmissionManifest manifest = example();
  const Result<SubmissionManifest> parsed = SubmissionManifest::parse(manifest.json());
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->json(), manifest.json());
  EXPECT_EQ(parsed->id, manifest.id);
  EXPECT_EQ(parsed->files[0].key_of_part, (std::vector<std::uint32_t>{0, 0, 1}));
  EXPECT_EQ(parsed->receipt_key, manifest.receipt_key);
}

TEST(SubmissionManifest, FromABrokenIntoDoorIsRefused) {
  const nlohmann::json good = nlohmann::json::parse(example().json());
  const auto with = [&](const char* pointer, nlohmann::json value) {
    nlohmann::json bad = good;
    bad[nlohmann::json::json_pointer(pointer)] = std::move(value);
    return SubmissionManifest::parse(bad.dump());
  };
  EXPECT_FALSE(with("/id", "../../etc"));
  EXPECT_FALSE(with("/channel", "pigeon"));
  EXPECT_FALSE(with("/kind", "../rules/other"));
  EXPECT_FALSE(with("/files/0/slot", "a/b"));
  EXPECT_FALSE(with("/files/0/object", ""));
  EXPECT_FALSE(with("/files/0/size", -5));
  EXPECT_FALSE(with("/files/0/sha256", "short"));
  EXPECT_TRUE(with("/files/0/sha256", ""));
  EXPECT_FALSE(with("/files/0/key_of_part", {-1}));
  EXPECT_FALSE(with("/receipt_key", "AAAA"));
  EXPECT_FALSE(with("/fields", {{"name", 1}}));
  EXPECT_FALSE(with("/received_ms", "soon"));
  EXPECT_FALSE(SubmissionManifest::parse(""));
  EXPECT_FALSE(SubmissionManifest::parse("[]"));
  EXPECT_EQ(SubmissionManifest::parse(std::string(5'000'000, ' ')).error().code, Code::kTooLarge);
}

TEST(SubmissionManifest, EveryCutIsRefused) {
  const std::string whole = example().json();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(SubmissionManifest::parse(whole.substr(0, length))) << length;
  }
}

TEST(CleanFileName, KeepsOnlyTheNameFitToShow) {
  EXPECT_EQ(clean_file_name("verzoek mevr. Jansen.pdf"), "verzoek mevr. Jansen.pdf");
  EXPECT_EQ(clean_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("C:\\Users\\x\\foto.jpg"), "foto.jpg");
  EXPECT_EQ(clean_file_name(std::string_view("a\0b.pdf", 7)), "ab.pdf");
  EXPECT_EQ(clean_file_name("factuur\xE2\x80\xAE"
                            "fdp.exe"),
            "factuurfdp.exe");
  EXPECT_EQ(clean_file_name("caf\xC3\xA9 \xFF.pdf"), "caf\xC3\xA9 \xEF\xBF\xBD.pdf");
}

TEST(CleanFileName, IsNeverEmpty) {
  for (const char* nothing : {"", "..", "/", "a/", ". . .", "\x01\x02"})
    EXPECT_EQ(clean_file_name(nothing), "document");
}

TEST(CleanFileName, KeepsTheEndingOfALongName) {
  const std::string clean = clean_file_name(std::string(300, 'x') + ".jpeg");
  EXPECT_EQ(clean.size(), 120u);
  EXPECT_TRUE(clean.ends_with("x.jpeg"));
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xC3\xA9";
  EXPECT_EQ(clean_file_name(wide).size(), 240u) << "120 characters of two bytes";
}

}  // namespace
}  // namespace zp::intake
