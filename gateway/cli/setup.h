// gateway/cli/setup.h - making a new instance, step by step, so that `init` and tests share it.
#ifndef GATEWAY_CLI_SETUP_H_
#define GATEWAY_CLI_SETUP_H_

#include <cstdint>
#include <string>

#include "gateway/accounts/accounts.h"

namespace zp::gateway {

struct Setup {
  std::string folder;
  std::string organisation = "Zorgloket Voorbeeld";
  std::string host = "localhost";
  std::uint16_t public_port = 8443, staff_port = 8444, lmtp_port = 8024, smtp_port = 0;
  std::string mail_address = "post@zegelpost.example";
  std::string clamd_socket;
  std::string admin = "beheer";
  std::uint32_t reserve_megabytes = 512;
  bool separate_users = false;  // the users of gateway/supervisor/sysusers.conf; they must exist, and only root can
};

struct Made {
  Credentials administrator;
  std::string zone_fingerprint, recovery_fingerprint;
};

/// kExists if the folder holds an instance already: nothing is ever overwritten.
Result<Made> make_instance(const Setup& setup);

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_SETUP_H_
