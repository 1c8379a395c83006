#include "intake/cell/pdf_pages.h"

#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string_view>

namespace zp::intake::cell {
namespace {

constexpr double kPointsPerInch = 72;
constexpr double kMaxSide = 5'000;         // pixels of a drawn page
constexpr std::size_t kMaxWords = 20'000;  // of one page

// A page that needs a font from the system and a character map: drawing it loads what Poppler loads once.
constexpr std::string_view kWarmUp =
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>>>endobj\n"
    "4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "5 0 obj<</Length 35>>stream\nBT /F 12 Tf 9 9 Td (Zegelpost) Tj ET\nendstream endobj\n"
    "trailer<</Root 1 0 R>>\n";

std::unique_ptr<poppler::document> load(ByteView bytes) {
  return std::unique_ptr<poppler::document>(poppler::document::load_from_raw_data(
      reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size())));
}

double resolution(const poppler::rectf& size, int dpi) {
  const double longest = std::max({size.width(), size.height(), 1.0});
  return std::min(static_cast<double>(dpi), kMaxSide * kPointsPerInch / longest);
}

}  // namespace

void prepare_poppler() {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  // Kept for ever: Poppler throws its tables away with its last document.
  static const std::optional<PdfPages> kept = PdfPages::open(as_bytes(kWarmUp));
  if (kept) kept->draw(0, 36);
}

std::optional<PdfPages> PdfPages::open(ByteView untrusted_pdf) {
  if (untrusted_pdf.size() > INT32_MAX) return std::nullopt;
  std::unique_ptr<poppler::document> document = load(untrusted_pdf);
  if (!document || document->is_locked() || document->pages() <= 0) return std::nullopt;
  return PdfPages(std::move(document));
}

PdfPages::PdfPages(std::unique_ptr<poppler::document> document) : document_(std::move(document)) {}
PdfPages::PdfPages(PdfPages&&) noexcept = default;
PdfPages::~PdfPages() = default;

std::size_t PdfPages::count() const { return static_cast<std::size_t>(document_->pages()); }

cv::Mat PdfPages::draw(std::size_t index, int dpi) const {
  const std::unique_ptr<poppler::page> page(document_->create_page(static_cast<int>(index)));
  if (!page) return {};
  poppler::page_renderer renderer;
  renderer.set_render_hint(poppler::page_renderer::antialiasing);
  renderer.set_render_hint(poppler::page_renderer::text_antialiasing);
  renderer.set_image_format(poppler::image::format_bgr24);
  const double dots = resolution(page->page_rect(), dpi);
  const poppler::image image = renderer.render_page(page.get(), dots, dots);
  if (!image.is_valid() || image.format() != poppler::image::format_bgr24) return {};
  const cv::Mat view(image.height(), image.width(), CV_8UC3, const_cast<char*>(image.const_data()),
                     static_cast<std::size_t>(image.bytes_per_row()));
  return view.clone();
}

std::vector<vision::Word> PdfPages::words(std::size_t index) const {
  const std::unique_ptr<poppler::page> page(document_->create_page(static_cast<int>(index)));
  if (!page) return {};
  poppler::rectf size = page->page_rect();
  if (page->orientation() == poppler::page::landscape || page->orientation() == poppler::page::seascape) {
    size = poppler::rectf(0, 0, size.height(), size.width());
  }
  std::vector<vision::Word> words;
  int line = 0;
  double last_bottom = -1;
  for (const poppler::text_box& box : page->text_list()) {
    if (words.size() >= kMaxWords || size.width() <= 0 || size.height() <= 0) break;
    const poppler::rectf where = box.bbox();
    const poppler::byte_array text = box.text().to_utf8();
    if (std::abs(where.bottom() - last_bottom) > where.height() / 2) ++line;
    last_bottom = where.bottom();
    words.push_back({std::string(text.begin(), text.end()),
                     {where.x() / size.width(), where.y() / size.height(), where.width() / size.width(),
                      where.height() / size.height()},
                     1,
                     line});
  }
  return words;
}

}  // namespace zp::intake::cell
