// intake/cell/cell.h - what runs inside a cell: one document in, findings out.
//
// prepare() runs once in the broker, before it forks cells: it loads what a locked-in process can no longer open (OCR
// language data, character set converters, font configuration, known forms). serve() runs in the fork, after the sandbox is shut.
// Threads: none are started. Errors: serve() never throws; a document nothing can be made of is a finding.
#ifndef INTAKE_CELL_CELL_H_
#define INTAKE_CELL_CELL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.h"

namespace zp::intake::cell {

/// `forms`: folder with the forms that are known (form_registry.h). `trust_anchors_pem`: those that most requests will name;
/// they are then not taken apart for each document. `cpu_seconds`: the sandbox's limit for a cell. kConfig if language data or another piece is not
/// installed, or a form is not right; the subject says which.
Result<void> prepare(const std::string& forms, std::uint32_t cpu_seconds, std::string trust_anchors_pem = {});

/// Folders that Poppler opens files in while it draws (fonts that a PDF does not carry, character maps).
std::vector<std::string> readable_folders();

/// Serves the client connected on `client`, then returns: the process is to exit. `broker` gets a byte at each
/// progress.
void serve(int client, int broker);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_CELL_H_
