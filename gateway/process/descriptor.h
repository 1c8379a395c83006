// gateway/process/descriptor.h - a file descriptor that closes itself.
#ifndef GATEWAY_PROCESS_DESCRIPTOR_H_
#define GATEWAY_PROCESS_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace zp::gateway {

class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PROCESS_DESCRIPTOR_H_
