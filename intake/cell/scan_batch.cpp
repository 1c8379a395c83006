#include "intake/cell/scan_batch.h"

#include <algorithm>
#include <exception>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFWriter.hh>

#include "crypto/reference.h"
#include "intake/cell/bounded_buffer.h"
#include "intake/cell/pdf_pages.h"
#include "intake/cell/pdf_structure.h"
#include "intake/cell/protocol.h"
#include "intake/cell/vision/qr_code.h"

namespace zp::intake::cell {
namespace {

constexpr int kSheetDpi = 150;  // a module of the code on a cover sheet is then six pixels
constexpr std::size_t kTimesBatch = 2;

/// Pages by index.
struct Range {
  std::string reference;
  std::size_t sheet = 0, first = 0, end = 0;  // sheet pages [sheet, first), the others [first, end)
};

/// What a sheet says: a reference, nothing for a separator; none: the page is no sheet. Other codes may stand on it, such
/// as the one that shows that a letter of ours is genuine.
std::optional<std::string> sheet_of(const cv::Mat& page) {
  std::vector<std::string> found;
  for (const std::string& text : vision::qr_texts(page)) {
    if (text == kSeparatorText) found.emplace_back();
    if (crypto::parse_reference(text) == text) found.push_back(text);
  }
  if (found.size() != 1) return std::nullopt;
  return found.front();
}

std::vector<Range> ranges_of(const PdfPages& pages, const std::function<void(int, int)>& progress) {
  const std::size_t count = pages.count();
  std::vector<Range> ranges{{}};
  for (std::size_t i = 0; i < count; ++i) {
    const cv::Mat page = pages.draw(i, kSheetDpi);
    Range& last = ranges.back();
    if (auto says = page.empty() ? std::nullopt : sheet_of(page)) {
      last.end = i;
      ranges.push_back({std::move(*says), i, i + 1, i + 1});
    } else if (last.sheet + 1 == i && last.first == i && !page.empty() && vision::page_quality(page, nullptr).blank) {
      last.first = i + 1;  // the back of the sheet
    }
    progress(static_cast<int>(i + 1), static_cast<int>(count));
  }
  ranges.back().end = count;
  if (ranges.front().end == 0) ranges.erase(ranges.begin());  // a sheet came first
  return ranges;
}

Bytes pdf_of(std::vector<QPDFPageObjectHelper>& pages, std::size_t first, std::size_t end, std::size_t most) {
  if (first >= end) return {};
  QPDF made;
  made.emptyPDF();
  QPDFPageDocumentHelper into(made);
  for (std::size_t i = first; i < end; ++i) into.addPage(pages.at(i), false);
  BoundedBuffer bytes(most);
  QPDFWriter writer(made);
  writer.setOutputPipeline(&bytes);
  writer.setStreamDataMode(qpdf_s_preserve);  // what the scanner made of a page stays as it is
  writer.setDeterministicID(true);
  writer.write();
  return bytes.take();
}

Result<void> cut(QPDF& document, const std::vector<Range>& ranges, std::size_t most, ScanBatch& batch) {
  std::vector<QPDFPageObjectHelper> pages = QPDFPageDocumentHelper(document).getAllPages();
  if (pages.size() != static_cast<std::size_t>(batch.pages)) return fail(Code::kMalformed, "split batch: pages differ");
  for (const Range& range : ranges) {
    ScanPart part;
    part.reference = range.reference;
    part.first_page = static_cast<int>(range.first + 1);
    part.last_page = static_cast<int>(range.end);
    part.sheet = pdf_of(pages, range.sheet, range.first, most);
    most -= part.sheet.size();
    part.content = pdf_of(pages, range.first, range.end, most);
    most -= part.content.size();
    batch.parts.push_back(std::move(part));
  }
  return {};
}

}  // namespace

Result<ScanBatch> split_batch(ByteView untrusted_pdf, const std::function<void(int, int)>& progress) {
  const PdfStructure structure = read_structure(untrusted_pdf);
  if (structure.needs_password || !structure.document || structure.hazards.contains("image-bomb") ||
      structure.hazards.contains("decompression-bomb"))
    return fail(Code::kMalformed, "split batch");
  const auto pages = PdfPages::open(untrusted_pdf);
  if (!pages) return fail(Code::kMalformed, "split batch: can't be drawn");
  if (pages->count() > kMaxBatchPages) return fail(Code::kTooLarge, "split batch: too many pages");
  ScanBatch batch;
  batch.pages = static_cast<int>(pages->count());
  const std::vector<Range> ranges = ranges_of(*pages, progress);
  if (ranges.size() == 1 && ranges.front().first == ranges.front().sheet) {
    batch.parts.push_back({.reference = {}, .first_page = 1, .last_page = batch.pages, .sheet = {}, .content = {}});
    return batch;
  }
  try {
    const std::size_t most = kTimesBatch * untrusted_pdf.size() + ranges.size() * kBatchBytesPerPart;
    TRY_DO(cut(*structure.document, ranges, most, batch));
  } catch (const std::exception&) {
    return fail(Code::kMalformed, "split batch: can't be written anew");
  } catch (const TooMuch&) {
    return fail(Code::kTooLarge, "split batch: the parts are larger than the batch");
  }
  return batch;
}

}  // namespace zp::intake::cell
