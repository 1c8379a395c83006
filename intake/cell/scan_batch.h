// intake/cell/scan_batch.h - a scanner's batch of paper taken apart at its cover and separator sheets.
//
// A cover sheet (templates/letters/voorblad.md) has a QR code that says a dossier's reference and nothing else; a
// separator sheet (scheidingsblad.md) one that says kSeparatorText. The pages up to the next sheet belong to it.
// Threads: one. All input is a stranger's: pages and bytes made are bounded.
#ifndef INTAKE_CELL_SCAN_BATCH_H_
#define INTAKE_CELL_SCAN_BATCH_H_

#include <functional>
#include <string_view>

#include "intake/inspector.h"

namespace zp::intake::cell {

inline constexpr std::string_view kSeparatorText = "ZEGELPOST-SCHEIDINGSBLAD";

/// One part without content when there is no sheet in it: then it is the batch as it came. Every page is in exactly one
/// part, sheets and their empty backs in `sheet`, the others in `content`. `progress` is told after each page.
/// kMalformed: no PDF that can be drawn page by page and written anew. kTooLarge: too many pages.
Result<ScanBatch> split_batch(ByteView untrusted_pdf, const std::function<void(int page, int pages)>& progress);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_SCAN_BATCH_H_
