// intake/cell/pdf_byte_range.h - which bytes of a PDF a signature covers (ISO 32000-1 12.8.1).
//
// Threads: free functions. Nothing for what is not as the standard wants it.
#ifndef INTAKE_CELL_PDF_BYTE_RANGE_H_
#define INTAKE_CELL_PDF_BYTE_RANGE_H_

#include <array>
#include <cstddef>
#include <optional>
#include <qpdf/QPDFObjectHandle.hh>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

struct ByteRange {
  std::size_t before = 0;       // [0, before) is signed
  std::size_t after_begin = 0;  // [after_begin, after_end) is signed
  std::size_t after_end = 0;

  std::vector<ByteView> content(ByteView pdf) const {
    return {pdf.first(before), pdf.subspan(after_begin, after_end - after_begin)};
  }
};

bool is_pdf_space(std::uint8_t c) noexcept;

/// The four numbers of /ByteRange: from the first byte, with room for a signature, inside the file.
std::optional<ByteRange> to_byte_range(const std::array<long long, 4>& numbers, std::size_t file_size);

/// Of an array in a PDF; nothing if it is no such array. Throws what QPDF throws.
std::optional<ByteRange> read_byte_range(QPDFObjectHandle array, std::size_t file_size);

/// What is left out of the range must be one hexadecimal string and nothing else; its bytes. Some programs sign its
/// angle brackets too: more than need be.
std::optional<Bytes> signature_in_gap(ByteView pdf, const ByteRange& range);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_BYTE_RANGE_H_
