#include "gateway/broker/huge_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace zp::gateway {
namespace {

constexpr std::uintptr_t kHugePage = std::uintptr_t{2} << 20;
constexpr std::size_t kSmallPage = 4096;
constexpr std::size_t kSmallPages = kHugePage / kSmallPage;
constexpr int kCollapse = 25;  // MADV_COLLAPSE: the C library's headers may be older than the kernel

struct Range {
  std::uintptr_t from, to;
};

/// Heaps and other anonymous memory, from the lines of proc_pid_maps(5).
std::vector<Range> own_memory() {
  std::vector<Range> ranges;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0, inode = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %lu", &from, &to, rights, &inode) != 4) continue;
    const bool stack = line.find("[stack") != std::string::npos;
    if (std::string_view(rights) == "rw-p" && inode == 0 && !stack) ranges.push_back({from, to});
  }
  return ranges;
}

bool mostly_in_use(void* block) {
  std::array<unsigned char, kSmallPages> pages;
  if (::mincore(block, kHugePage, pages.data()) != 0) return false;
  return std::ranges::count_if(pages, [](unsigned char page) { return page & 1; }) >= std::ptrdiff_t{kSmallPages / 2};
}

}  // namespace

std::size_t gather_in_huge_pages() {
  if (::sysconf(_SC_PAGESIZE) != long{kSmallPage}) return 0;
  std::size_t gathered = 0;
  for (const Range& range : own_memory()) {
    const std::uintptr_t first = (range.from + kHugePage - 1) / kHugePage * kHugePage;
    for (std::uintptr_t at = first; at + kHugePage <= range.to; at += kHugePage) {
      void* const block = reinterpret_cast<void*>(at);
      if (mostly_in_use(block) && ::madvise(block, kHugePage, kCollapse) == 0) gathered += kHugePage;
    }
  }
  return gathered;
}

}  // namespace zp::gateway
