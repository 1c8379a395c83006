// RFC 6962 section 2.1: the tree of n leaves splits at the largest power of two below n.
#include <bit>
#include <span>

#include "crypto/ledger.h"

namespace zp::crypto {
namespace {

constexpr std::uint8_t kLeafPrefix = 0;
constexpr std::uint8_t kNodePrefix = 1;

Digest node_hash(const Digest& left, const Digest& right) {
  Sha256 hash;
  hash.append({&kNodePrefix, 1});
  hash.append(left);
  hash.append(right);
  return hash.finish();
}

Digest root_of(std::span<const Digest> leaves) {
  TreeHasher hasher;
  for (const Digest& leaf : leaves) hasher.add(leaf);
  return hasher.root();
}

}  // namespace

Digest leaf_hash(std::string_view line) {
  Sha256 hash;
  hash.append({&kLeafPrefix, 1});
  hash.append(as_bytes(line));
  return hash.finish();
}

void TreeHasher::add(const Digest& leaf) {
  peaks_.push_back(leaf);
  // Each trailing one bit of the old size is a full subtree that the new leaf completes.
  for (std::uint64_t rest = size_; rest & 1; rest >>= 1) {
    const Digest right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = node_hash(peaks_.back(), right);
  }
  ++size_;
}

Digest TreeHasher::root() const {
  if (peaks_.empty()) return sha256({});
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i > 0; --i) root = node_hash(peaks_[i - 1], root);
  return root;
}

std::vector<Digest> inclusion_proof(const std::vector<Digest>& leaves, std::uint64_t index) {
  ZP_CHECK(index < leaves.size());
  std::vector<Digest> from_the_root;
  std::span<const Digest> tree(leaves);
  while (tree.size() > 1) {
    const std::size_t split = std::bit_floor(tree.size() - 1);
    const auto left = tree.first(split), right = tree.subspan(split);
    const bool in_left = index < split;
    from_the_root.push_back(root_of(in_left ? right : left));
    tree = in_left ? left : right;
    if (!in_left) index -= split;
  }
  return {from_the_root.rbegin(), from_the_root.rend()};
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t tree_size,
                      const std::vector<Digest>& proof, const Digest& root) {
  if (index >= tree_size) return false;
  std::uint64_t node = index;
  std::uint64_t last = tree_size - 1;
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

}  // namespace zp::crypto
