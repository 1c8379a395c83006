// intake/cell/pdf_pages.h - PDF pages as pictures and words. Home of Poppler.
//
// Threads: one. Poppler allocates before it knows: the address-space limit of the cell is the last bound.
#ifndef INTAKE_CELL_PDF_PAGES_H_
#define INTAKE_CELL_PDF_PAGES_H_

#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "crypto/base/bytes.h"
#include "intake/cell/vision/vision.h"

namespace poppler {
class document;
}

namespace zp::intake::cell {

/// Reads the fonts' configuration and keeps Poppler's tables loaded, so that a cell opens fonts only.
void prepare_poppler();

class PdfPages {
 public:
  /// `untrusted_pdf` must outlive it. Nothing if Poppler can make nothing of it.
  static std::optional<PdfPages> open(ByteView untrusted_pdf);
  PdfPages(PdfPages&&) noexcept;
  ~PdfPages();

  std::size_t count() const;
  /// The page as it is shown, 8-bit BGR; fewer dots per inch than asked if it would be too large; empty if it cannot be
  /// drawn.
  cv::Mat draw(std::size_t index, int dpi) const;
  /// The words of its text layer in reading order of the file; empty if it has none.
  std::vector<vision::Word> words(std::size_t index) const;

 private:
  explicit PdfPages(std::unique_ptr<poppler::document> document);
  std::unique_ptr<poppler::document> document_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PDF_PAGES_H_
