// gateway/cli/private_cells.h - cells of one's own, for a command that needs no server.
//
// Starts the zegelpost-broker that lies beside this program, with a socket in a folder that only this user can enter;
// both are gone when the object is. Threads: one.
#ifndef GATEWAY_CLI_PRIVATE_CELLS_H_
#define GATEWAY_CLI_PRIVATE_CELLS_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "gateway/cli/private_folder.h"
#include "intake/inspector.h"

namespace zp::gateway {

class PrivateCells {
 public:
  /// kUnavailable if the broker is not there or does not get ready within 30 s.
  static Result<PrivateCells> start();
  PrivateCells(PrivateCells&& other) noexcept;
  PrivateCells& operator=(PrivateCells&&) = delete;
  ~PrivateCells();

  intake::Inspector& inspector() { return *inspector_; }

 private:
  PrivateCells(PrivateFolder folder, pid_t broker) : folder_(std::move(folder)), broker_(broker) {}
  Result<void> wait_until_ready();

  PrivateFolder folder_;
  pid_t broker_ = 0;
  std::unique_ptr<intake::Inspector> inspector_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_PRIVATE_CELLS_H_
