// gateway/staff/difference.h - what changed between two texts, word by word.
//
// Threads: free function.
#ifndef GATEWAY_STAFF_DIFFERENCE_H_
#define GATEWAY_STAFF_DIFFERENCE_H_

#include <string>
#include <string_view>
#include <vector>

namespace zp::gateway {

struct Piece {
  enum Kind { kKept, kAdded, kRemoved } kind;
  std::string text;
};

/// The kept and removed pieces in a row are `before`, the kept and added ones `after`. As few words as possible change;
/// texts that differ in more than some thousand words are shown as one removed and one added piece.
std::vector<Piece> difference(std::string_view before, std::string_view after);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_DIFFERENCE_H_
