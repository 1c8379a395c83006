#include "gateway/ipc/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>

namespace zp::gateway {
namespace {

constexpr int kBacklog = 64;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(Code::kConfig, "use socket: path is too long", path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

void set_timeout(int fd, int milliseconds) {
  const timeval time{milliseconds / 1000, milliseconds % 1000 * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

std::unexpected<Error> io_failure(const char* operation, ssize_t done) {
  if (done == 0) return fail(Code::kIo, operation);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return fail(Code::kTimeout, operation);
  return fail_errno(operation);
}

}  // namespace

UnixSocket::UnixSocket(UnixSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
UnixSocket& UnixSocket::operator=(UnixSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
UnixSocket::~UnixSocket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<UnixSocket> UnixSocket::connect(const std::string& path, int timeout_ms) {
  TRY_ASSIGN(const auto address, address_of(path));
  UnixSocket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.fd_ < 0) return fail_errno("open socket");
  set_timeout(socket.fd_, timeout_ms);
  if (::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(Code::kUnavailable, "connect", path, errno);
  return socket;
}

Result<void> UnixSocket::read(std::span<std::uint8_t> buffer) {
  while (!buffer.empty()) {
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return io_failure("read from socket", got);
    buffer = buffer.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<void> UnixSocket::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return io_failure("write to socket", sent);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<Bytes> UnixSocket::read_counted(std::size_t at_most) {
  std::array<std::uint8_t, 4> head{};
  TRY_DO(read(head));
  std::size_t count = 0;
  for (const std::uint8_t byte : head) count = count << 8 | byte;
  if (count > at_most) return fail(Code::kTooLarge, "read from socket");
  Bytes bytes(count);
  TRY_DO(read(bytes));
  return bytes;
}

Result<void> UnixSocket::write_counted(ByteView bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) return fail(Code::kTooLarge, "write to socket");
  std::array<std::uint8_t, 4> head{};
  for (std::size_t i = 0; i < head.size(); ++i) head[i] = static_cast<std::uint8_t>(bytes.size() >> (24 - 8 * i));
  TRY_DO(write(head));
  return write(bytes);
}

UnixListener::UnixListener(UnixListener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

UnixListener::~UnixListener() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

Result<UnixListener> UnixListener::listen(const std::string& path) {
  const std::string aside = path + ".new";
  TRY_ASSIGN(const auto address, address_of(aside));
  UnixListener listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), path);
  if (listener.fd_ < 0) return fail_errno("open socket");
  ::unlink(aside.c_str());
  if (::bind(listener.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail_errno("bind socket", path);
  if (::chmod(aside.c_str(), 0660) != 0 || ::listen(listener.fd_, kBacklog) != 0 ||
      ::rename(aside.c_str(), path.c_str()) != 0)
    return fail_errno("listen", path);
  return listener;
}

Result<std::optional<UnixSocket>> UnixListener::accept(int wait_ms, int timeout_ms) {
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, wait_ms) <= 0) return std::nullopt;
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return std::nullopt;
    return fail_errno("accept", path_);
  }
  set_timeout(fd, timeout_ms);
  return UnixSocket(fd);
}

}  // namespace zp::gateway
