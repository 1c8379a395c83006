// What stands around the text: letterhead, address window, references, fold marks, running heads, page
// numbers.
#include <fmt/format.h>

#include <algorithm>

#include "templates/letter/composer.h"
#include "templates/letter/text.h"

namespace zp::templates {
namespace {

// Distances from the top of the sheet. The address lies where the left window of a DL or C5/6 envelope shows
// it, however the sheet slides.
constexpr double kNameTop = 20, kReturnTop = 50, kAddressTop = 56, kSubjectTop = 98;
constexpr double kAddressWidth = 85 * kMillimetre;
constexpr double kReferenceLeft = 130 * kMillimetre;
constexpr double kFolds[] = {99, 148.5, 198};  // DL in three, C5 in two

double from_top(double millimetres) { return kPageHeight - millimetres * kMillimetre; }

}  // namespace

void Composer::first_sheet() {
  letterhead();
  address();
  references();
  fold_marks();
  y_ = std::min(y_, from_top(kSubjectTop));
  const Runs subject{{letter_.subject, true, {}}};
  put_heading(1, subject, type_.lines(subject, kMeasure, kSubject.size), kSubject);
  y_ -= 10;
}

void Composer::letterhead() {
  Element* name = out_.add("P", root_);
  begin(name);
  put(to_u32(organisation_.name), Weight::kBold, kLeft, from_top(kNameTop), {15, 18, kAccent});
  end();
  artifact("Layout");
  rectangle(kLeft, from_top(kNameTop + 3.5), kMeasure, 0.8, kAccent);
  end();
}

void Composer::address() {
  Element* back = out_.add("P", root_);
  begin(back);
  put(to_u32("Retouradres: " + organisation_.return_address), Weight::kRegular, kLeft, from_top(kReturnTop), kSmall);
  end();
  y_ = from_top(kAddressTop);
  Runs runs;
  for (const std::u32string& line : letter_.addressee) {
    if (!runs.empty()) runs.push_back({U"\n"});
    runs.push_back({line});
  }
  // One element for the whole address; a space at each line end keeps the lines apart when they are read out.
  Element* block = out_.add("P", root_);
  begin(block);
  for (Line& line : type_.lines(runs, kAddressWidth, kBody.size)) {
    put(line, kLeft, y_, kBody);
    put(U" ", Weight::kRegular, kLeft + line.width, y_, kBody);
    y_ -= 13.5;
  }
  end();
  y_ -= 14;
}

void Composer::references() {
  double y = from_top(kReturnTop);
  const auto entry = [&](const std::u32string& label, const std::u32string& value) {
    Element* element = out_.add("P", root_);
    begin(element);
    put(label + U" ", Weight::kRegular, kReferenceLeft, y, kLabel);
    for (const Line& line : type_.lines({{value}}, kRight - kReferenceLeft, 9))
      put(line, kReferenceLeft, y -= 11.5, {9, 11.5});
    end();
    y -= 15;
  };
  for (const auto& [label, value] : letter_.references) entry(label, value);
  std::u32string contact;
  for (const std::string& line : organisation_.contact_lines) contact += (contact.empty() ? U"" : U"\n") + to_u32(line);
  if (!contact.empty()) entry(U"Contact", contact);
  y_ = std::min(y_, y);
}

void Composer::fold_marks() {
  artifact("Layout");
  for (const double fold : kFolds) rectangle(5 * kMillimetre, from_top(fold), 4 * kMillimetre, 0.4, kRule);
  end();
}

void Composer::running_head() {
  artifact("Pagination", "Header");
  std::u32string text = to_u32(organisation_.name);
  // The first two: date and reference. More would not fit, and these tell whose page it is.
  for (std::size_t i = 0; i < std::min<std::size_t>(2, letter_.references.size()); ++i)
    text += U"  \u00B7  " + letter_.references[i].first + U" " + letter_.references[i].second;
  put(text, Weight::kRegular, kLeft, from_top(19), kSmall);
  rectangle(kLeft, from_top(21), kMeasure, 0.5, kRule);
  end();
}

void Composer::footers() {
  const auto count = out_.pages.size();
  for (page_ = 0; page_ < static_cast<int>(count); ++page_) {
    artifact("Pagination", "Footer");
    rectangle(kLeft, 19 * kMillimetre, kMeasure, 0.5, kRule);
    put(to_u32(organisation_.footer), Weight::kRegular, kLeft, 14.5 * kMillimetre, kSmall);
    const Line number =
        type_.line(to_u32(fmt::format("Pagina {} van {}", page_ + 1, count)), Weight::kRegular, kSmall.size);
    put(number, kRight - number.width, 14.5 * kMillimetre, kSmall);
    end();
  }
}

}  // namespace zp::templates
