#include "gateway/public/download.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "gateway/dispatch/protected_mail.h"

namespace zp::gateway {
namespace {

/// Pieces of any length, poured into buffers of any length.
class Pouring {
 public:
  /// Nothing: that was all.
  using Pieces = std::function<Result<std::optional<std::string>>()>;
  explicit Pouring(Pieces pieces) : pieces_(std::move(pieces)) {}

  Result<std::size_t> operator()(std::span<std::uint8_t> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      if (at_ == piece_.size()) {
        TRY_ASSIGN(auto next, pieces_());
        if (!next) break;
        piece_ = std::move(*next);
        at_ = 0;
      }
      const std::size_t count = std::min(buffer.size() - filled, piece_.size() - at_);
      std::copy_n(piece_.begin() + static_cast<std::ptrdiff_t>(at_), count,
                  buffer.begin() + static_cast<std::ptrdiff_t>(filled));
      at_ += count;
      filled += count;
    }
    return filled;
  }

 private:
  Pieces pieces_;
  std::string piece_;
  std::size_t at_ = 0;
};

BodySource poured(Pouring::Pieces pieces) {
  const auto pouring = std::make_shared<Pouring>(std::move(pieces));
  return [pouring](std::span<std::uint8_t> buffer) { return (*pouring)(buffer); };
}

/// frame, content, frame, ..., frame.
class Mail {
 public:
  Mail(std::vector<std::string> frame, std::vector<crypto::ObjectReader> contents)
      : frame_(std::move(frame)), contents_(std::move(contents)) {}

  Result<std::optional<std::string>> next() {
    if (!within_) {
      if (number_ == frame_.size()) return std::nullopt;
      within_ = number_ < contents_.size();
      const std::size_t at = within_ ? number_ : number_++;
      return std::move(frame_[at]);
    }
    TRY_ASSIGN(const auto chunk, contents_[number_].next());
    rest_.insert(rest_.end(), chunk.begin(), chunk.end());
    const bool ends = chunk.empty();
    const std::size_t whole = ends ? rest_.size() : rest_.size() / kBase64Chunk * kBase64Chunk;
    std::string lines = base64_lines(ByteView(rest_).first(whole));
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(whole));
    if (ends) {
      within_ = false;
      ++number_;
    }
    return lines;
  }

 private:
  std::vector<std::string> frame_;
  std::vector<crypto::ObjectReader> contents_;
  std::size_t number_ = 0;  // of the frame's piece, and of the content behind it
  bool within_ = false;     // that content
  Bytes rest_;              // of it, less than a line
};

}  // namespace

BodySource as_it_is(crypto::ObjectReader content) {
  const auto reader = std::make_shared<crypto::ObjectReader>(std::move(content));
  return poured([reader]() -> Result<std::optional<std::string>> {
    TRY_ASSIGN(const auto chunk, reader->next());
    if (chunk.empty()) return std::nullopt;
    return std::string(as_text(chunk));
  });
}

BodySource as_mail(std::vector<std::string> frame, std::vector<crypto::ObjectReader> contents) {
  const auto mail = std::make_shared<Mail>(std::move(frame), std::move(contents));
  return poured([mail] { return mail->next(); });
}

}  // namespace zp::gateway
