#include "intake/cell/delivery_report.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "crypto/base/text.h"
#include "intake/cell/mime_parts.h"
#include "intake/text.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxStatusPart = 64 * 1024;
constexpr std::size_t kMaxDiagnostic = 300;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// "5.1.1" of "5.1.1 (unknown user)"; empty if it does not follow RFC 3463.
std::string status_code(std::string_view value) {
  const std::string_view code = value.substr(0, value.find_first_not_of("0123456789."));
  const bool whole = code.size() >= 5 && code.size() <= 9 && std::ranges::count(code, '.') == 2 && code[1] == '.' &&
                     std::string_view("245").find(code[0]) != std::string_view::npos && code.back() != '.' &&
                     code[2] != '.';
  return whole ? std::string(code) : std::string();
}

void take_field(std::string_view name, std::string_view value, DeliveryReport& report) {
  constexpr std::array<std::string_view, 5> kActions = {"failed", "delayed", "delivered", "relayed", "expanded"};
  const std::string field = lower(name);
  if (field == "action") {
    const std::string action = lower(value.substr(0, value.find_first_of(" \t(;")));
    if (std::ranges::find(kActions, action) != kActions.end()) report.action = action;
  } else if (field == "status") {
    report.status = status_code(value);
  } else if (field == "diagnostic-code") {
    report.diagnostic = clean_text(value, kMaxDiagnostic);
  }
}

/// Lines that begin with a blank go on where the one before ended (RFC 5322 section 2.2.3).
std::vector<std::string> unfolded(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool goes_on = !line.empty() && (line.front() == ' ' || line.front() == '\t') && !trim(line).empty();
    if (goes_on && !lines.empty() && !lines.back().empty())
      lines.back() += " " + std::string(trim(line));
    else
      lines.emplace_back(trim(line));
  }
  return lines;
}

/// Groups of fields with an empty line between them: the first is about the mail, each other about a recipient.
void read_status(std::string_view text, std::vector<DeliveryReport>& reports) {
  DeliveryReport current;
  const auto end_group = [&] {
    if (!current.action.empty() && reports.size() < kMaxReports) reports.push_back(std::move(current));
    current = {};
  };
  for (const std::string& line : unfolded(text)) {
    const std::size_t colon = line.find(':');
    if (line.empty()) end_group();
    if (colon != std::string::npos)
      take_field(trim(std::string_view(line).substr(0, colon)), trim(std::string_view(line).substr(colon + 1)),
                 current);
  }
  end_group();
}

}  // namespace

std::vector<DeliveryReport> delivery_reports(GMimeObject* body) {
  std::vector<DeliveryReport> reports;
  if (!body || !GMIME_IS_MULTIPART(body) || !is_type(body, "multipart", "report")) return reports;
  const int count = std::min(g_mime_multipart_get_count(GMIME_MULTIPART(body)), 10);
  for (int i = 0; i < count; ++i) {
    GMimeObject* part = g_mime_multipart_get_part(GMIME_MULTIPART(body), i);
    const bool status =
        is_type(part, "message", "delivery-status") || is_type(part, "message", "global-delivery-status");
    if (!status || !GMIME_IS_PART(part)) continue;
    const Bytes content = decoded(GMIME_PART(part));
    read_status(as_text(content).substr(0, kMaxStatusPart), reports);
  }
  return reports;
}

}  // namespace zp::intake::cell
