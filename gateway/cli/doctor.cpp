#include <iostream>

#include "gateway/cli/doctor_checks.h"
#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"

namespace zp::gateway {
namespace {

const char* word(Health health) {
  switch (health) {
    case Health::kGood:
      return "ok  ";
    case Health::kWarning:
      return "WARN";
    case Health::kBad:
      return "FAIL";
  }
  return "";
}

int doctor(const Arguments& arguments) {
  CLI::App app{
      "Looks at configuration, keys, folders, disk, clock, certificates, mail and malware scanner, and says what to do "
      "about what is wrong.\n"
      "Changes nothing. Run it as root, or as the user that runs the worker.\n"
      "Exit status: 0 nothing is wrong (warnings aside), 1 something is, 78 the configuration can't be read.",
      "zegelpost doctor"};
  std::string path;
  add_config_option(app, path);
  if (const auto status = parse(app, arguments)) return *status;
  const auto config = load_as_inner(path);
  if (!config) return report("doctor", config.error());
  bool bad = false;
  for (const Check& check : examine(*config)) {
    std::cout << word(check.health) << "  " << check.what << "\n";
    if (!check.advice.empty()) std::cout << "      " << check.advice << "\n";
    bad = bad || check.health == Health::kBad;
  }
  return bad ? 1 : 0;
}

}  // namespace

const Command kDoctor{"doctor", "check keys, disk, clock, mail and scanner, and say what to do", doctor};

}  // namespace zp::gateway
