#include "gateway/courier/dns.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace zp::gateway {
namespace {

constexpr std::uint8_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 253, kSha256Bytes = 32, kSha512Bytes = 64, kMaxCertificate = 16 * 1024;

bool fits_host(std::uint8_t byte) { return std::isalnum(byte) || byte == '-' || byte == '_'; }

/// An uncompressed name of the wire (RFC 1035 section 3.1).
std::optional<std::string> parse_name(ByteView wire) {
  std::string name;
  while (!wire.empty() && wire[0] != 0) {
    const std::size_t length = wire[0];
    if (length > kMaxLabel || length >= wire.size()) return std::nullopt;
    const ByteView label = wire.subspan(1, length);
    if (!std::ranges::all_of(label, fits_host)) return std::nullopt;
    if (!name.empty()) name += '.';
    for (const std::uint8_t byte : label) name += static_cast<char>(std::tolower(byte));
    wire = wire.subspan(1 + length);
  }
  if (wire.size() != 1 || name.size() > kMaxName) return std::nullopt;
  return name;
}

}  // namespace

std::optional<MxRecord> parse_mx(ByteView rdata) {
  if (rdata.size() < 3) return std::nullopt;
  auto host = parse_name(rdata.subspan(2));
  if (!host) return std::nullopt;
  return MxRecord{static_cast<unsigned>(rdata[0] << 8 | rdata[1]), std::move(*host)};
}

std::optional<std::string> parse_txt(ByteView rdata) {
  std::string text;
  while (!rdata.empty()) {
    const std::size_t length = rdata[0];
    if (length >= rdata.size()) return std::nullopt;
    text += as_text(rdata.subspan(1, length));
    rdata = rdata.subspan(1 + length);
  }
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return std::nullopt;
  return text;
}

std::optional<TlsaRecord> parse_tlsa(ByteView rdata) {
  if (rdata.size() < 4) return std::nullopt;
  TlsaRecord record{rdata[0], rdata[1], rdata[2], Bytes(rdata.begin() + 3, rdata.end())};
  const std::size_t size = record.data.size();
  const bool fits = record.matching == 0   ? size <= kMaxCertificate
                    : record.matching == 1 ? size == kSha256Bytes
                                           : record.matching == 2 && size == kSha512Bytes;
  if ((record.usage != 2 && record.usage != 3) || record.selector > 1 || !fits) return std::nullopt;
  return record;
}

std::optional<std::string> parse_address(ByteView rdata) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = rdata.size() == 4 ? AF_INET : rdata.size() == 16 ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC || !::inet_ntop(family, rdata.data(), text.data(), text.size())) return std::nullopt;
  return std::string(text.data());
}

}  // namespace zp::gateway
