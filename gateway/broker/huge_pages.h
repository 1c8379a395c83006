// gateway/broker/huge_pages.h - memory that many forks share, gathered so that a fork copies less.
//
// A fork copies the page tables of its parent, entry by entry: for the OCR model and the libraries' heaps that is most of what a
// new cell costs. One entry stands for 2 MB instead of 4 KB once the kernel has gathered them (MADV_COLLAPSE, Linux 6.1).
#ifndef GATEWAY_BROKER_HUGE_PAGES_H_
#define GATEWAY_BROKER_HUGE_PAGES_H_

#include <cstddef>

namespace zp::gateway {

/// Gathers the calling process's own writable memory, as far as it is in use, and returns how many bytes now lie in huge
/// pages that were asked for. To be called once all that forks share is loaded. Costs memory: what is unused in the
/// blocks that are gathered, of which at least half is in use. A kernel that can't do it: 0, and forks are only slower.
std::size_t gather_in_huge_pages();

}  // namespace zp::gateway

#endif  // GATEWAY_BROKER_HUGE_PAGES_H_
