#include "templates/letter/composer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "templates/letter/layout.h"
#include "templates/letter/text.h"

namespace zp::templates {

void Composer::begin(Element* element) {
  const int mcid = static_cast<int>(page().owners.size());
  page().owners.push_back(element);
  element->kids.emplace_back(ContentRef{page_, mcid});
  page().marks.emplace_back(BeginContent{element->type, mcid});
}

void Composer::artifact(std::string type, std::string subtype) {
  page().marks.emplace_back(BeginArtifact{std::move(type), std::move(subtype)});
}

void Composer::rectangle(double x, double y, double width, double height, Color color) {
  page().marks.emplace_back(RectangleMark{{{x, y, width, height}}, color});
}

void Composer::put(const Line& line, double x, double baseline, const TextStyle& style) {
  for (const Span& span : line.spans) {
    if (span.glyphs.empty()) continue;
    const Color color = span.link.empty() ? style.color : kAccent;
    page().marks.emplace_back(TextMark{x + span.x, baseline, style.size, span.face, color, span.glyphs});
    if (!span.link.empty()) rectangle(x + span.x, baseline - 1.5, span.width, 0.5, kAccent);
  }
}

void Composer::put(std::u32string_view text, Weight weight, double x, double baseline, const TextStyle& style) {
  put(type_.line(text, weight, style.size), x, baseline, style);
}

void Composer::new_page() {
  out_.pages.emplace_back();
  ++page_;
  y_ = kTopLater;
  if (page_ > 0) running_head();
}

void Composer::make_room(double height) {
  if (!fits(height) && y_ < kTopLater) new_page();
}

/// Draws a line under `element`; each stretch with a link becomes a Link element with its annotation.
void Composer::put_linked(Element* element, const Line& line, double x, const TextStyle& style) {
  const double baseline = y_ - style.leading + (style.leading - style.size) * 0.5 + style.size * 0.21;
  for (std::size_t i = 0; i < line.spans.size();) {
    Line stretch;
    const std::string& link = line.spans[i].link;
    for (; i < line.spans.size() && line.spans[i].link == link; ++i) stretch.spans.push_back(line.spans[i]);
    Element* owner = link.empty() ? element : out_.add("Link", element);
    begin(owner);
    put(stretch, x, baseline, style);
    end();
    if (link.empty()) continue;
    const Span &first = stretch.spans.front(), &last = stretch.spans.back();
    owner->kids.emplace_back(LinkRef{page_, static_cast<int>(page().links.size())});
    page().links.push_back(
        {{x + first.x, baseline - style.size * 0.25, x + last.x + last.width, baseline + style.size * 0.8},
         link,
         "Link naar " + link,
         owner});
  }
}

/// Lines of one element over as many pages as it takes: never one line alone before or after a page break.
/// `tail` is the height of what must stand below the last lines on the same page.
void Composer::flow(Element* element, const std::vector<Line>& lines, double x, const TextStyle& style, double tail) {
  std::size_t at = 0;
  while (at < lines.size()) {
    const std::size_t left = lines.size() - at;
    const auto room = static_cast<std::size_t>(std::max(0.0, std::floor((y_ - kBottom) / style.leading + 0.001)));
    const bool fresh = y_ >= kTopLater;
    std::size_t take = std::min(room, left);
    if (take < left && left - take < 2) take = left - std::min<std::size_t>(left, 2);
    if (take == left && tail > 0 && !fits(static_cast<double>(left) * style.leading + tail))
      take = left >= 4 ? left - 2 : 0;
    if (take < 2 && take < left) take = 0;
    if (take == 0 && fresh) take = std::max<std::size_t>(1, std::min(room, left));
    for (std::size_t i = 0; i < take; ++i) {
      put_linked(element, lines[at + i], x, style);
      y_ -= style.leading;
    }
    at += take;
    if (at < lines.size()) new_page();
  }
}

void Composer::put_heading(int level, const Runs& runs, const std::vector<Line>& lines, const TextStyle& style) {
  std::u32string title;
  for (const Run& run : runs) title += run.text;
  std::ranges::replace(title, U'\n', U' ');
  Element* element = out_.add(fmt::format("H{}", level), root_);
  out_.bookmarks.push_back({level, page_, y_, to_utf8(title), element});
  flow(element, lines, kLeft, style);
}

void Composer::paragraph(Element* parent, const Runs& runs, const TextStyle& style, double after, double tail) {
  flow(out_.add("P", parent), type_.lines(runs, kMeasure, style.size), kLeft, style, tail);
  y_ -= after;
}

DisplayList Composer::compose() {
  root_ = out_.add("Document", nullptr);
  new_page();
  first_sheet();
  body();
  closing();
  genuine_note();
  footers();
  return std::move(out_);
}

Result<DisplayList> lay_out(const LetterDocument& letter, const Organisation& organisation, const FaceBook& faces,
                            const Hyphenator& hyphenator) {
  Typesetter typesetter(faces, hyphenator);
  DisplayList list = Composer(letter, organisation, typesetter).compose();
  if (typesetter.unprintable().empty()) return list;
  std::string names;
  for (const char32_t c : typesetter.unprintable()) names += (names.empty() ? "" : ", ") + code_point_name(c);
  return fail(Code::kRefused, "set letter", "no font can print " + names);
}

}  // namespace zp::templates
