// templates/letter/composer.h - private to layout: where the next mark goes, and to which element it belongs.
#ifndef TEMPLATES_LETTER_COMPOSER_H_
#define TEMPLATES_LETTER_COMPOSER_H_

#include <memory>

#include "templates/letter/display_list.h"
#include "templates/letter/document.h"
#include "templates/letter/letter.h"
#include "templates/letter/lines.h"

namespace zp::templates {

inline constexpr double kMillimetre = 72 / 25.4;
inline constexpr double kLeft = 25 * kMillimetre, kRight = kPageWidth - 25 * kMillimetre, kMeasure = kRight - kLeft;
inline constexpr double kBottom = 27 * kMillimetre;
inline constexpr double kTopLater = kPageHeight - 32 * kMillimetre;  // first line space on later pages

inline constexpr Color kBlack{0, 0, 0}, kGrey{0.33F, 0.33F, 0.33F}, kRule{0.62F, 0.66F, 0.70F},
    kShade{0.93F, 0.95F, 0.97F}, kAccent{0.09F, 0.25F, 0.42F};

struct TextStyle {
  double size, leading;
  Color color = kBlack;
};
inline constexpr TextStyle kBody{10.5, 14.5}, kSubject{13, 17}, kSection{11.5, 15.5}, kSubsection{10.5, 14.5},
    kCell{9, 12}, kSmall{7.5, 10, kGrey}, kLabel{8, 10.5, kGrey}, kLarge{20, 28};

class Composer {
 public:
  Composer(const LetterDocument& letter, const Organisation& organisation, Typesetter& typesetter)
      : letter_(letter), organisation_(organisation), type_(typesetter) {}
  DisplayList compose();

 private:
  // composer.cpp: marks, pages, running text
  Page& page() { return out_.pages.at(static_cast<std::size_t>(page_)); }
  void begin(Element* element);
  void artifact(std::string type, std::string subtype = {});
  void end() { page().marks.emplace_back(EndContent{}); }
  void rectangle(double x, double y, double width, double height, Color color);
  void put(const Line& line, double x, double baseline, const TextStyle& style);
  void put(std::u32string_view text, Weight weight, double x, double baseline, const TextStyle& style);
  void new_page();
  bool fits(double height) const { return y_ - height >= kBottom; }
  void make_room(double height);
  void put_linked(Element* element, const Line& line, double x, const TextStyle& style);
  void flow(Element* element, const std::vector<Line>& lines, double x, const TextStyle& style, double tail = 0);
  void put_heading(int level, const Runs& runs, const std::vector<Line>& lines, const TextStyle& style);
  void paragraph(Element* parent, const Runs& runs, const TextStyle& style, double after, double tail = 0);

  // blocks.cpp
  double first_height(std::size_t block);
  double tail_of(const Paragraph& text, std::size_t index);
  double closing_height() const;
  void body();
  void draw(const Heading& heading, std::size_t index);
  void draw(const Paragraph& text, std::size_t index);
  void draw(const List& list, std::size_t index);
  void draw(const Table& table, std::size_t index);
  void draw(const LargeText& text, std::size_t index);
  void draw(const QrCode& code, std::size_t index);
  void closing();
  void genuine_note();
  /// A square of that side with its upper left corner there, white margin included.
  void qr(const QrCode& code, double left, double top, double side);

  // sheet.cpp
  void first_sheet();
  void letterhead();
  void address();
  void references();
  void fold_marks();
  void running_head();
  void footers();

  // table.cpp
  struct Row;
  struct Grid;
  std::vector<double> column_edges(const Table& table) const;
  Row make_row(const Table& table, const std::vector<double>& edges, const std::vector<std::u32string>& cells,
               bool head);
  const Grid& grid_of(const Table& table);
  double first_height_of(const Table& table);
  void draw_row(const Grid& grid, const Row& row, Element* group);
  void draw_slice(const Grid& grid, const Row& row, const std::vector<Element*>& cells, std::size_t from,
                  std::size_t count);
  void continue_table(const Grid& grid, bool repeat_head);

  const LetterDocument& letter_;
  const Organisation& organisation_;
  Typesetter& type_;
  DisplayList out_;
  Element* root_ = nullptr;
  int page_ = -1;
  double y_ = 0;                      // top of the space that is free on this page
  std::shared_ptr<const Grid> grid_;  // of the table that was asked for last
};

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_COMPOSER_H_
