#include "gateway/cli/parse.h"

#include <cstdlib>
#include <iostream>

namespace zp::gateway {

std::optional<int> parse(CLI::App& app, const Arguments& arguments) {
  try {
    // CLI11 takes them last first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2;
  }
}

void add_config_option(CLI::App& app, std::string& path) {
  const char* given = std::getenv("ZEGELPOST_CONFIG");
  path = given && *given ? given : "/etc/zegelpost/zegelpost.yaml";
  app.add_option("--config", path, "configuration file; also from ZEGELPOST_CONFIG")->capture_default_str();
}

namespace {

const char* advice(Code code) {
  switch (code) {
    case Code::kConfig:
      return "Mend the configuration; 'zegelpost init --explain-config' lists every key.";
    case Code::kNoSpace:
      return "Free some space, then try again. Nothing was damaged.";
    case Code::kUnavailable:
      return "A helper does not answer; 'zegelpost doctor' tells which and what to do.";
    case Code::kTampered:
      return "The data was changed, or another key sealed it. Keep everything as it is and restore from a backup.";
    default:
      return "";
  }
}

}  // namespace

int report(std::string_view command, const Error& error) {
  std::cerr << "zegelpost " << command << ": " << error.message() << "\n";
  if (*advice(error.code)) std::cerr << advice(error.code) << "\n";
  return error.code == Code::kConfig ? 78 : 1;
}

}  // namespace zp::gateway
