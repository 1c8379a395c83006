// The body of a letter, block by block, and its closing.
#include <fmt/format.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>

#include "templates/letter/composer.h"
#include "templates/letter/text.h"

namespace zp::templates {
namespace {

constexpr double kAfterParagraph = 7, kBeforeHeading = 6, kAfterHeading = 2, kAfterItem = 2, kIndent = 18;
constexpr double kQrSide = 36 * kMillimetre;
constexpr double kNoteSide = 24 * kMillimetre, kNoteGap = 14;
constexpr int kQuietZone = 4;  // modules of white around a QR code (ISO/IEC 18004)
constexpr TextStyle style_of(int level) { return level == 2 ? kSection : kSubsection; }

struct FreeQr {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

bool announces(const Runs& runs) { return !runs.empty() && runs.back().text.ends_with(U':'); }

}  // namespace

/// The height that a block needs at least, so that what announces it can stay with it.
double Composer::first_height(std::size_t block) {
  if (block >= letter_.body.size()) return closing_height();
  const Block& next = letter_.body[block];
  const auto lines_height = [&](const Runs& runs, const TextStyle& style, double width) {
    const auto count = type_.lines(runs, width, style.size).size();
    return static_cast<double>(count <= 3 ? count : 2) * style.leading;
  };
  if (const auto* heading = std::get_if<Heading>(&next))
    return 2 * style_of(heading->level).leading + first_height(block + 1);
  if (const auto* text = std::get_if<Paragraph>(&next)) {
    const auto count = type_.lines(text->runs, kMeasure, kBody.size).size();
    // What is too short to be parted goes along with what it has to stay with.
    return static_cast<double>(count <= 3 ? count : 2) * kBody.leading + (count <= 3 ? tail_of(*text, block) : 0);
  }
  if (const auto* list = std::get_if<List>(&next))
    return list->items.empty() || list->items.front().empty()
               ? 0
               : lines_height(list->items.front().front(), kBody, kMeasure - kIndent);
  if (const auto* table = std::get_if<Table>(&next)) return first_height_of(*table);
  return std::holds_alternative<QrCode>(next) ? kQrSide : kLarge.leading;
}

/// The height of what has to stay on the page where a paragraph ends.
double Composer::tail_of(const Paragraph& text, std::size_t index) {
  if (index + 1 == letter_.body.size()) return kAfterParagraph + closing_height();
  return announces(text.runs) ? kAfterParagraph + first_height(index + 1) : 0;
}

/// With the note under it, which would look lost on a page of its own.
double Composer::closing_height() const {
  return 10 + kBody.leading * static_cast<double>(letter_.closing.size() + 1) +
         (letter_.genuine ? kNoteGap + kNoteSide : 0);
}

void Composer::body() {
  for (std::size_t i = 0; i < letter_.body.size(); ++i)
    std::visit([&](const auto& block) { draw(block, i); }, letter_.body[i]);
}

void Composer::draw(const Heading& heading, std::size_t index) {
  const TextStyle style = style_of(heading.level);
  Runs runs = heading.runs;
  for (Run& run : runs) run.bold = true;
  const auto lines = type_.lines(runs, kMeasure, style.size);
  make_room(kBeforeHeading + static_cast<double>(lines.size()) * style.leading + kAfterHeading +
            first_height(index + 1));
  if (y_ < kTopLater) y_ -= kBeforeHeading;
  put_heading(heading.level, runs, lines, style);
  y_ -= kAfterHeading;
}

void Composer::draw(const Paragraph& text, std::size_t index) {
  const auto lines = type_.lines(text.runs, kMeasure, kBody.size);
  flow(out_.add("P", root_), lines, kLeft, kBody, tail_of(text, index));
  y_ -= kAfterParagraph;
}

void Composer::draw(const List& list, std::size_t) {
  Element* element = out_.add("L", root_);
  element->numbering = list.ordered ? "Decimal" : "Disc";
  int number = list.first;
  for (const auto& paragraphs : list.items) {
    Element* item = out_.add("LI", element);
    Element* label = out_.add("Lbl", item);
    Element* content = out_.add("LBody", item);
    const Line mark =
        type_.line(list.ordered ? to_u32(fmt::format("{}.", number++)) : U"\u2022", Weight::kRegular, kBody.size);
    for (std::size_t i = 0; i < paragraphs.size(); ++i) {
      const auto lines = type_.lines(paragraphs[i], kMeasure - kIndent, kBody.size);
      if (i == 0) {
        make_room(static_cast<double>(lines.size() <= 3 ? lines.size() : 2) * kBody.leading);
        put_linked(label, mark, kLeft + (list.ordered ? kIndent - 4 - mark.width : 5), kBody);
      }
      flow(paragraphs.size() == 1 ? content : out_.add("P", content), lines, kLeft + kIndent, kBody);
      y_ -= kAfterItem;
    }
  }
  y_ -= kAfterParagraph - kAfterItem;
}

void Composer::draw(const LargeText& text, std::size_t) {
  make_room(kLarge.leading);
  const Line line = type_.line(text.text, Weight::kBold, kLarge.size);
  put_linked(out_.add("P", root_), line, kLeft, kLarge);
  y_ -= kLarge.leading + kAfterParagraph;
}

void Composer::draw(const QrCode& code, std::size_t) {
  make_room(kQrSide);
  qr(code, kLeft, y_, kQrSide);
  y_ -= kQrSide + kAfterParagraph;
}

void Composer::qr(const QrCode& code, double x, double top, double side) {
  const std::unique_ptr<QRcode, FreeQr> qr(QRcode_encodeString8bit(code.content.c_str(), 0, QR_ECLEVEL_Q));
  ZP_CHECK(qr);  // a reference or an address of ours is far below the capacity of a QR code
  const double module = side / (qr->width + 2 * kQuietZone);
  const double left = x - kQuietZone * module;
  Element* figure = out_.add("Figure", root_);
  figure->alternative = code.alternative;
  figure->box = {left, top - side, left + side, top};
  RectangleMark mark{{}, kBlack};
  for (int row = 0; row < qr->width; ++row)
    for (int column = 0; column < qr->width; ++column)
      if ((qr->data[row * qr->width + column] & 1) != 0)
        mark.rectangles.push_back(
            {left + (column + kQuietZone) * module, top - (row + kQuietZone + 1) * module, module, module});
  begin(figure);
  page().marks.emplace_back(std::move(mark));
  end();
}

void Composer::genuine_note() {
  if (!letter_.genuine) return;
  make_room(kNoteGap + kNoteSide);
  y_ -= kNoteGap;
  const double top = y_;
  qr(letter_.genuine->code, kLeft, top, kNoteSide);
  y_ = top - kCell.leading;
  const double beside = kLeft + kNoteSide + kIndent;
  flow(out_.add("P", root_), type_.lines(letter_.genuine->text, kRight - beside, kCell.size), beside, kCell);
  y_ = std::min(y_, top - kNoteSide);
}

void Composer::closing() {
  if (letter_.closing.empty()) return;
  make_room(closing_height());
  y_ -= 10;
  bool greeting = true;
  for (const std::u32string& line : letter_.closing) {
    paragraph(root_, {{line, !greeting && &line == &letter_.closing[1], {}}}, kBody, greeting ? kBody.leading : 0);
    greeting = false;
  }
}

}  // namespace zp::templates
