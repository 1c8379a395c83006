// gateway/broker/broker.h - keeps cells ready and gives each client one.
//
// The broker reads nothing from clients and nothing but life signs from cells. It accepts a connection, passes it by
// SCM_RIGHTS to a warm cell (a fork that has shut itself in), and keeps a duplicate to see the client hang up. A cell
// serves one connection and ends. The broker kills it when it takes longer than `wall_seconds` or is silent for
// `silence_seconds`, and then tells the client that it did.
// Threads: none; the calling process must have one thread, since it forks without exec.
#ifndef GATEWAY_BROKER_BROKER_H_
#define GATEWAY_BROKER_BROKER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "crypto/base/result.h"
#include "gateway/broker/sandbox.h"

namespace zp::gateway {

struct BrokerOptions {
  std::string socket_path;
  std::uint32_t warm = 2;     // cells kept ready
  std::uint32_t at_once = 4;  // cells at work; further clients wait in the socket's backlog
  std::uint32_t wall_seconds = 220;
  std::uint32_t silence_seconds = 60;
  SandboxLimits sandbox;
  /// Runs in the shut-in fork with the client's connection and the socket for life signs ('p' progress, 'e' end).
  std::function<void(int client, int broker)> serve;
  std::function<void()> ready;           // called once the socket listens
  std::function<bool()> stop_requested;  // asked at least once a second
};

/// Serves until a stop is requested; cells at work are then killed and their clients see the connection end.
Result<void> run_broker(const BrokerOptions& options);

}  // namespace zp::gateway

#endif  // GATEWAY_BROKER_BROKER_H_
