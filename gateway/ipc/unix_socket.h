// gateway/ipc/unix_socket.h - a Unix stream socket whose reads and writes end in time.
//
// Threads: one socket belongs to one thread. Errors: kUnavailable if nobody listens, kTimeout, kIo if the
// other side went away.
#ifndef GATEWAY_IPC_UNIX_SOCKET_H_
#define GATEWAY_IPC_UNIX_SOCKET_H_

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "crypto/base/bytes.h"

namespace zp::gateway {

class UnixSocket {
 public:
  /// `timeout_ms` counts for each read and write.
  static Result<UnixSocket> connect(const std::string& path, int timeout_ms);
  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket& operator=(UnixSocket&& other) noexcept;
  ~UnixSocket();

  /// The whole buffer, or an Error.
  Result<void> read(std::span<std::uint8_t> buffer);
  Result<void> write(ByteView bytes);
  /// Any number of bytes, after their number as 4 bytes, big-endian. kTooLarge if the other side announces more than
  /// `at_most`.
  Result<Bytes> read_counted(std::size_t at_most);
  Result<void> write_counted(ByteView bytes);

 private:
  friend class UnixListener;
  explicit UnixSocket(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

class UnixListener {
 public:
  /// Replaces a socket that a former process left behind; appears only once it listens, so whoever finds it
  /// can connect. Mode 0660: who may connect is decided by the folder and its group.
  static Result<UnixListener> listen(const std::string& path);
  UnixListener(UnixListener&& other) noexcept;
  ~UnixListener();
  /// The next client, or nothing after `wait_ms`.
  Result<std::optional<UnixSocket>> accept(int wait_ms, int timeout_ms);

 private:
  UnixListener(int fd, std::string path) noexcept : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::string path_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_UNIX_SOCKET_H_
