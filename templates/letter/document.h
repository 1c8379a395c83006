// templates/letter/document.h - what a letter says, before anybody knows where it stands on paper.
#ifndef TEMPLATES_LETTER_DOCUMENT_H_
#define TEMPLATES_LETTER_DOCUMENT_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace zp::templates {

/// Text in one style. U'\n' is a forced line break.
struct Run {
  std::u32string text;
  bool bold = false;
  std::string link;  // https:, mailto: or tel:; empty: none
};
using Runs = std::vector<Run>;

struct Heading {
  int level;  // 2 or 3; 1 is the subject of the letter
  Runs runs;
};
struct Paragraph {
  Runs runs;
};
struct List {
  bool ordered = false;
  int first = 1;
  std::vector<std::vector<Runs>> items;  // each item: its paragraphs
};
struct Table {
  struct Column {
    std::u32string label;
    double weight = 1;  // share of the width
    bool right = false;
  };
  std::vector<Column> columns;  // the first holds the headings of the rows
  std::vector<std::vector<std::u32string>> rows;
};
/// A code or reference that a person copies: large, never broken or hyphenated.
struct LargeText {
  std::u32string text;
};
struct QrCode {
  std::string content;
  std::string alternative;  // read aloud instead of the picture
};
using Block = std::variant<Heading, Paragraph, List, Table, LargeText, QrCode>;

/// How whoever holds the letter can find out that it is genuine: below the closing, small.
struct GenuineNote {
  Runs text;
  QrCode code;
};

struct LetterDocument {
  std::vector<std::u32string> addressee;
  std::vector<std::pair<std::u32string, std::u32string>> references;  // label, value: beside the address
  std::u32string subject;
  std::vector<Block> body;
  std::vector<std::u32string> closing;  // greeting, then who signs; kept together
  std::optional<GenuineNote> genuine;
};

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_DOCUMENT_H_
