#include "gateway/broker/huge_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <fstream>
#include <sstream>

namespace zp::gateway {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

/// 16 MB of memory of its own, in small pages, of which the first `used` bytes are written.
class Memory {
 public:
  explicit Memory(std::size_t used)
      : at_(static_cast<char*>(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
        used_(used) {
    ::madvise(at_, kSize, MADV_NOHUGEPAGE);
    std::memset(at_, 'x', used);
    ::madvise(at_, kSize, MADV_HUGEPAGE);
  }
  ~Memory() { ::munmap(at_, kSize); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  bool intact() const { return std::string(at_, used_) == std::string(used_, 'x') && at_[kSize - 1] == 0; }

 private:
  static constexpr std::size_t kSize = 16 * kMegabyte;
  char* at_;
  std::size_t used_;
};

std::size_t huge_megabytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("AnonHugePages:")) return std::stoul(line.substr(14)) / 1024;
  return 0;
}

TEST(HugePages, HoldWhatIsInUse) {
  const std::size_t before = huge_megabytes();
  const Memory memory(16 * kMegabyte - 1);  // the kernel's own thread may gather it at once
  const std::size_t gathered = gather_in_huge_pages() / kMegabyte;
  if (gathered == 0) GTEST_SKIP() << "this kernel gathers no pages";
  EXPECT_GT(huge_megabytes(), before);
  EXPECT_TRUE(memory.intact());
}

TEST(HugePages, AreNotSpentOnMemoryThatIsHardlyUsed) {
  const Memory memory(kMegabyte / 8);
  const std::size_t before = huge_megabytes();
  gather_in_huge_pages();
  EXPECT_LE(huge_megabytes(), before + 4) << "the test's own heap may grow by a little";
  EXPECT_TRUE(memory.intact());
}

}  // namespace
}  // namespace zp::gateway
