#include "gateway/cli/command.h"
#include "gateway/cli/parse.h"
#include "gateway/supervisor/supervisor.h"

namespace zp::gateway {
namespace {

int serve(const Arguments& arguments) {
  CLI::App app{
      "Starts every process and keeps them running until SIGTERM or Ctrl-C.\n"
      "Example: zegelpost serve --config /etc/zegelpost/zegelpost.yaml\n"
      "Exit status: 0 stopped, 1 cannot start, 78 the configuration is wrong.",
      "zegelpost serve"};
  std::string path;
  add_config_option(app, path);
  if (const auto status = parse(app, arguments)) return *status;
  const auto config = Config::load(path);
  if (!config) return report("serve", config.error());
  return supervise(*config);
}

}  // namespace

const Command kServe{"serve", "start all processes and keep them running", serve};

}  // namespace zp::gateway
