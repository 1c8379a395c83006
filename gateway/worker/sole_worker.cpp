#include "gateway/worker/sole_worker.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace zp::gateway {

Result<void> take_over_leases(const Config& config, Store& store) {
  const std::string path = config.store() + "/worker.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail_errno("open lock of the worker", path);
  // Never closed: the kernel lets go of it when the process ends, however it ends.
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) TRY_DO(store.release_leases());
  while (::flock(fd, LOCK_SH) != 0)
    if (errno != EINTR) return fail_errno("lock out other workers", path);
  return {};
}

}  // namespace zp::gateway
