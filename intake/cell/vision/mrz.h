// intake/cell/vision/mrz.h - the machine-readable zone as text: parsing and check digits.
//
// ICAO 9303 TD1 (3x30), TD2 (2x36), TD3 (2x44) and the one-line driving licence (30) of the Netherlands and France.
// Visas (MRV-A, MRV-B) are recognised only to be told apart: they are not identity documents.
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_MRZ_H_
#define INTAKE_CELL_VISION_MRZ_H_

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intake/findings.h"

namespace zp::intake::vision {

enum class MrzFormat { kTd1, kTd2, kTd3, kDrivingLicence, kVisaA, kVisaB };

struct ParsedMrz {
  MrzFormat format;
  Mrz mrz;                    // lines as read, corrected where the check digits allow only one reading
  std::string document_type;  // passport | identity-card | residence-permit | driving-licence | visa
  int checks = 0;             // check digits that the format has
  int checks_failed = 0;
  std::string sex;  // "M", "F" or ""
  std::string nationality;
};

/// The ICAO 9303 check digit ('0' to '9') of `field` (A-Z, 0-9, <), weights 7 3 1.
char check_digit(std::string_view field) noexcept;

/// What a character counts for in it.
constexpr int check_value(char c) noexcept {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0;
}

/// `untrusted_lines` as a camera or person read them: spaces are dropped, lower case raised. Letters in numeric fields
/// and digits in names are mended; where a check digit then still fails, one confusable character (O0 I1 B8 S5 Z2 G6
/// ...) is tried. Nothing if the lengths or the alphabet fit no format. Centuries: births lie before, expiries around
/// `year_now`.
std::optional<ParsedMrz> parse_mrz(std::span<const std::string> untrusted_lines, int year_now = 2026);

/// What a printed cell may hold: for each character, in the order of mrz_index(), minus the logarithm of how likely it is.
struct CellReading {
  std::array<float, 37> cost{};
};
struct LineReading {
  std::vector<CellReading> cells;
  double likeness = 0;  // to printed characters, mean of the best of each cell; 0 to 1
};

/// 0 to 9: digits, 10 to 35: letters, 36: filler. `c` must be one of them.
constexpr std::size_t mrz_index(char c) noexcept {
  return c == '<' ? 36 : c <= '9' ? static_cast<std::size_t>(c - '0') : static_cast<std::size_t>(c - 'A') + 10;
}

/// As parse_mrz(), choosing in each cell the likeliest character that its field allows, and where a check digit then
/// fails the likeliest reading with which all checks hold, unless that is far-fetched.
std::optional<ParsedMrz> parse_readings(std::span<const LineReading> lines, int year_now = 2026);

/// The 11-proef on eight or nine digits; separators (space, dot, dash) are skipped. Zero, and numbers that begin with
/// 00, fail.
bool passes_elfproef(std::string_view digits) noexcept;

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_MRZ_H_
