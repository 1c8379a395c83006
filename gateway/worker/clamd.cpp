#include "gateway/worker/clamd.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <array>

namespace zp::gateway {
namespace {

const Poco::Timespan kConnectWithin(5, 0);
const Poco::Timespan kAnswerWithin(120, 0);
constexpr std::size_t kChunk = 256 * 1024;
constexpr std::size_t kMaxReply = 4096;

void send_all(Poco::Net::StreamSocket& socket, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const int sent = socket.sendBytes(at, static_cast<int>(size));
    if (sent <= 0) throw Poco::IOException("clamd");
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void send_length(Poco::Net::StreamSocket& socket, std::size_t size) {
  const std::array<std::uint8_t, 4> big_endian = {
      static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
      static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  send_all(socket, big_endian.data(), big_endian.size());
}

std::string read_reply(Poco::Net::StreamSocket& socket) {
  std::string reply;
  std::array<char, 512> buffer;
  while (reply.size() < kMaxReply) {
    const int got = socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) break;
    reply.append(buffer.data(), static_cast<std::size_t>(got));
  }
  while (!reply.empty() && (reply.back() == '\0' || reply.back() == '\n')) reply.pop_back();
  return reply;
}

/// clamd closes while we still send when its limit is reached: its answer is waiting all the same.
void send_document(Poco::Net::StreamSocket& socket, ByteView document) {
  try {
    for (std::size_t at = 0; at < document.size(); at += kChunk) {
      const ByteView chunk = document.subspan(at, std::min(kChunk, document.size() - at));
      send_length(socket, chunk.size());
      send_all(socket, chunk.data(), chunk.size());
    }
    send_length(socket, 0);
  } catch (const Poco::Exception&) {
  }
}

}  // namespace

Malware verdict_of_reply(std::string_view reply) {
  if (reply == "stream: OK") return Malware::kClean;
  if (reply.ends_with(" FOUND")) {
    // Heuristics say "could not look inside" in the words of a find; they name no malware.
    for (const std::string_view limit : {"Heuristics.Limits.Exceeded", "Heuristics.Encrypted", "Heuristics.Broken"})
      if (reply.find(limit) != std::string_view::npos) return Malware::kNotScannable;
    return Malware::kInfected;
  }
  return reply.empty() ? Malware::kScannerDown : Malware::kNotScannable;
}

Malware Clamd::scan(ByteView document) const {
  if (!configured()) return Malware::kScannerDown;
  try {
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, socket_path_), kConnectWithin);
    socket.setReceiveTimeout(kAnswerWithin);
    socket.setSendTimeout(kAnswerWithin);
    constexpr std::string_view kCommand("zINSTREAM\0", 10);
    send_all(socket, kCommand.data(), kCommand.size());
    send_document(socket, document);
    return verdict_of_reply(read_reply(socket));
  } catch (const Poco::Exception&) {
    return Malware::kScannerDown;
  }
}

}  // namespace zp::gateway
