// gateway/ipc/cell_client.h - Inspector over the cell broker's socket.
//
// The document goes into a sealed memfd, its descriptor to the broker, which hands the connection to a warm cell;
// bounded frames come back. Everything read is checked before use (intake::parse_findings; image sizes against the
// request).
#ifndef GATEWAY_IPC_CELL_CLIENT_H_
#define GATEWAY_IPC_CELL_CLIENT_H_

#include <chrono>
#include <memory>
#include <string>

#include "intake/inspector.h"

namespace zp::gateway {

/// How long a call waits before it hangs up; the broker then ends the cell.
struct CellPatience {
  std::chrono::milliseconds for_a_cell{60'000};  // until one is free: then kUnavailable
  std::chrono::milliseconds in_silence{45'000};  // between two signs of life: then hazard "not-inspected"
  std::chrono::milliseconds in_all{200'000};     // whatever the document's size and pages
};

/// Nothing is connected until the first call.
std::unique_ptr<intake::Inspector> connect_cells(std::string broker_socket_path, CellPatience patience = {});

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_CELL_CLIENT_H_
