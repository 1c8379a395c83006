#include "gateway/config/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gateway/config/keys.h"

namespace zp::gateway {
namespace {

const std::string kFingerprint(40, 'A');

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    folder_ = std::filesystem::temp_directory_path() / ("zp-config-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  Result<Config> load(const std::string& text) {
    const auto path = folder_ / "zegelpost.yaml";
    std::ofstream(path) << text;
    return Config::load(path.string());
  }

  static std::string complete() {
    return "organisation: {name: Zorgloket, return_address: Postbus 1, place: Utrecht, telephone: '088', fg_email: "
           "fg@x.example}\n"
           "public: {base_url: 'https://post.x.example'}\nstaff: {base_url: 'https://werk.x.example'}\nsmtp: {from: "
           "post@x.example}\n"
           "keys: {zone_fingerprint: " +
           kFingerprint + ", seal_certificate: seal.pem, seal_key: seal.key}\n";
  }

  std::string complaint(const std::string& text) {
    const auto config = load(text);
    EXPECT_FALSE(config);
    return config ? "" : config.error().subject;
  }

  std::filesystem::path folder_;
};

TEST_F(ConfigTest, CompleteFileGetsDefaultsForTheRest) {
  const auto config = load(complete());
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->public_door.max_file_bytes, 50u * 1024 * 1024);
  EXPECT_EQ(config->data, (folder_ / "data").string());
  EXPECT_EQ(config->ledger_origin(), "post.x.example/ledger");
}

TEST_F(ConfigTest, UnknownKeyIsRefusedByLine) {
  EXPECT_NE(
      complaint(complete() + "limits:\n  job_atempts: 3\n").find("zegelpost.yaml:7: unknown key 'limits.job_atempts'"),
      std::string::npos);
}

TEST_F(ConfigTest, WrongTypeIsRefusedByLine) {
  EXPECT_NE(complaint(complete() + "cells: {warm: many}\n").find(":6: cells.warm must be a whole number"),
            std::string::npos);
}

TEST_F(ConfigTest, ValueOutOfRangeIsRefused) {
  EXPECT_NE(complaint(complete() + "cells: {warm: 0}\n").find("cells.warm must be from 1 to 64"), std::string::npos);
}

TEST_F(ConfigTest, SameKeyTwiceIsRefused) {
  EXPECT_NE(complaint(complete() + "data: a\ndata: b\n").find("data stands here twice"), std::string::npos);
}

TEST_F(ConfigTest, MissingKeySaysWhatItIsFor) {
  EXPECT_NE(complaint("data: x\n").find("organisation.name is missing: name in letterhead"), std::string::npos);
}

TEST_F(ConfigTest, MailInTheClearIsForLoopbackOnly) {
  std::string text = complete();
  text.replace(text.find("smtp: {"), 7, "smtp: {host: mail.x.example, security: none, ");
  EXPECT_NE(complaint(text).find("loopback"), std::string::npos);
}

TEST_F(ConfigTest, BrokenYamlIsRefusedByLine) {
  EXPECT_NE(complaint("data: [\n").find("zegelpost.yaml:"), std::string::npos);
}

TEST_F(ConfigTest, MissingFileIsAConfigurationError) {
  EXPECT_EQ(Config::load("/nowhere/zegelpost.yaml").error().code, Code::kConfig);
}

TEST(ConfigKeys, DocumentationIsWhatTheProgramSays) {
  std::ifstream file(ZP_SOURCE_DIR "/docs/operators/configuration.md");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(text, describe_keys())
      << "docs/operators/configuration.md: write it anew with 'zegelpost init --explain-config'";
}

}  // namespace
}  // namespace zp::gateway
