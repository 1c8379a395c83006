// gateway/process/users.h - which user a process runs as, so that a break-in stays in its room.
//
// Started by root, every process becomes the user that the configuration names for its role (users.*) before it opens
// anything but the configuration. All of these users have one primary group, users.group: trays, shelf and sockets are
// handed over through it.
// Threads: call before any thread is started.
#ifndef GATEWAY_PROCESS_USERS_H_
#define GATEWAY_PROCESS_USERS_H_

#include <string>

#include "gateway/config/config.h"

namespace zp::gateway {

/// The user of a role ("public", "mail", "keymaker", "broker", "office" and "courier"; "worker", "staff" and the commands: users.inner). Empty:
/// none is named.
const std::string& user_of(const Config& config, const std::string& role);

/// Becomes that user for good. Does nothing when none is named or this is the user already.
/// kConfig: there is no such user or group, or this process may not become it.
Result<void> become_user_of(const Config& config, const std::string& role);

/// Gives a new instance's files to the users named in the configuration. Root only.
Result<void> hand_out_folders(const Config& config);

}  // namespace zp::gateway

#endif  // GATEWAY_PROCESS_USERS_H_
