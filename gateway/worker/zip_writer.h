// gateway/worker/zip_writer.h - a ZIP, written as it grows (libarchive). Writes only: archives of others are read in a cell.
//
// Entries are deflated, so that readers who take the file from its start can open it, too.
// Threads: one at a time. Errors: those of the sink, and kIo.
#ifndef GATEWAY_WORKER_ZIP_WRITER_H_
#define GATEWAY_WORKER_ZIP_WRITER_H_

#include <memory>
#include <string>

#include "crypto/object.h"
#include "gateway/store/types.h"

namespace zp::gateway {

class ZipWriter {
 public:
  /// `sink` must outlive the writer.
  static Result<ZipWriter> open(const crypto::ByteSink& sink);
  ZipWriter(ZipWriter&&) noexcept;
  ~ZipWriter();
  /// Begins an entry of `bytes` bytes; `name` is ASCII.
  Result<void> begin(const std::string& name, std::uint64_t bytes, TimeMs time);
  Result<void> append(ByteView bytes);
  /// Without it the archive has no directory.
  Result<void> finish();

 private:
  struct Impl;
  explicit ZipWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_ZIP_WRITER_H_
