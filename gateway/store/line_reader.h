// gateway/store/line_reader.h - the lines of an append-only file, from any place in it.
//
// Threads: reads with pread(), so many may share the descriptor; one LineReader belongs to one thread.
#ifndef GATEWAY_STORE_LINE_READER_H_
#define GATEWAY_STORE_LINE_READER_H_

#include <string>

#include "crypto/base/bytes.h"

namespace zp::gateway {

inline constexpr std::size_t kMaxLine = 64 * 1024;

class LineReader {
 public:
  /// `fd` is borrowed; `offset` is where a line begins.
  LineReader(int fd, std::uint64_t offset) : fd_(fd), offset_(offset), buffer_(kMaxLine) {}
  /// Goes to the next line; false if no whole line (one that a line break ends) is left.
  Result<bool> next();
  /// Without its line break; of a longer one (somebody broke the file) its first kMaxLine bytes.
  std::string_view line() const noexcept { return line_; }
  /// Where the line after the current one begins.
  std::uint64_t offset() const noexcept { return offset_; }

 private:
  Result<bool> fill();

  int fd_;
  std::uint64_t offset_;
  std::string line_;
  Bytes buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what of buffer_ is not used yet
  std::uint64_t ahead_ = 0;          // bytes of an unfinished line already taken from buffer_
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_LINE_READER_H_
