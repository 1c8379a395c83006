#include "gateway/ipc/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>

namespace zp::gateway {

Result<Descriptor> sealed_in_memory(ByteView content) {
  constexpr const char* kHold = "hold in memory";
  Descriptor file(::memfd_create("document", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.get() < 0) return fail_errno(kHold);
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail_errno(kHold);
    content = content.subspan(static_cast<std::size_t>(count));
  }
  ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

}  // namespace zp::gateway
