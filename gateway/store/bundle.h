// gateway/store/bundle.h - several small tray items in one file, so that one set of syncs serves all of them.
//
//   a group: magic 8 "ZPBUND1\n", length of the index 4 (big-endian), the index (JSON: ids, and names and sizes of files),
//   then the files, one after the other. Further groups may follow (open_bundle.h), and zeros behind the last.
//
// The files themselves are sealed objects and item.json, as in an item's folder; a bundle adds nothing secret. It comes
// from a door, so what it says is checked: names can't lead out of a folder, and sizes add up to the bundle's own.
#ifndef GATEWAY_STORE_BUNDLE_H_
#define GATEWAY_STORE_BUNDLE_H_

#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::gateway {

struct PackedFile {
  std::string name;
  Bytes bytes;
};

struct PackedItem {
  Id id;
  std::vector<PackedFile> files;
};

inline constexpr std::size_t kMaxBundleBytes = 64 * 1024 * 1024;  // the taker has it in memory

/// What stands before the files, which follow in the order of `items`. For `room` bytes, if that is not 0: the index is
/// then filled up with blanks; so it can be written when the files are there already. kTooLarge if they don't hold it.
struct IndexedFile {
  std::string name;
  std::uint64_t bytes;
};
struct IndexedItem {
  Id id;
  std::vector<IndexedFile> files;
};
Result<Bytes> bundle_head(const std::vector<IndexedItem>& items, std::size_t room = 0);
struct Bundle {
  std::vector<PackedItem> items;
  bool torn = false;  // behind these is something that is no whole group
};
/// kMalformed if not even the first group is whole and such as bundle_head() makes it: that one was complete when the
/// bundle was published.
Result<Bundle> parse_bundle(ByteView bytes);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_BUNDLE_H_
