// templates/letter/lines.h - text broken into lines: ragged right, lines as even as they can be.
//
// Of all ways to break a paragraph the one with the least sum of squared white space is taken (the idea of
// Knuth and Plass, 1981); a hyphen costs, so that words are divided only where the line would otherwise be
// much too short.
// Threads: a Typesetter belongs to one letter.
#ifndef TEMPLATES_LETTER_LINES_H_
#define TEMPLATES_LETTER_LINES_H_

#include <set>
#include <string>
#include <vector>

#include "templates/letter/document.h"
#include "templates/letter/font.h"
#include "templates/letter/hyphenator.h"

namespace zp::templates {

/// Glyphs of one face and one link.
struct Span {
  int face;
  std::string link;
  std::vector<Glyph> glyphs;
  double x = 0, width = 0;  // points, from the start of the line
};

/// A line that goes on keeps its space at the end, so that words do not run together when the text is read
/// out.
struct Line {
  std::vector<Span> spans;
  double width = 0;  // points, without the space at the end
};

class Typesetter {
 public:
  Typesetter(const FaceBook& faces, const Hyphenator& hyphenator) : faces_(faces), hyphenator_(hyphenator) {}

  /// Lines of at most `width` points in letters of `size` points. What is wider than a line is cut anywhere.
  std::vector<Line> lines(const Runs& runs, double width, double size);
  /// One line, however long.
  Line line(std::u32string_view text, Weight weight, double size);
  /// Characters that were asked for and that no face has; such a letter must not be drawn.
  const std::set<char32_t>& unprintable() const { return unprintable_; }
  const FaceBook& faces() const { return faces_; }

 private:
  struct Letter;
  struct Atom;
  static bool is_number(const std::vector<Letter>& letters, std::size_t begin, std::size_t end);
  static bool names_address(const std::vector<Letter>& letters, std::size_t begin, std::size_t end);
  std::vector<std::size_t> points(std::u32string_view part) const;
  std::vector<Letter> letters(const Runs& runs, double size);
  std::vector<Atom> atoms(const std::vector<Letter>& letters, std::size_t from, std::size_t to, double width) const;
  Line build(const std::vector<Letter>& letters, const std::vector<Atom>& atoms, std::size_t from, std::size_t to,
             double size) const;
  void append(Line& line, const Letter& letter) const;

  const FaceBook& faces_;
  const Hyphenator& hyphenator_;
  std::set<char32_t> unprintable_;
};

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_LINES_H_
