// gateway/ipc/cell_client.h - Inspector over the cell broker's socket.
//
// The document goes into a sealed memfd, its descriptor to the broker, which hands the connection to a warm cell; bounded frames come
// back. Everything read is checked before use (intake::parse_findings; image sizes against the request).
#ifndef GATEWAY_IPC_CELL_CLIENT_H_
#define GATEWAY_IPC_CELL_CLIENT_H_

#include <memory>
#include <string>

#include "intake/inspector.h"

namespace zp::gateway {

std::unique_ptr<intake::Inspector> connect_cells(std::string broker_socket_path);

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_CELL_CLIENT_H_
