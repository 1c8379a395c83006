// The ledger's files: what an append promises, and what a crash or a hand on the disk does to them.
#include "gateway/store/ledger_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "gateway/store/files.h"
#include "tests/integration/store/support.h"

namespace zp::gateway::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LedgerFileTest : public testing::Test {
 protected:
  LedgerFileTest() { reopen(); }
  void reopen() { ledger_ = value_of(open_ledger_files(folder_.path())); }

  /// All lines; every leaf hash is checked on the way.
  std::vector<std::string> lines(std::uint64_t from = 0, std::uint64_t to = UINT64_MAX) {
    std::vector<std::string> all;
    EXPECT_EQ(error_of(ledger_->read(from, to,
                                     [&](std::uint64_t index, std::string_view line, const crypto::Digest& leaf) {
                                       EXPECT_EQ(index, from + all.size());
                                       EXPECT_EQ(leaf, crypto::leaf_hash(line));
                                       all.emplace_back(line);
                                       return Result<void>();
                                     })),
              "");
    return all;
  }
  void add_raw(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name, std::ios::app | std::ios::binary) << text;
  }
  std::uint64_t size_of(const std::string& name) {
    struct stat info {};
    EXPECT_EQ(::stat((folder_ / name).c_str(), &info), 0);
    return static_cast<std::uint64_t>(info.st_size);
  }
  void cut(const std::string& name, std::uint64_t bytes) {
    EXPECT_EQ(::truncate((folder_ / name).c_str(), static_cast<off_t>(size_of(name) - bytes)), 0);
  }

  TempFolder folder_;
  std::unique_ptr<crypto::LedgerStorage> ledger_;
};

TEST_F(LedgerFileTest, GivesBackLinesInOrderAndTheirIndex) {
  EXPECT_EQ(value_of(ledger_->append({"a"})), 0u);
  EXPECT_EQ(value_of(ledger_->append({"b", "c"})), 1u);
  EXPECT_EQ(value_of(ledger_->append({})), 3u);
  EXPECT_EQ(value_of(ledger_->size()), 3u);
  reopen();
  EXPECT_EQ(value_of(ledger_->append({"d"})), 3u);
  EXPECT_THAT(lines(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(lines(1, 3), ElementsAre("b", "c"));
  EXPECT_THAT(lines(4, 9), IsEmpty());
}

TEST_F(LedgerFileTest, FindsAnyPlaceInALongLedger) {
  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) many.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i % 97), 'x'));
  EXPECT_EQ(error_of(ledger_->append(many)), "");
  EXPECT_THAT(lines(1999, 2000), ElementsAre(many[1999]));
  EXPECT_THAT(lines(255, 258), ElementsAre(many[255], many[256], many[257]));
  EXPECT_EQ(lines(), many);
  EXPECT_THAT(lines(1024, 1025), ElementsAre(many[1024]));
}

TEST_F(LedgerFileTest, StopsAtTheFirstErrorOfTheVisitor) {
  EXPECT_EQ(error_of(ledger_->append({"a", "b"})), "");
  int visits = 0;
  EXPECT_TRUE(fails_with(ledger_->read(0, 2,
                                       [&](auto, auto, const auto&) -> Result<void> {
                                         ++visits;
                                         return fail(Code::kRefused, "enough");
                                       }),
                         Code::kRefused));
  EXPECT_EQ(visits, 1);
}

TEST_F(LedgerFileTest, RefusesWhatIsNotOneLine) {
  EXPECT_TRUE(fails_with(ledger_->append({"a\nb"}), Code::kMalformed));
  EXPECT_TRUE(fails_with(ledger_->append({std::string(64 * 1024 + 1, 'x')}), Code::kMalformed));
  EXPECT_EQ(error_of(ledger_->append({std::string(64 * 1024, 'x')})), "");
  EXPECT_EQ(lines().at(0).size(), 64u * 1024);
}

TEST_F(LedgerFileTest, KeepsCheckpointsWithTheirLineBreaks) {
  const std::string note = "zegelpost.example/ledger\n3\nq83v\n\n— zegelpost.example/ledger AAAA\n";
  EXPECT_EQ(error_of(ledger_->append_checkpoint(note)), "");
  add_raw("checkpoints", "\"torn");
  reopen();
  EXPECT_THAT(value_of(ledger_->checkpoints()), ElementsAre(note));
  EXPECT_EQ(error_of(ledger_->append_checkpoint("second")), "");
  EXPECT_THAT(value_of(ledger_->checkpoints()), ElementsAre(note, "second"));
}

TEST_F(LedgerFileTest, NumbersEntriesOfManyProcessesAndThreadsWithoutGap) {
  constexpr int kEach = 20;
  const auto work = [&](const std::string& name) {
    const auto mine = value_of(open_ledger_files(folder_.path()));
    const auto append = [&](const std::string& who) {
      for (int n = 0; n < kEach; ++n) (void)value_of(mine->append({who + std::to_string(n)}));
    };
    std::jthread second([&] { append(name + "b"); });
    append(name + "a");
  };
  std::vector<pid_t> children;
  for (const char* name : {"x", "y", "z"})
    children.push_back(in_child([&] {
      work(name);
      return true;
    }));
  for (const pid_t child : children) EXPECT_TRUE(succeeded(child));
  EXPECT_EQ(lines().size(), 6u * kEach);
  EXPECT_EQ(value_of(ledger_->append({"last"})), 6u * kEach);
}

// Crashes

TEST_F(LedgerFileTest, CompletesAWholeLineWhoseLeafACrashLost) {
  EXPECT_EQ(error_of(ledger_->append({"a"})), "");
  add_raw("entries.jsonl", "b\nhal");
  reopen();
  EXPECT_THAT(lines(), ElementsAre("a")) << "it does not count yet";
  EXPECT_EQ(value_of(ledger_->append({"c"})), 2u);
  EXPECT_THAT(lines(), ElementsAre("a", "b", "c"));
}

TEST_F(LedgerFileTest, RepairsATornLeaf) {
  EXPECT_EQ(error_of(ledger_->append({"a", "b"})), "");
  cut("leaves", 7);
  reopen();
  EXPECT_THAT(lines(), ElementsAre("a"));
  EXPECT_EQ(value_of(ledger_->append({"c"})), 2u);
  EXPECT_THAT(lines(), ElementsAre("a", "b", "c"));
}

TEST_F(LedgerFileTest, SeesWhatAnotherProcessTore) {
  EXPECT_EQ(error_of(ledger_->append({"a"})), "");
  add_raw("entries.jsonl", "torn");
  EXPECT_EQ(value_of(ledger_->append({"b"})), 1u);
  EXPECT_THAT(lines(), ElementsAre("a", "b"));
}

// A hand on the disk

TEST_F(LedgerFileTest, NeverDropsWholeLinesWhenLeavesAreCut) {
  EXPECT_EQ(error_of(ledger_->append({"a", "b", "c"})), "");
  cut("leaves", 64);
  EXPECT_EQ(value_of(ledger_->append({"d"})), 3u);
  EXPECT_THAT(lines(), ElementsAre("a", "b", "c", "d"));
}

TEST_F(LedgerFileTest, AppendsNothingAfterLinesThatAreMissing) {
  EXPECT_EQ(error_of(ledger_->append({"a", "b"})), "");
  cut("entries.jsonl", 2);
  EXPECT_TRUE(fails_with(ledger_->append({"c"}), Code::kTampered));
  reopen();
  EXPECT_TRUE(fails_with(ledger_->append({"c"}), Code::kTampered));
  std::vector<std::string> seen;
  EXPECT_EQ(error_of(ledger_->read(0, 9,
                                   [&](auto, std::string_view line, const auto&) {
                                     seen.emplace_back(line);
                                     return Result<void>();
                                   })),
            "");
  EXPECT_THAT(seen, ElementsAre("a", "")) << "verification is shown that something was there";
}

TEST_F(LedgerFileTest, AppendsNothingAfterALastLineThatWasChanged) {
  EXPECT_EQ(error_of(ledger_->append({"a", "b"})), "");
  cut("entries.jsonl", 2);
  add_raw("entries.jsonl", "B\n");
  reopen();
  EXPECT_TRUE(fails_with(ledger_->append({"c"}), Code::kTampered));
}

TEST_F(LedgerFileTest, VerificationNamesTheEntryOfWhichOneByteWasChanged) {
  const auto signer = crypto::NoteSigner::generate("zegelpost.example/ledger");
  crypto::LedgerEntry entry;
  entry.time = "2026-01-01T00:00:00.000Z";
  entry.actor = "worker";
  entry.action = "dossier.file";
  entry.outcome = "ok";
  for (int i = 0; i < 5; ++i) (void)value_of(ledger_->append({entry.line()}));
  EXPECT_THAT(value_of(crypto::verify_ledger(*ledger_, signer.verifier_key())).problems, IsEmpty());
  const std::string path = folder_ / "entries.jsonl";
  Bytes content = value_of(read_file(path));
  content[3 * (entry.line().size() + 1) + 20] ^= 1;
  EXPECT_EQ(error_of(replace_file(path, content)), "");
  reopen();
  const auto report = value_of(crypto::verify_ledger(*ledger_, signer.verifier_key()));
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_THAT(report.problems[0], testing::HasSubstr("3"));
}

}  // namespace
}  // namespace zp::gateway::test
