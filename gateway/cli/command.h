// gateway/cli/command.h - the subcommands of `zegelpost`, one source file each, listed in command.cpp.
//
// A command prints results on standard output and complaints on standard error; every command answers --help with what
// it does, its options, an example and its exit statuses. Exit status: 0 done, 1 failed, 2 wrong use, others as its
// help says.
#ifndef GATEWAY_CLI_COMMAND_H_
#define GATEWAY_CLI_COMMAND_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zp::gateway {

using Arguments = std::vector<std::string>;

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Arguments& arguments);
};

// Each is defined in gateway/cli/NAME.cpp.
extern const Command kInit, kServe, kDoctor, kBalance, kKeys, kLedger, kObject, kRetention, kUser, kJobs, kInvite;
extern const Command kCheck;
extern const Command kLetter;
extern const Command kTerm;
extern const Command kTrust;

std::span<const Command* const> commands();

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_COMMAND_H_
