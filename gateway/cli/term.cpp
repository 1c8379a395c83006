#include <iostream>
#include <map>

#include "gateway/cli/command.h"
#include "gateway/cli/parse.h"
#include "gateway/config/data_folder.h"
#include "intake/rules/terms.h"

namespace zp::gateway {
namespace {

using intake::Calendar;
using intake::Date;
using intake::Term;

const std::map<std::string, Term (*)(const Calendar&, Date)> kTerms = {
    {"avg", [](const Calendar& calendar, Date day) { return intake::avg_term(calendar, day); }},
    {"avg-extended", [](const Calendar& calendar, Date day) { return intake::avg_term(calendar, day, true); }},
    {"wlz", intake::wlz_term},
    {"bezwaar", intake::bezwaar_term},
};

int term(const Arguments& arguments) {
  CLI::App app{
      "The last day of a legal term on the first line (YYYY-MM-DD); then, in Dutch, how it was found.\n\n"
      "  avg           answer to an AVG request: one month after receipt (AVG art. 12(3))\n"
      "  avg-extended  the same, extended by two months: three months in all\n"
      "  wlz           decision on a Wlz application: six weeks after receipt (Blz art. 3.2.4)\n"
      "  bezwaar       objection: six weeks after bekendmaking (Awb 6:7, 6:8)\n\n"
      "Example: zegelpost term avg --received 2026-03-05\n"
      "Holidays equated by decree are read from intake/rules/holidays.yaml in the data folder "
      "(ZEGELPOST_DATA).\n"
      "Exit status: 0 done, 2 wrong use, 78 the holidays can't be read.",
      "zegelpost term"};
  std::string which, received;
  app.add_option("term", which, "avg, avg-extended, wlz or bezwaar")->required()->check(CLI::IsMember(kTerms));
  app.add_option("--received", received, "day of receipt, for bezwaar of bekendmaking: YYYY-MM-DD")
      ->required()
      ->check([](const std::string& text) { return intake::parse_date(text) ? "" : "no date that exists: " + text; });
  if (const auto status = parse(app, arguments)) return *status;

  const auto calendar = Calendar::load(data_folder() + "/intake/rules/holidays.yaml");
  if (!calendar) return report("term", calendar.error());
  const Term result = kTerms.at(which)(*calendar, *intake::parse_date(received));
  std::cout << intake::format_date(result.last_day) << "\n";
  for (const std::string& step : result.steps) std::cout << step << "\n";
  return std::cout.flush() ? 0 : 1;
}

}  // namespace

const Command kTerm{"term", "the last day of a legal term, and how it was found", term};

}  // namespace zp::gateway
