#include "gateway/casework/mobile_number.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kFewestDigits = 9, kMostDigits = 15;  // with those of the country

}  // namespace

std::string mobile_number(std::string_view typed) {
  std::string digits;
  bool plus = false;
  for (const char c : typed) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c == '+' && digits.empty() && !plus)
      plus = true;
    else if (std::string_view(" -./()").find(c) == std::string_view::npos)
      return {};
  }
  if (!plus && digits.starts_with("00")) {
    digits.erase(0, 2);
    plus = true;
  }
  if (!plus && digits.starts_with("06")) return digits.size() == 10 ? "+31" + digits.substr(1) : std::string();
  if (plus && digits.starts_with("31")) return digits.starts_with("316") && digits.size() == 11 ? "+" + digits : "";
  const bool foreign = plus && digits.size() >= kFewestDigits && digits.size() <= kMostDigits && digits[0] != '0';
  return foreign ? "+" + digits : std::string();
}

std::string last_digits(std::string_view number) {
  return std::string(number.size() < 2 ? number : number.substr(number.size() - 2));
}

}  // namespace zp::gateway
