// gateway/cli/credentials.h - showing a new member of staff's credentials, once.
#ifndef GATEWAY_CLI_CREDENTIALS_H_
#define GATEWAY_CLI_CREDENTIALS_H_

#include "gateway/accounts/accounts.h"

namespace zp::gateway {

void print_credentials(const Credentials& credentials, bool with_qr);

}  // namespace zp::gateway

#endif  // GATEWAY_CLI_CREDENTIALS_H_
