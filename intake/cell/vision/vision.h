// intake/cell/vision/vision.h - what can be seen on a picture of a page.
//
// Pure functions over images: no files, no network, no clock. Only Engines::create() reads files (language data, the
// face cascade), so it runs before the cell locks itself in; after that everything works from memory.
// Images: 8-bit BGR cv::Mat, upright as a person sees the page. Boxes: fractions of that upright page, origin top left.
// Threads: one at a time; OpenCV and Tesseract are held to the calling thread.
// Errors:  Result<T>; no exception of OpenCV, libheif or Tesseract leaves this folder. A function that finds nothing
// says
//          so with an empty answer; it never fails because a page is strange.
// Hostile input: sizes are checked before pixels are made. All bytes and pixels are a stranger's.
#ifndef INTAKE_CELL_VISION_VISION_H_
#define INTAKE_CELL_VISION_VISION_H_

#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"
#include "intake/findings.h"

namespace zp::intake::vision {

inline constexpr std::size_t kMaxPixels = 60'000'000;  // of one picture, before it is decoded
inline constexpr int kMaxSide = 20'000;                // pixels
inline constexpr int kMaxTiffPages = 50;

// --- decoding ---

/// The media type by content: image/jpeg, image/png, image/tiff, image/webp, image/gif, image/heic (all of HEIF) or "".
std::string_view image_type(ByteView untrusted_bytes) noexcept;

struct DecodedImage {
  std::string_view type;       // as image_type()
  std::vector<cv::Mat> pages;  // upright by the picture's own orientation mark; GIF: the first frame
  bool has_exif = false;
  bool has_location = false;  // EXIF holds a GPS position: hazard "location-data"
  bool truncated = false;     // the file goes on past the limits (more pages than kMaxTiffPages)
};

/// kTooLarge over the limits above, kMalformed for anything that does not decode, kRefused for a type not in the list.
Result<DecodedImage> decode_image(ByteView untrusted_bytes);

// --- words ---

/// One word, read by OCR or taken from a PDF's text layer.
struct Word {
  std::string text;  // UTF-8
  Box box;
  double confidence = 1;  // 0 to 1
  int line = 0;           // words of one line share a number, ascending down the page
};

// --- known forms ---

/// A place to sign on a blank form.
struct FormField {
  Box box;
  std::string whose;  // as SignatureField::whose
  cv::Mat blank;      // grey: how it looks before anything is filled in, with what is printed around it
  cv::Point at;       // the top left of `blank` in a picture of the page's `size`
};

/// A page of a blank form, to lay pages upon that were made from it.
struct FormPage {
  std::string form;           // its name: "WLZ-02"
  std::string kind, subject;  // as Findings::kind, Findings::subject
  int number = 1;
  cv::Size size;            // pixels
  std::vector<Word> words;  // tight around their letters
  std::vector<FormField> fields;
};

/// Sets size, words and what `fields` look like from a picture of the blank page and its text layer.
FormPage form_page(const cv::Mat& picture, std::vector<Word> words, std::vector<FormField> fields);

// --- engines ---

/// The recognisers with their data, loaded once, for one page at a time. Create them before forking cells: that costs
/// 0.1 s and 20 MB.
class Engines {
 public:
  /// `tessdata` empty: the system's. kConfig if Dutch or the face cascade is not installed.
  static Result<Engines> create(const std::string& tessdata = {});
  /// Forms that pages are laid upon; shared, since they never change.
  void know(std::shared_ptr<const std::vector<FormPage>> forms);
  Engines(Engines&&) noexcept;
  Engines& operator=(Engines&&) noexcept;
  ~Engines();

  struct Impl;
  Impl& impl() noexcept { return *impl_; }

 private:
  explicit Engines(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

// --- reading ---

/// The words of `page`; `region` limits the reading to a part of it.
std::vector<Word> ocr_words(const cv::Mat& page, Engines& engines, const Box& region = {0, 0, 1, 1});

/// The words as text, one line each, at most `max_bytes` (cut at a line).
std::string text_of(std::span<const Word> words, std::size_t max_bytes = 64 * 1024);

// --- page quality ---

struct PageQuality {
  bool blank = false;        // nothing written or printed on it
  bool sharp = true;         // letters have edges; true for a blank page
  double softness = 0;       // the measure behind `sharp`: extra width of edges in letter heights, 0 is perfect
  double skew_degrees = 0;   // degrees counter-clockwise that level the page, -20 to 20
  int quarter_turns = 0;     // quarter turns counter-clockwise that set the text upright: 0 to 3
  bool upside_down = false;  // quarter_turns == 2
  bool too_dark = false;
};

/// With `engines`, quarter_turns is checked by reading a few words where the shapes leave doubt.
PageQuality page_quality(const cv::Mat& page, Engines* engines = nullptr);

/// `page` turned counter-clockwise by quarter turns.
cv::Mat turned(const cv::Mat& page, int quarter_turns);

// --- signatures ---

/// Handwritten signatures, best first. Printed text, stamps, ticks, logos and filled-in handwriting are not among them,
/// as far as form tells. From 0.5 on call it a signature; what is below (initials among it) is for a person to see.
std::vector<HandwrittenSignature> find_signatures(const cv::Mat& page, std::span<const Word> words = {});

/// Fields by their label in `words` ("Handtekening", "Ondertekening", "Signature", ...): the line or frame beside or
/// below it. Signed if a sure one of `signatures` is in it, doubtful if other ink is.
std::vector<SignatureField> find_signature_fields(const cv::Mat& page, std::span<const Word> words,
                                                  std::span<const HandwrittenSignature> signatures);

// --- identity documents ---

/// The identity documents on `page`, at most four: MRZ read in any of four directions, photo, BSN, whole area, and what
/// keeps it from being used. Without an MRZ only what has a card's shape and words that name such a document. Boxes
/// refer to `page` as given. Front and back of one card on one page are one document.
std::vector<IdentityDocument> find_identity_documents(const cv::Mat& page, Engines& engines,
                                                      std::span<const Word> words = {});

// --- everything at once ---

/// Whether a PDF's own words can stand for the page: a scan with a line of advertisement in it must be read, and so must
/// words in a font that does not tell which letters it draws.
bool serves(std::span<const Word> text_layer);

struct PageReport {
  PageFindings findings;  // `number` is left at 1; boxes refer to `upright`
  PageQuality quality;
  std::vector<IdentityDocument> identities;
  std::vector<Word> words;
  bool was_read = false;                // by OCR, no text layer served
  std::string form_kind, form_subject;  // of the known form in `findings`, else empty
  cv::Mat upright;                      // the page turned so that its text is upright
};

/// The steps above in the order that costs least, about half a second. `text_layer`: the words a PDF has itself;
/// where it does not serve, the head of the page and short lines are read too (titles and labels, not sentences).
PageReport examine_page(const cv::Mat& page, Engines& engines, std::span<const Word> text_layer = {});

// --- masking ---

/// A copy of `page` in which the pixels of `boxes`, widened by 2% of their size, are replaced by black.
cv::Mat mask(const cv::Mat& page, std::span<const Box> boxes);

/// What must not be shown when the document is not needed: photo and its smaller repeats, BSN and MRZ.
std::vector<Box> boxes_to_mask(const IdentityDocument& document);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_VISION_H_
