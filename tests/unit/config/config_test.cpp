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

TEST_F(ConfigTest, ACodeBySmsGoesOverHttpsAndSaysWhatIsPosted) {
  EXPECT_NE(complaint(complete() + "sms: {url: 'http://sms.example/', body: '{number}{text}'}\n").find("https"),
            std::string::npos);
  EXPECT_NE(complaint(complete() + "sms: {url: 'https://sms.example/', body: '{text}'}\n").find("{number}"),
            std::string::npos);
  EXPECT_TRUE(load(complete() + "sms: {url: 'https://sms.example/', body: 'to={number}&text={text}'}\n"));
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

constexpr const char* kMailbox =
    "mailboxes:\n  - {name: post, address: post@x.example, host: mail.x.example, user: post, secret_file: geheim";

TEST_F(ConfigTest, MailboxesAreReadWithTheirDefaults) {
  const auto config = load(complete() + kMailbox +
                           "}\n  - {name: avg, address: a@x.example, host: m, user: a, secret_file: /geheim, "
                           "protocol: pop3s, port: 1995, silence_hours: 8}\n");
  ASSERT_TRUE(config) << config.error().message();
  const auto boxes = load_mailboxes(*config);
  ASSERT_TRUE(boxes);
  ASSERT_EQ(boxes->size(), 2u);
  EXPECT_EQ(boxes->front().protocol, "imaps");
  EXPECT_EQ(boxes->front().folder, "INBOX");
  EXPECT_EQ(boxes->front().secret_file, (folder_ / "geheim").string());
  EXPECT_EQ(boxes->front().silence_hours, 24u);
  EXPECT_EQ(boxes->back().port, 1995u);
}

TEST_F(ConfigTest, WithoutMailboxesThereAreNone) {
  const auto boxes = load_mailboxes(*load(complete()));
  ASSERT_TRUE(boxes);
  EXPECT_TRUE(boxes->empty());
}

TEST_F(ConfigTest, WhatIsWrongWithAMailboxIsNamedByLine) {
  for (const auto& [more, what] :
       {std::pair{", pol_seconds: 3}\n", "zegelpost.yaml:7: unknown key 'mailboxes.pol_seconds'"},
        {", poll_seconds: 0}\n", "mailboxes.poll_seconds must be from 1 to 3600"},
        {", protocol: imap}\n", "protocol must be imaps or pop3s"},
        {", protocol: pop3s, move_to: Klaar}\n", "folder and move_to go with protocol imaps"},
        {", move_to: INBOX}\n", "move_to must be another folder"},
        {", move_to: 'Klaar\\\"x'}\n", "plain ASCII without quotes"},
        {", login: xoauth2}\n", "xoauth2 needs client_id"},
        {", login: xoauth2, client_id: x, token_url: 'http://x'}\n", "begins with https://"},
        {", port: 70000}\n", "mailboxes.port must be from 0 to 65535"},
        {", name: nog}\n", "mailboxes.name stands here twice"}})
    EXPECT_NE(complaint(complete() + kMailbox + more).find(what), std::string::npos) << more;
  EXPECT_NE(complaint(complete() + "mailboxes: {name: post}\n").find("mailboxes must be a list"), std::string::npos);
  EXPECT_NE(complaint(complete() + "mailboxes:\n  - {name: post}\n").find("mailboxes.address is missing"),
            std::string::npos);
  const std::string twice = std::string(kMailbox) + "}\n" + std::string(kMailbox).substr(11) + "}\n";
  EXPECT_NE(complaint(complete() + twice).find("two mailboxes are called 'post'"), std::string::npos);
}

}  // namespace
}  // namespace zp::gateway
