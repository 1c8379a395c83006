// intake/cell/connection.h - the cell's end of the conversation of protocol.h.
//
// Threads: one. Errors: a client that is gone makes the cell exit; there is nobody left to tell.
#ifndef INTAKE_CELL_CONNECTION_H_
#define INTAKE_CELL_CONNECTION_H_

#include <span>
#include <string_view>

#include "crypto/base/bytes.h"
#include "intake/cell/protocol.h"
#include "intake/inspector.h"

namespace zp::intake::cell {

struct Request {
  Operation operation = Operation::kInspect;
  ByteView document;  // mapped from the sealed memfd; lives as long as the process
  InspectionRequest options;
};

class Connection {
 public:
  /// `client`: the connected socket. `broker`: gets one byte at each progress, so that the broker sees life; -1 for
  /// none.
  Connection(int client, int broker, std::chrono::seconds processor_per_step = kProcessorPerStep)
      : client_(client), broker_(broker), processor_per_step_(processor_per_step) {}

  /// kMalformed for a request that does not follow the protocol, kIo if the document cannot be mapped.
  Result<Request> receive();

  void progress(int page, int pages) const;
  void frame(FrameKind kind, ByteView payload) const;
  void frame(FrameKind kind, std::string_view payload) const { frame(kind, as_bytes(payload)); }
  void image(int page, bool masked, std::uint32_t width, std::uint32_t height, ByteView rgb) const;

  /// The last frame; the broker is told first, so that it does not take the client's leaving for a disappointment.
  void end() const;

  /// From now on the client is told when time is up, and the process ends: all its processor time is used, or that for
  /// one step.
  void report_time_limit() const;

 private:
  void write_all(ByteView bytes) const;
  void begin_step() const;

  int client_, broker_;
  std::chrono::seconds processor_per_step_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_CONNECTION_H_
