#include "gateway/cli/command.h"

#include <array>

namespace zp::gateway {

std::span<const Command* const> commands() {
  static constexpr std::array kCommands = {
      &kInit, &kServe, &kDoctor, &kBalance, &kLedger, &kObject, &kRetention, &kKeys,
      &kUser, &kJobs,  &kInvite, &kTerm,    &kCheck,  &kTrust,  &kLetter,
  };
  return kCommands;
}

}  // namespace zp::gateway
