#include "gateway/dispatch/return_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "crypto/hash.h"

namespace zp::gateway {
namespace {

constexpr std::string_view kSymbols = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, without padding
constexpr std::size_t kIdBytes = 16, kMacBytes = 8;
using Tag = std::array<std::uint8_t, kIdBytes + 1 + kMacBytes>;

std::string symbols_of(const Tag& tag) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : tag) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 5; held -= 5) text += kSymbols[bits >> (held - 5) & 31];
  }
  return text;
}

std::optional<Tag> tag_of(std::string_view text) {
  Tag tag{};
  if (text.size() * 5 != tag.size() * 8) return std::nullopt;
  std::uint32_t bits = 0;
  std::size_t held = 0, done = 0;
  for (const char c : text) {
    const std::size_t value = kSymbols.find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 5 | static_cast<std::uint32_t>(value);
    held += 5;
    if (held < 8) continue;
    held -= 8;
    tag[done++] = static_cast<std::uint8_t>(bits >> held);
  }
  return tag;
}

void sign(const SecretBytes& key, Tag& tag) {
  const auto mac = crypto::hmac_sha256(key, ByteView(tag).first(kIdBytes + 1));
  std::copy_n(mac.begin(), kMacBytes, tag.begin() + kIdBytes + 1);
}

struct Address {
  std::string_view local, domain;
};
Address parts_of(std::string_view address) {
  const std::size_t at = std::min(address.rfind('@'), address.size());
  return {address.substr(0, at), address.substr(std::min(at + 1, address.size()))};
}

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string signed_return_path(const SecretBytes& key, std::string_view from, const Id& subject, unsigned number) {
  const Address ours = parts_of(from);
  if (ours.local.size() > kMaxSignedLocal || number > 255) return std::string(from);
  Tag tag{};
  std::ranges::copy(subject.bytes, tag.begin());
  tag[kIdBytes] = static_cast<std::uint8_t>(number);
  sign(key, tag);
  return fmt::format("{}+b{}@{}", ours.local, symbols_of(tag), ours.domain);
}

std::optional<ReturnedTo> read_return_path(const SecretBytes& key, std::string_view from, std::string_view address) {
  const Address ours = parts_of(from), theirs = parts_of(address);
  const std::size_t tag_at = ours.local.size() + 2;
  if (!same(ours.domain, theirs.domain) || theirs.local.size() <= tag_at) return std::nullopt;
  if (!same(theirs.local.substr(0, tag_at), std::string(ours.local) + "+b")) return std::nullopt;
  const auto tag = tag_of(theirs.local.substr(tag_at));
  if (!tag) return std::nullopt;
  Tag expected = *tag;
  sign(key, expected);
  if (!equal_constant_time(*tag, expected)) return std::nullopt;
  ReturnedTo found;
  std::copy_n(tag->begin(), kIdBytes, found.subject.bytes.begin());
  found.number = (*tag)[kIdBytes];
  return found;
}

}  // namespace zp::gateway
