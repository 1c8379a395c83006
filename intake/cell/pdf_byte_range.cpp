#include "intake/cell/pdf_byte_range.h"

#include <array>

namespace zp::intake::cell {
namespace {

/// Of each byte its value as a digit; -1: it is none. A signature has tens of thousands of them.
constexpr std::array<std::int8_t, 256> kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::int8_t>(10 + i);
  return values;
}();

}  // namespace

bool is_pdf_space(std::uint8_t c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

std::optional<ByteRange> to_byte_range(const std::array<long long, 4>& numbers, std::size_t file_size) {
  std::array<std::size_t, 4> values{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (numbers[i] < 0 || static_cast<std::size_t>(numbers[i]) > file_size) return std::nullopt;
    values[i] = static_cast<std::size_t>(numbers[i]);
  }
  const ByteRange range{values[1], values[2], values[2] + values[3]};
  const bool right = values[0] == 0 && range.before > 0 && range.after_begin > range.before + 1 && values[3] > 0 &&
                     range.after_end <= file_size;
  return right ? std::optional(range) : std::nullopt;
}

std::optional<ByteRange> read_byte_range(QPDFObjectHandle array, std::size_t file_size) {
  if (!array.isArray() || array.getArrayNItems() != 4) return std::nullopt;
  std::array<long long, 4> numbers{};
  for (int i = 0; i < 4; ++i) {
    QPDFObjectHandle item = array.getArrayItem(i);
    if (!item.isInteger()) return std::nullopt;
    numbers[static_cast<std::size_t>(i)] = item.getIntValue();
  }
  return to_byte_range(numbers, file_size);
}

std::optional<Bytes> signature_in_gap(ByteView pdf, const ByteRange& range) {
  ByteView gap = pdf.subspan(range.before, range.after_begin - range.before);
  const bool brackets_left_out = gap.front() == '<' && gap.back() == '>';
  const bool brackets_signed = pdf[range.before - 1] == '<' && pdf[range.after_begin] == '>';
  if (!brackets_left_out && !brackets_signed) return std::nullopt;
  if (brackets_left_out) gap = gap.subspan(1, gap.size() - 2);
  Bytes bytes;
  bytes.reserve(gap.size() / 2 + 1);
  int high = -1;
  for (const std::uint8_t c : gap) {
    const int value = kHexValues[c];
    if (value < 0 && is_pdf_space(c)) continue;
    if (value < 0) return std::nullopt;
    if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high << 4 | value));
    high = high >= 0 ? -1 : value;
  }
  if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high << 4));
  return bytes;
}

}  // namespace zp::intake::cell
