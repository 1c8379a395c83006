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

using Checks = std::vector<Check>;
void good(Checks& checks, std::string what);
void warn(Checks& checks, std::string what, std::string advice);
void bad(Checks& checks, std::string what, std::string advice);

/// Keys, certificates, the seal and its time-stamps.
void check_keys(Checks& checks, const Config& config);
Checks examine(const Config& config);

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_DOCTOR_CHECKS_H_
