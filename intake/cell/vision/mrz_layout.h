// intake/cell/vision/mrz_layout.h - which field stands where in each format of the machine-readable zone, for mrz*.cpp
// only.
//
// Source: ICAO 9303-4 to -7; ISO 18013 and the French and Dutch licences as printed.
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_MRZ_LAYOUT_H_
#define INTAKE_CELL_VISION_MRZ_LAYOUT_H_

#include "intake/cell/vision/mrz.h"

namespace zp::intake::vision {

struct Span {
  int line = 0, begin = 0, length = 0;  // a length of 0: the format has no such field
};

struct Check {
  std::vector<Span> over;
  Span digit;
  bool filler_counts_as_zero = false;  // ICAO 9303-4: an empty optional field may have < for its digit
};

struct Layout {
  MrzFormat format;
  std::size_t lines, length;
  Span code, issuer, names, number, nationality, birth, sex, expiry, optional, optional2;
  std::vector<Check> checks;  // of single fields first, the composite last
};

using Lines = std::vector<std::string>;

std::optional<MrzFormat> format_of(const Lines& lines);
Layout layout_for(MrzFormat format, const Lines& lines);
std::string_view at(const Lines& lines, const Span& span);

/// How many of the check digits do not hold.
int failures(const Lines& lines, const Layout& layout);
bool holds(const Lines& lines, const Check& check);

/// The fields as they stand in `lines`.
ParsedMrz read_fields(Lines lines, const Layout& layout, int year_now);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_MRZ_LAYOUT_H_
