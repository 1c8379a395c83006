// templates/letter/display_list.h - a laid-out letter: marks on pages, and the tree that says what they mean.
//
// Made by layout.h, drawn by draw.h, completed by finish.h.
// Units: points from the lower left corner of an A4 page; sizes in points.
#ifndef TEMPLATES_LETTER_DISPLAY_LIST_H_
#define TEMPLATES_LETTER_DISPLAY_LIST_H_

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "templates/letter/font.h"

namespace zp::templates {

inline constexpr double kPageWidth = 595.276, kPageHeight = 841.89;  // A4, ISO 216

struct Element;
struct ContentRef {
  int page, mcid;
};
struct LinkRef {
  int page, link;  // index into Page::links
};

/// A node of the structure tree (ISO 32000-1, 14.7 and 14.8).
struct Element {
  std::string type;  // "Document", "H1", "P", "L", "Table", ...
  Element* parent = nullptr;
  std::vector<std::variant<Element*, ContentRef, LinkRef>> kids;
  std::string alternative;
  std::string scope;                         // of a TH: "Column" or "Row"
  std::string numbering;                     // of an L: "Disc" or "Decimal"
  std::optional<std::array<double, 4>> box;  // of a Figure
};

struct Color {
  float red, green, blue;
};
struct TextMark {
  double x, y, size;
  int face;
  Color color;
  std::vector<Glyph> glyphs;
};
struct Rectangle {
  double x, y, width, height;
};
/// Filled at once: table shades, rules, fold marks, the modules of a QR code.
struct RectangleMark {
  std::vector<Rectangle> rectangles;
  Color color;
};
struct BeginContent {
  std::string tag;
  int mcid;
};
/// Not part of what the letter says: headers, footers, rules. `subtype` may be empty.
struct BeginArtifact {
  std::string type, subtype;
};
struct EndContent {};
using Mark = std::variant<TextMark, RectangleMark, BeginContent, BeginArtifact, EndContent>;

struct Link {
  std::array<double, 4> box;
  std::string uri, description;
  Element* owner;
};

struct Page {
  std::vector<Mark> marks;
  std::vector<Element*> owners;  // index: MCID
  std::vector<Link> links;
};

/// A heading, for who looks for a place in a long letter.
struct Bookmark {
  int level, page;
  double top;
  std::string title;
  const Element* heading;
};

struct DisplayList {
  std::deque<Element> elements;  // elements point at each other: a deque does not move them
  std::vector<Page> pages;
  std::vector<Bookmark> bookmarks;  // in the order of the letter

  /// The first one made is the root.
  Element* add(std::string type, Element* parent) {
    Element& element = elements.emplace_back();
    element.type = std::move(type);
    element.parent = parent;
    if (parent != nullptr) parent->kids.emplace_back(&element);
    return &element;
  }
};

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_DISPLAY_LIST_H_
