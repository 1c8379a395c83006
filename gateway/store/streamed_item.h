// gateway/store/streamed_item.h - the first file of a tray item while it comes in, in what becomes a bundle of that item
// alone (bundle.h): one file to make and to sync, where a folder of an item has four.
//
// Room is left for the head, which is written when the sizes are known; the last block is filled with zeros. What is
// written goes past the page cache, where that can be: neither copied there nor waited for at the end.
// Threads: belongs to one thread.
#ifndef GATEWAY_STORE_STREAMED_ITEM_H_
#define GATEWAY_STORE_STREAMED_ITEM_H_

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "gateway/store/bundle.h"
#include "gateway/store/files.h"

namespace zp::gateway {

/// What grows beyond this belongs into a folder: whoever takes a bundle holds it in memory.
inline constexpr std::size_t kMaxStreamedBytes = 4 * 1024 * 1024;

class StreamedItem {
 public:
  /// `path`: must be free. The file is removed again unless finish() succeeds.
  static Result<StreamedItem> create(const std::string& path, unsigned mode);
  Result<void> append(ByteView bytes);
  std::size_t bytes() const noexcept { return bytes_; }
  /// Appends to `file` what was written so far.
  Result<void> copy_to(FileWriter& file) const;
  /// Writes the other files and the head, and syncs. Nothing can be appended after that.
  Result<void> finish(const Id& id, const std::string& first, const std::vector<PackedFile>& others);
  const std::string& path() const noexcept { return path_; }

 private:
  struct Free {
    void operator()(std::uint8_t* block) const noexcept { std::free(block); }
  };
  StreamedItem(FileWriter file, std::string path);
  Result<void> write(ByteView bytes);
  Result<void> write_held();

  FileWriter file_;
  std::string path_;
  std::size_t bytes_ = 0;  // of the first file
  std::unique_ptr<std::uint8_t, Free> held_;
  std::size_t held_bytes_ = 0;
  std::uint64_t written_;  // of the bundle, its head too
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_STREAMED_ITEM_H_
