// gateway/ipc/office_client.h - office documents seen as pages: LibreOffice draws them, a cell looks at the drawing.
//
// The client sends the document, the office process (gateway/office) answers with a PDF, or with nothing
// (UnixSocket::write_counted). The drawing is as untrusted as the document.
#ifndef GATEWAY_IPC_OFFICE_CLIENT_H_
#define GATEWAY_IPC_OFFICE_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>

#include "intake/inspector.h"

namespace zp::gateway {

inline constexpr std::size_t kMaxOfficeDocument = std::size_t{128} << 20;
inline constexpr std::size_t kMaxDrawing = std::size_t{64} << 20;

/// What `cells` find, and for an office document also what they find on its pages. Where nobody draws, or it fails,
/// the document is left to a person as before. Takes a second or two more; waits behind others for up to two minutes.
std::unique_ptr<intake::Inspector> with_office(std::unique_ptr<intake::Inspector> cells, std::string office_socket);

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_OFFICE_CLIENT_H_
