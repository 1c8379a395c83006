#include "gateway/mail/scan_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/mail/memory_intake.h"

namespace zp::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kPdf = "%PDF-1.7\nscan\n%%EOF\n";

class MemoryScans : public ScanIntake {
 public:
  Result<std::unique_ptr<MailWriter>> begin_scan(const Id& id, const std::string& name) override {
    if (std::ranges::find(in_tray, id) != in_tray.end()) return fail(Code::kExists, "begin item");
    begun.push_back(id);
    names.push_back(name);
    return intake.begin({});
  }
  MemoryIntake intake;
  std::vector<Id> begun, in_tray;
  std::vector<std::string> names;
};

class ScanFolderTest : public testing::Test {
 protected:
  ScanFolderTest() {
    char path[] = "/tmp/scan-folder-XXXXXX";
    config_.folder = ::mkdtemp(path);
    config_.settle_seconds = 5;
    config_.max_file_bytes = 1000;
  }
  ~ScanFolderTest() override { std::filesystem::remove_all(config_.folder); }

  void put(const std::string& name, const std::string& content) {
    std::ofstream(config_.folder + "/" + name) << content;
  }
  bool there(const std::string& name) const { return std::filesystem::exists(config_.folder + "/" + name); }
  Result<void> look(std::int64_t seconds) { return folder_.look(seconds * 1000); }

  ScannerConfig config_{};
  MemoryScans scans_;
  MailboxState state_;
  ScanFolder folder_{config_, scans_, state_, [](const MailboxState&) -> Result<void> { return {}; }};
};

TEST_F(ScanFolderTest, AFileIsTakenOnceItIsQuietAndThenRemoved) {
  put("scan.pdf", kPdf);
  ASSERT_TRUE(look(0));
  ASSERT_TRUE(look(4));
  EXPECT_TRUE(there("scan.pdf"));
  ASSERT_TRUE(look(5));
  EXPECT_FALSE(there("scan.pdf"));
  EXPECT_THAT(scans_.intake.accepted, ElementsAre(kPdf));
  EXPECT_EQ(state_.messages, 1U);
}

TEST_F(ScanFolderTest, AChangeStartsTheWaitAnew) {
  put("scan.pdf", kPdf);
  ASSERT_TRUE(look(0));
  put("scan.pdf", kPdf + kPdf);
  ASSERT_TRUE(look(4));
  ASSERT_TRUE(look(8));
  EXPECT_THAT(scans_.intake.accepted, IsEmpty());
  ASSERT_TRUE(look(9));
  EXPECT_THAT(scans_.intake.accepted, ElementsAre(kPdf + kPdf));
}

TEST_F(ScanFolderTest, WhatDoesNotEndLikeAPdfWaitsTenMinutesAndThenGoesToAPerson) {
  put("half.pdf", "%PDF-1.7\nhalf");
  ASSERT_TRUE(look(0));
  ASSERT_TRUE(look(599));
  EXPECT_THAT(scans_.intake.accepted, IsEmpty());
  ASSERT_TRUE(look(600));
  EXPECT_THAT(scans_.intake.accepted, ElementsAre("%PDF-1.7\nhalf"));
}

TEST_F(ScanFolderTest, NothingIsRemovedThatTheTrayDidNotAccept) {
  for (auto* failing : {&scans_.intake.begin_fails, &scans_.intake.append_fails, &scans_.intake.accept_fails}) {
    put("scan.pdf", kPdf);
    *failing = Code::kNoSpace;
    ASSERT_TRUE(look(0));
    EXPECT_FALSE(look(10));
    EXPECT_TRUE(there("scan.pdf"));
    failing->reset();
  }
  ASSERT_TRUE(look(20));
  ASSERT_TRUE(look(30));
  EXPECT_FALSE(there("scan.pdf"));
  EXPECT_EQ(scans_.intake.open, 0);
}

TEST_F(ScanFolderTest, AFileThatACrashLeftBehindGetsTheSameName) {
  put("scan.pdf", kPdf);
  struct stat info {};
  ASSERT_EQ(::stat((config_.folder + "/scan.pdf").c_str(), &info), 0);
  scans_.in_tray = {scan_item("scan.pdf", info)};
  ASSERT_TRUE(look(0));
  ASSERT_TRUE(look(5));
  EXPECT_TRUE(there("scan.pdf")) << "the tray has it, but nobody knows whether it is durable there";
  scans_.in_tray.clear();  // filed
  ASSERT_TRUE(look(6));
  EXPECT_THAT(scans_.begun, ElementsAre(scan_item("scan.pdf", info)));
  EXPECT_FALSE(there("scan.pdf"));
}

TEST_F(ScanFolderTest, TheSameNameUsedAgainIsAnotherScan) {
  put("scan.pdf", kPdf);
  struct stat first {
  }, second{};
  ASSERT_EQ(::stat((config_.folder + "/scan.pdf").c_str(), &first), 0);
  ASSERT_TRUE(look(0));
  ASSERT_TRUE(look(5));
  ::usleep(20'000);  // a file system may keep time in steps
  put("scan.pdf", kPdf);
  ASSERT_EQ(::stat((config_.folder + "/scan.pdf").c_str(), &second), 0);
  EXPECT_NE(scan_item("scan.pdf", first), scan_item("scan.pdf", second));
  ASSERT_TRUE(look(6));
  ASSERT_TRUE(look(11));
  EXPECT_EQ(scans_.intake.accepted.size(), 2U);
}

TEST_F(ScanFolderTest, OneThatCanNotBeTakenStopsNoOther) {
  put("a-large.pdf", "%PDF" + std::string(2000, 'x') + "%%EOF\n");
  put("b.pdf", kPdf);
  ASSERT_TRUE(look(0));
  ASSERT_TRUE(look(5));
  EXPECT_TRUE(there("a-large.pdf"));
  EXPECT_FALSE(there("b.pdf"));
  ASSERT_EQ(state_.left.size(), 1U);
  EXPECT_THAT(state_.left.front().reason, testing::HasSubstr("scanner.max_megabytes"));
  std::filesystem::remove(config_.folder + "/a-large.pdf");
  ASSERT_TRUE(look(6));
  EXPECT_THAT(state_.left, IsEmpty()) << "gone: nothing to tell any more";
}

TEST_F(ScanFolderTest, LinksPipesFoldersAndHiddenFilesAreLeftAlone) {
  put(".hidden.pdf", kPdf);
  std::filesystem::create_symlink("/etc/passwd", config_.folder + "/link.pdf");
  std::filesystem::create_directory(config_.folder + "/folder.pdf");
  ASSERT_EQ(::mkfifo((config_.folder + "/pipe.pdf").c_str(), 0600), 0);
  ASSERT_TRUE(look(0));
  ASSERT_TRUE(look(3600));
  EXPECT_THAT(scans_.begun, IsEmpty());
}

TEST_F(ScanFolderTest, AFolderThatIsGoneIsSaid) {
  std::filesystem::remove_all(config_.folder);
  EXPECT_FALSE(look(0));
}

}  // namespace
}  // namespace zp::gateway
