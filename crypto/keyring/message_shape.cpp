#include "crypto/keyring/message_shape.h"

#include <algorithm>
#include <optional>

#include "crypto/key_batch.h"

namespace zp::crypto {
namespace {

enum Tag : unsigned { kSessionKey = 1, kEncryptedData = 18, kEncryptedDataOcb = 20 };

class Packets {
 public:
  explicit Packets(ByteView rest) noexcept : rest_(rest) {}

  bool at_end() const noexcept { return rest_.empty(); }

  /// What is in the packet that next() gave, when it has one length.
  ByteView body() const noexcept { return body_; }

  /// The tag of the next packet, which is skipped; nothing if it is not there as a whole.
  std::optional<unsigned> next() noexcept {
    const auto first = byte();
    if (!first || !(*first & 0x80)) return std::nullopt;
    const bool new_format = *first & 0x40;
    const bool skipped = new_format ? skip_new() : skip_old(*first & 0x03);
    if (!skipped) return std::nullopt;
    return new_format ? *first & 0x3Fu : (*first >> 2) & 0x0Fu;
  }

 private:
  std::optional<std::uint8_t> byte() noexcept {
    if (rest_.empty()) return std::nullopt;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }

  std::optional<std::size_t> number(std::size_t octets) noexcept {
    std::size_t value = 0;
    for (; octets > 0; --octets) {
      const auto next = byte();
      if (!next) return std::nullopt;
      value = value << 8 | *next;
    }
    return value;
  }

  bool skip(std::optional<std::size_t> bytes) noexcept {
    if (!bytes || *bytes > rest_.size()) return false;
    body_ = rest_.first(*bytes);
    rest_ = rest_.subspan(*bytes);
    return true;
  }

  /// An indeterminate length (3) has no end that could be checked.
  bool skip_old(unsigned length_type) noexcept {
    return length_type < 3 && skip(number(std::size_t{1} << length_type));
  }

  bool skip_new() noexcept {
    while (true) {
      const auto first = byte();
      if (!first) return false;
      if (*first < 192) return skip(*first);
      if (*first == 255) return skip(number(4));
      if (*first < 224) {
        const auto second = byte();
        return second && skip(((*first - 192u) << 8) + *second + 192u);
      }
      if (!skip(std::size_t{1} << (*first & 0x1F))) return false;  // a part; another length follows
    }
  }

  ByteView rest_, body_;
};

}  // namespace

bool is_whole_message(ByteView message, std::size_t recipients) noexcept {
  Packets packets(message);
  for (std::size_t i = 0; i < recipients; ++i)
    if (packets.next() != kSessionKey) return false;
  const auto data = packets.next();
  return (data == kEncryptedData || data == kEncryptedDataOcb) && packets.at_end();
}

std::vector<std::uint64_t> recipients_of(ByteView sealed) {
  constexpr std::size_t kVersionAndId = 9;
  std::vector<std::uint64_t> ids;
  const auto parts = parts_of(sealed);
  if (!parts) return ids;
  Packets packets(parts->message);
  while (packets.next() == kSessionKey) {
    const ByteView body = packets.body();
    if (body.size() < kVersionAndId || body[0] != 3) return {};
    std::uint64_t id = 0;
    for (const std::uint8_t byte : body.subspan(1, 8)) id = id << 8 | byte;
    ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

}  // namespace zp::crypto
