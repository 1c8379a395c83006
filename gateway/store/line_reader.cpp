#include "gateway/store/line_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace zp::gateway {

Result<bool> LineReader::fill() {
  while (true) {
    const ssize_t got = ::pread(fd_, buffer_.data(), buffer_.size(), static_cast<off_t>(offset_ + ahead_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read line");
    begin_ = 0;
    end_ = static_cast<std::size_t>(got);
    return got > 0;
  }
}

Result<bool> LineReader::next() {
  line_.clear();
  ahead_ = 0;
  while (true) {
    if (begin_ == end_) {
      TRY_ASSIGN(const bool more, fill());
      if (!more) return false;
    }
    const std::string_view rest = as_text(ByteView(buffer_).subspan(begin_, end_ - begin_));
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    line_.append(rest.substr(0, std::min(length, kMaxLine - line_.size())));
    const bool ended = length < rest.size();
    const std::size_t taken = length + (ended ? 1 : 0);
    begin_ += taken;
    ahead_ += taken;
    if (!ended) continue;
    offset_ += ahead_;
    return true;
  }
}

}  // namespace zp::gateway
