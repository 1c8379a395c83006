// templates/letter/font.h - faces that letters are set in: widths, kerning, subsets (HarfBuzz).
//
// One code point is one glyph here: ligatures and contextual forms are switched off, so that the text of
// the PDF is the text of the letter.
// Units: 1/1000 em.
// Threads: faces never change after load and may be shared.
#ifndef TEMPLATES_LETTER_FONT_H_
#define TEMPLATES_LETTER_FONT_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::templates {

struct Glyph {
  char32_t c;
  float advance;         // with kerning
  float dx = 0, dy = 0;  // where a combining mark is put
};

/// What a PDF font descriptor asks for, in 1/1000 em.
struct FaceMetrics {
  std::string postscript_name;
  int ascent, descent, cap_height, x_height, stem_v;
  std::array<int, 4> box;
  double italic_angle;
};

struct FaceSubset {
  Bytes truetype;
  std::map<char32_t, std::uint16_t> glyphs;  // glyph numbers in `truetype`
};

class Face {
 public:
  /// kConfig if the file is absent or no TrueType font.
  static Result<std::unique_ptr<Face>> load(const std::string& path);
  ~Face();
  const FaceMetrics& metrics() const;
  bool has(char32_t c) const;
  /// Width of one character without kerning; the width that the PDF states.
  double width(char32_t c) const;
  /// Every character of `text` must be has().
  std::vector<Glyph> shape(std::u32string_view text) const;
  /// A font with these characters only. Aborts if HarfBuzz runs out of memory.
  FaceSubset subset(const std::set<char32_t>& characters) const;

 private:
  struct Impl;
  explicit Face(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class Weight { kRegular, kBold };

/// The faces in order of preference for each weight.
class FaceBook {
 public:
  static Result<FaceBook> load();
  /// Index into faces() of the first face that has `c`, or -1.
  int pick(Weight weight, char32_t c) const;
  const Face& face(int index) const { return *faces_.at(static_cast<std::size_t>(index)); }
  int size() const { return static_cast<int>(faces_.size()); }

 private:
  std::vector<std::unique_ptr<Face>> faces_;
};

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_FONT_H_
