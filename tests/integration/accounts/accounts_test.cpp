#include "gateway/accounts/accounts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "crypto/hash.h"
#include "crypto/login.h"
#include "gateway/store/sqlite_store.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kNow = 1'795'000'000'000;
constexpr TimeMs kMinute = 60'000;

/// The secret inside "otpauth://totp/...?secret=BASE32&...".
SecretBytes secret_of(const std::string& uri) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const std::size_t begin = uri.find("secret=") + 7;
  std::string bytes;
  unsigned buffer = 0, bits = 0;
  for (const char c : uri.substr(begin, uri.find('&', begin) - begin)) {
    buffer = buffer << 5 | static_cast<unsigned>(kAlphabet.find(c));
    bits += 5;
    if (bits >= 8) bytes += static_cast<char>(buffer >> (bits -= 8) & 0xff);
  }
  return SecretBytes::copy_of(std::string_view(bytes));
}

class AccountsTest : public testing::Test {
 protected:
  AccountsTest()
      : folder_(std::filesystem::temp_directory_path() / ("zp-accounts-" + std::to_string(::getpid()))),
        keys_(std::make_shared<crypto::ZoneKeys>(crypto::ZoneKeys{crypto::ZoneKey::generate(), {}})) {
    std::filesystem::create_directories(folder_);
    config_ = {.session_minutes = 30, .lock_after_failures = 3, .lock_minutes = 15};
    store_ = std::move(*open_sqlite_store(folder_.string()));
    accounts_ = std::make_unique<Accounts>(
        *store_, [this] { return keys_; }, config_);
    credentials_ = *accounts_->create("p.postma", "Pia Postma", {"postkamer"});
    secret_ = secret_of(credentials_.totp_uri);
  }
  ~AccountsTest() override { std::filesystem::remove_all(folder_); }

  std::string code(TimeMs at) const { return crypto::totp_code(secret_, at / 1000); }
  Result<LoggedIn> log_in(TimeMs at) { return accounts_->log_in("p.postma", credentials_.password, code(at), at); }

  std::filesystem::path folder_;
  std::shared_ptr<crypto::ZoneKeys> keys_;
  StaffConfig config_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Accounts> accounts_;
  Credentials credentials_;
  SecretBytes secret_;
};

TEST_F(AccountsTest, PasswordAndCodeTogetherOpenASession) {
  const auto logged_in = log_in(kNow);
  ASSERT_TRUE(logged_in) << logged_in.error().message();
  const auto resumed = accounts_->resume(logged_in->token.view(), kNow + kMinute);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->first.login, "p.postma");
}

TEST_F(AccountsTest, WrongPasswordWrongCodeAndUnknownLoginLookTheSame) {
  const auto wrong_password = accounts_->log_in("p.postma", "x", code(kNow), kNow);
  const auto wrong_code = accounts_->log_in("p.postma", credentials_.password, "000000", kNow);
  const auto unknown = accounts_->log_in("nobody", "x", "000000", kNow);
  for (const auto* result : {&wrong_password, &wrong_code, &unknown}) {
    ASSERT_FALSE(*result);
    EXPECT_EQ(result->error().code, Code::kDenied);
    EXPECT_EQ(result->error().subject, "");
  }
}

TEST_F(AccountsTest, CodeWorksOnce) {
  ASSERT_TRUE(log_in(kNow));
  EXPECT_EQ(log_in(kNow).error().code, Code::kDenied);
  EXPECT_TRUE(log_in(kNow + kMinute));
}

TEST_F(AccountsTest, LocksAfterFailuresAndUnlocksWithTime) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(accounts_->log_in("p.postma", "x", "000000", kNow));
  EXPECT_EQ(log_in(kNow).error().code, Code::kRefused);
  EXPECT_TRUE(log_in(kNow + 16 * kMinute));
}

TEST_F(AccountsTest, SessionEndsWithoutUse) {
  const auto logged_in = log_in(kNow);
  ASSERT_TRUE(logged_in);
  EXPECT_TRUE(accounts_->resume(logged_in->token.view(), kNow + 29 * kMinute));
  EXPECT_TRUE(accounts_->resume(logged_in->token.view(), kNow + 58 * kMinute));
  EXPECT_EQ(accounts_->resume(logged_in->token.view(), kNow + 89 * kMinute).error().code, Code::kExpired);
}

TEST_F(AccountsTest, LoggingOutEndsTheSession) {
  const auto logged_in = log_in(kNow);
  ASSERT_TRUE(logged_in);
  ASSERT_TRUE(accounts_->log_out(logged_in->token.view()));
  EXPECT_EQ(accounts_->resume(logged_in->token.view(), kNow).error().code, Code::kNotFound);
}

TEST_F(AccountsTest, OneTimeSecretsOutliveAChangeOfTheZoneKey) {
  const auto change = [&](std::optional<crypto::ZoneKey> former, crypto::ZoneKey current) {
    keys_ = std::make_shared<crypto::ZoneKeys>(crypto::ZoneKeys{std::move(current), std::move(former)});
  };
  const crypto::ZoneKey next = keys_->current.successor();
  change(keys_->current.clone(), next.clone());
  EXPECT_TRUE(log_in(kNow)) << "while the change is under way";
  ASSERT_TRUE(accounts_->seal_anew());
  change({}, next.clone());
  EXPECT_TRUE(log_in(kNow + kMinute)) << "with the new key alone";
  ASSERT_TRUE(accounts_->seal_anew());
  EXPECT_TRUE(log_in(kNow + 2 * kMinute)) << "a second time changes nothing";
}

TEST_F(AccountsTest, DisabledMembersAreOutAtOnce) {
  const auto logged_in = log_in(kNow);
  ASSERT_TRUE(logged_in);
  ASSERT_TRUE(accounts_->set_disabled("p.postma", true));
  EXPECT_FALSE(accounts_->resume(logged_in->token.view(), kNow));
  EXPECT_EQ(log_in(kNow + kMinute).error().code, Code::kDenied);
}

TEST_F(AccountsTest, AdministratorsHaveNoOtherRole) {
  EXPECT_EQ(accounts_->create("x", "X", {"beheerder", "jurist"}).error().code, Code::kConfig);
  EXPECT_EQ(accounts_->create("x", "X", {"baas"}).error().code, Code::kConfig);
  EXPECT_EQ(accounts_->create("p.postma", "X", {"jurist"}).error().code, Code::kExists);
}

}  // namespace
}  // namespace zp::gateway
