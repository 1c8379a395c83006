// gateway/cli/doctor_checks.h - what `zegelpost doctor` looks at.
#ifndef GATEWAY_CLI_DOCTOR_CHECKS_H_
#define GATEWAY_CLI_DOCTOR_CHECKS_H_

#include <string>
#include <vector>

#include "gateway/config/config.h"

namespace zp::gateway {

enum class Health { kGood, kWarning, kBad };

struct Check {
  Health health;
  std::string what;
  std::string advice;  // what to do now; empty when all is well
};

std::vector<Check> examine(const Config& config);

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_DOCTOR_CHECKS_H_
