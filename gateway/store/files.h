// gateway/store/files.h - files written so that they are there, whole, after a crash.
//
// Errors: kNoSpace for a full disk, kIo otherwise. Threads: free functions; one FileWriter belongs to one thread.
#ifndef GATEWAY_STORE_FILES_H_
#define GATEWAY_STORE_FILES_H_

#include <cstdint>
#include <string>

#include "crypto/object.h"

namespace zp::gateway {

/// Writes a new file. Without close() or close_synced() the destructor removes it.
class FileWriter {
 public:
  static Result<FileWriter> create(const std::string& path, unsigned mode = 0600);
  /// Past the page cache where the file system can: for much that nobody reads soon. Only write_at() then, of whole
  /// blocks of kBlockBytes, in memory that begins with one too.
  static Result<FileWriter> create_direct(const std::string& path, unsigned mode);
  static constexpr std::size_t kBlockBytes = 4096;
  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) noexcept;
  ~FileWriter();
  Result<void> append(ByteView bytes);
  Result<void> write_at(std::uint64_t offset, ByteView bytes);
  /// Appends to this writer, which must stay where it is and outlive the sink.
  crypto::ByteSink sink();
  /// fdatasync and close, both checked.
  Result<void> close_synced();
  /// For a file that somebody else syncs (Tray::publish).
  Result<void> close();

 private:
  FileWriter(int fd, std::string path) noexcept;
  static Result<FileWriter> create(const std::string& path, unsigned mode, int flags);
  int fd_ = -1;
  std::string path_;
};

/// Reads a file from its start.
class FileReader {
 public:
  static Result<FileReader> open(const std::string& path);
  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) noexcept;
  ~FileReader();
  /// Up to buffer.size() bytes; fewer only at the end.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  /// Reads from this reader, which must stay where it is and outlive the source.
  crypto::ByteSource source();
  std::uint64_t size() const noexcept { return size_; }

 private:
  FileReader(int fd, std::uint64_t size) noexcept;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// Appends all of `bytes` to an open descriptor, however often write() stops short.
Result<void> write_all(int fd, ByteView bytes);
/// Makes the folder with exactly `mode`, and its parents (0700) where absent; one that is there keeps its mode.
Result<void> make_folder(const std::string& path, unsigned mode = 0700);
Result<void> sync_folder(const std::string& path);
/// Removes a folder with all in it; no error if it is gone.
Result<void> remove_tree(const std::string& path);
/// Whole file at once; kTooLarge over `limit`.
Result<Bytes> read_file(const std::string& path, std::size_t limit = 64 * 1024 * 1024);
Result<SecretBytes> read_secret_file(const std::string& path, std::size_t limit = 1024 * 1024);
/// Writes aside, syncs, renames over `path`, syncs the folder.
Result<void> replace_file(const std::string& path, ByteView bytes, unsigned mode = 0600);
/// Writes over a file that is there, and syncs it. What a crash or a full disk leaves may be neither the old nor the
/// new: the caller must be able to tell, and to do without.
Result<void> overwrite_file(const std::string& path, ByteView bytes);
Result<std::uint64_t> free_bytes(const std::string& folder);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_FILES_H_
