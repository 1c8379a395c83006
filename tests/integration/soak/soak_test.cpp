// Thousands of documents and mutations of them through one broker: nothing crashes but cells, nothing hangs, and nothing
// of one document is ever seen in the findings of another.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/integration/cells/running_broker.h"
#include "tests/integration/cells/small_pdf.h"

namespace zp::gateway {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestFile = 3 << 20;
constexpr int kEvery = 20;  // runs between two looks for leaks
constexpr int kTold = 250;  // runs between two lines about how far it is
constexpr std::chrono::seconds kBudget{205};
constexpr long kGrowthAllowed = 40'000;  // KB of the broker
const std::string kCanary = "KANARIE";

int runs_wanted() {
  const char* given = std::getenv("ZP_SOAK_RUNS");
  return given ? std::atoi(given) : 10'000;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The corpora if they are there, and the seeds of the fuzz targets.
std::vector<fs::path> documents() {
  const char* given = std::getenv("ZP_CORPUS");
  std::vector<fs::path> found;
  const std::string corpus = given ? given : ZP_SOURCE_DIR "/../shared/corpus";
  for (const std::string& folder : {std::string(ZP_SOURCE_DIR "/tests/fuzz/seeds"), corpus}) {
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string ending = entry.path().extension();
      if (entry.is_regular_file() && entry.file_size() <= kLargestFile && ending != ".csv" && ending != ".md")
        found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  return found;
}

/// One of the ways in which documents go wrong on their way, or are made to.
std::string mutated(std::string bytes, std::mt19937& random) {
  if (bytes.empty()) return bytes;
  const auto somewhere = [&] { return random() % bytes.size(); };
  switch (random() % 7) {
    case 0:
      return bytes;
    case 1:
      bytes.resize(somewhere());
      return bytes;
    case 2:
      bytes.erase(somewhere(), random() % 4096);
      return bytes;
    case 3: {
      const std::string piece = bytes.substr(somewhere(), random() % 4096);
      return bytes.insert(somewhere(), piece);
    }
    case 4:
      return bytes.insert(somewhere(), std::string(random() % 4096, static_cast<char>(random())));
    case 5: {
      // Numbers grow: lengths, sizes, counts.
      for (std::size_t at = somewhere(), changed = 0; at < bytes.size() && changed < 3; ++at) {
        if (bytes[at] < '0' || bytes[at] > '9') continue;
        bytes[at] = '9';
        ++changed;
      }
      return bytes;
    }
    default:
      for (std::size_t i = 0; i < 1 + bytes.size() / 2000; ++i) bytes[somewhere()] = static_cast<char>(random());
      return bytes;
  }
}

long memory_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

std::size_t descriptors_of(pid_t pid) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd"), fs::directory_iterator()));
}

class Soak : public testing::Test {
 protected:
  nlohmann::json inspect(const std::string& document, const std::string& what) {
    intake::InspectionRequest request;
    request.as_of = "2026-11-22";
    const auto begun = Clock::now();
    const auto inspection = connect_cells(broker_.socket())->inspect(as_bytes(document), request);
    const auto took = Clock::now() - begun;
    EXPECT_TRUE(inspection) << what << ": " << inspection.error().message();
    EXPECT_LT(took, kBudget) << what;
    slowest_ = std::max(slowest_, std::chrono::duration<double>(took).count());
    if (!inspection) return {};
    for (const std::string& hazard : inspection->findings.hazards) ++hazards_[hazard];
    return to_json(inspection->findings, true);
  }

  /// The same of a document that is harmless: on a machine that gives a cell no time it is asked again.
  std::string inspect_harmless(const std::string& text, const std::string& what) {
    constexpr int kTries = 10;
    std::string found;
    for (int i = 0; i < kTries && (i == 0 || found.find("\"not-inspected\"") != std::string::npos); ++i)
      found = inspect(test::SmallPdf(text).bytes(), what).dump();
    return found;
  }

  /// A document that nobody has seen, and one that everybody knows.
  void look_for_leaks(int run) {
    const std::string own = kCanary + std::to_string(run);
    const std::string marked = inspect_harmless("Geheim " + own, own);
    EXPECT_NE(marked.find(own), std::string::npos) << "the next document is served: " << marked;
    const std::string known = inspect_harmless("Een bekende brief", "known document");
    if (known_.empty()) known_ = known;
    EXPECT_EQ(known, known_) << "after run " << run;
  }

  test::RunningBroker broker_{"zegelpost-broker", {"--private", "SOCKET"}};
  std::map<std::string, int> hazards_;
  std::string known_;
  double slowest_ = 0;
};

TEST_F(Soak, ThousandsOfDocumentsLeaveNothingBehind) {
  const std::vector<fs::path> files = documents();
  ASSERT_FALSE(files.empty());
  std::mt19937 random(20261122);
  long memory_at_first = 0;
  std::size_t descriptors_at_first = 0;
  const int runs = runs_wanted();
  int run = 0;
  for (; run < runs && !HasFailure(); ++run) {
    if (run % kEvery == 0) look_for_leaks(run);
    if (run % kTold == 0)
      std::cout << "  " << run << " of " << runs << ", the slowest " << slowest_ << " s" << std::endl;
    if (run == runs / 10) {
      memory_at_first = memory_of(broker_.pid());
      descriptors_at_first = descriptors_of(broker_.pid());
    }
    const fs::path& file = files[random() % files.size()];
    const std::string found =
        inspect(mutated(read(file), random), file.string() + " in run " + std::to_string(run)).dump();
    EXPECT_EQ(found.find(kCanary), std::string::npos) << file;
    ASSERT_TRUE(broker_.alive()) << file << " in run " << run;
  }
  std::cout << "  " << run << " runs over " << files.size() << " files, the slowest " << slowest_ << " s\n";
  for (const auto& [hazard, count] : hazards_) std::cout << "  " << hazard << ": " << count << "\n";
  ASSERT_EQ(run, runs) << "ended early";
  EXPECT_LT(memory_of(broker_.pid()), memory_at_first + kGrowthAllowed);
  EXPECT_LE(descriptors_of(broker_.pid()), descriptors_at_first + 4);
}

}  // namespace
}  // namespace zp::gateway
