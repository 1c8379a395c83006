// intake/cell/protocol.h - what is said between a client and a cell. Integers are big-endian.
//
// The client connects to the broker's socket (Unix, stream). The broker reads nothing from it: it hands the connection
// to a warm cell. Then, once:
//
//   client > cell   "ZPC1", operation (1 byte), 3 zero bytes, length of the JSON (4 bytes); with the first byte of it, as SCM_RIGHTS,
//                   a memfd that holds the document, sealed against shrinking, growing and writing; then the JSON:
//                   {"declared_kind","trust_anchors_pem","as_of","want_pages","page_dpi","want_masked","somebody_waits"}
//   cell > client   frames: kind (1 byte), length (4 bytes), then that many bytes
//
//     'P' progress    page (4 bytes), pages (4 bytes); both zero: "I have your document". Always the first frame, and again whenever
//                     something was finished: a client that hears nothing for a while hangs up, and the broker kills the cell
//     'I' page image  page (4), width (4), height (4), masked (1), then width * height * 3 bytes RGB
//     'F' findings    JSON as intake/findings.h writes it, with page text. Verdict, messages, sha256 and size of the whole are not
//                     believed: the client sets them
//     'M' mail        JSON: from_address, from_name, subject, ..., "parts": [{"name","type","size"}], "reports":
//                     [{"action","status","diagnostic"}], "authentication": [{"server","method","result","domain"}], "findings": those of a document with
//                     nothing but digital signatures
//     'S' scan        JSON: "pages", "parts": [{"reference","first_page","last_page","sheet","content"}], the last two as sizes
//     'A' mail part   the content of the next part, in the order of "parts"; in pieces of at most kMaxFrame. Of a scan: the sheet
//                     and the content of each
//     'T' time is up  the processor time of the cell is used up, or kProcessorPerStep of it passed without progress
//     'X' stopped     not from the cell: the broker ended it because too much time passed, however little of the processor
//                     it got
//     'E' end         nothing follows
//
// A connection that ends without 'E' is a crash of the cell. Whatever a cell sends is untrusted: it may be in the hands
// of the document's maker.
#ifndef INTAKE_CELL_PROTOCOL_H_
#define INTAKE_CELL_PROTOCOL_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace zp::intake::cell {

inline constexpr std::string_view kMagic = "ZPC1";

enum class Operation : std::uint8_t { kInspect = 1, kParseMail = 2, kSplitScan = 3 };

enum class FrameKind : std::uint8_t {
  kProgress = 'P',
  kImage = 'I',
  kFindings = 'F',
  kMail = 'M',
  kMailPart = 'A',
  kScan = 'S',
  kTimeIsUp = 'T',
  kStopped = 'X',
  kEnd = 'E',
};

inline constexpr std::size_t kRequestHeadBytes = 12;
inline constexpr std::size_t kFrameHeadBytes = 5;
inline constexpr std::size_t kImageHeadBytes = 13;

// Held by both sides.
inline constexpr std::size_t kMaxRequestJson = 4 * 1024 * 1024;  // trust anchors are the bulk of it
inline constexpr std::size_t kMaxFrame = 300 * 1024 * 1024;      // one image of 10,000 by 10,000
inline constexpr std::size_t kMaxFindings = 32 * 1024 * 1024;
inline constexpr std::size_t kMaxImageSide = 10'000;              // pixels
inline constexpr std::size_t kMaxImageBytes = 512 * 1024 * 1024;  // of all images of one document
inline constexpr std::size_t kMaxPages = 200;
inline constexpr std::size_t kMaxMailParts = 1000;
inline constexpr std::size_t kMaxBatchPages = 300;             // of a scan that is to be split
inline constexpr std::size_t kBatchBytesPerPart = 256 * 1024;  // that a part of it may have over its share

/// Processor time between two signs of progress. Shorter than a client's patience, so that on a machine that is not
/// busy a document that never ends is told from a cell that gets no time.
inline constexpr std::chrono::seconds kProcessorPerStep{30};

inline void put_u32(std::uint8_t* at, std::uint32_t value) noexcept {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

inline std::uint32_t get_u32(const std::uint8_t* at) noexcept {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | at[i];
  return value;
}

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PROTOCOL_H_
