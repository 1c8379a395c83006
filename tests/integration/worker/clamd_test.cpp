// A real clamd with a database of one signature, made here: all four verdicts.
#include "gateway/worker/clamd.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

extern char** environ;

namespace zp::gateway {
namespace {

constexpr const char* kProgram = "/usr/sbin/clamd";
constexpr std::size_t kMostStream = 2 << 20;

// In two halves, so that no scanner takes this file or the program for the test file itself.
const std::string kEicar = std::string("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-") + "ANTIVIRUS-TEST-FILE!$H+H*";

class RealClamd : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(kProgram)) return;
    folder_ = "/tmp/zp-clamd-XXXXXX";
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    std::filesystem::create_directory(folder_ + "/database");
    std::ofstream(folder_ + "/database/test.ndb") << "Eicar-Test:0:*:" << to_hex(as_bytes(kEicar)) << "\n";
    std::ofstream(folder_ + "/clamd.conf")
        << "LocalSocket " << socket() << "\nDatabaseDirectory " << folder_ << "/database\nTemporaryDirectory "
        << folder_ << "\nForeground yes\nStreamMaxLength " << kMostStream << "\nAlertEncrypted yes\nLogFile " << folder_
        << "/log\n";
    const std::string option = "--config-file=" + folder_ + "/clamd.conf";
    char* arguments[] = {const_cast<char*>("clamd"), const_cast<char*>(option.c_str()), nullptr};
    ASSERT_EQ(::posix_spawn(&pid_, kProgram, nullptr, nullptr, arguments, environ), 0);
    for (int i = 0; i < 600 && ::access(socket().c_str(), F_OK) != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  static void TearDownTestSuite() {
    stop();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void SetUp() override {
    if (!std::filesystem::exists(kProgram)) GTEST_SKIP() << "clamav-daemon is not installed";
    ASSERT_EQ(::access(socket().c_str(), F_OK), 0) << "clamd did not start";
  }

  static void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  static std::string socket() { return folder_ + "/clamd.sock"; }

  static inline std::string folder_;
  static inline pid_t pid_ = 0;
};

TEST_F(RealClamd, AnOrdinaryDocumentIsClean) {
  const Clamd clamd(socket());
  EXPECT_EQ(clamd.scan(as_bytes("%PDF-1.7 een brief")), Malware::kClean);
  EXPECT_EQ(clamd.scan({}), Malware::kClean) << "an empty file holds nothing";
  EXPECT_EQ(clamd.scan(Bytes(kMostStream - 1)), Malware::kClean) << "as much as it takes";
}

TEST_F(RealClamd, TheTestSignatureIsInfected) {
  EXPECT_EQ(Clamd(socket()).scan(as_bytes(kEicar)), Malware::kInfected);
  EXPECT_EQ(Clamd(socket()).scan(as_bytes("%PDF-1.7\n" + kEicar + "\n%%EOF")), Malware::kInfected);
}

TEST_F(RealClamd, WhatItDoesNotTakeIsNotScannable) {
  EXPECT_EQ(Clamd(socket()).scan(Bytes(kMostStream + 1)), Malware::kNotScannable) << "larger than its limit";
}

TEST_F(RealClamd, StrangersAtTheSameTimeGetTheirOwnVerdicts) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      const Malware expected = i % 2 == 0 ? Malware::kInfected : Malware::kClean;
      EXPECT_EQ(Clamd(socket()).scan(as_bytes(i % 2 == 0 ? kEicar : std::string("brief"))), expected);
    });
  }
}

TEST_F(RealClamd, ZAScannerThatIsGoneIsDownAndNothingIsClean) {
  stop();
  EXPECT_EQ(Clamd(socket()).scan(as_bytes("een brief")), Malware::kScannerDown);
}

}  // namespace
}  // namespace zp::gateway
