// gateway/cli/private_cells.h - cells of one's own, for a command that needs no server.
//
// Starts the zegelpost-broker and the zegelpost-office that lie beside this program, with sockets in a folder that only
// this user can enter;
// all of it is gone when the object is. Threads: one.
#ifndef GATEWAY_CLI_PRIVATE_CELLS_H_
#define GATEWAY_CLI_PRIVATE_CELLS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/cli/private_folder.h"
#include "intake/inspector.h"

namespace zp::gateway {

class PrivateCells {
 public:
  /// With an office where LibreOffice is installed. kUnavailable if a program is not there, kTimeout if one does not get
  /// ready within 30 s.
  static Result<PrivateCells> start();
  PrivateCells(PrivateCells&& other) noexcept;
  PrivateCells& operator=(PrivateCells&&) = delete;
  ~PrivateCells();

  intake::Inspector& inspector() { return *inspector_; }

 private:
  explicit PrivateCells(PrivateFolder folder) : folder_(std::move(folder)) {}
  /// Runs zegelpost-NAME --private SOCKET; the path of its socket once that is there.
  Result<std::string> start(const std::string& name);

  PrivateFolder folder_;
  std::vector<pid_t> children_;
  std::unique_ptr<intake::Inspector> inspector_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_PRIVATE_CELLS_H_
