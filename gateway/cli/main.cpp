// zegelpost - the program that operators and developers type.
//
// SECURITY: runs with the rights of whoever calls it; `serve` starts the other programs and reads no input itself.
#include <algorithm>
#include <csignal>
#include <iostream>

#include "gateway/cli/command.h"

namespace {

void print_overview(std::ostream& out) {
  out << "zegelpost - secure document intake and secure mail\n\nUsage: zegelpost COMMAND [OPTIONS]\n\nCommands:\n";
  for (const zp::gateway::Command* command : zp::gateway::commands())
    out << "  " << command->name << std::string(12 - std::min<std::size_t>(11, command->name.size()), ' ')
        << command->summary << "\n";
  out << "\n'zegelpost COMMAND --help' explains a command.\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const zp::gateway::Arguments arguments(argv + std::min(argc, 2), argv + argc);
  const std::string name = argc > 1 ? argv[1] : "";
  if (name == "--help" || name == "-h" || name == "help") {
    print_overview(std::cout);
    return 0;
  }
  if (name == "--version") {
    std::cout << "zegelpost " ZP_VERSION "\n";
    return 0;
  }
  for (const zp::gateway::Command* command : zp::gateway::commands())
    if (command->name == name) return command->run(arguments);
  if (!name.empty()) std::cerr << "zegelpost: unknown command '" << name << "'\n\n";
  print_overview(std::cerr);
  return 2;
}
