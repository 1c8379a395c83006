#include "gateway/process/users.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "gateway/config/mailboxes.h"

namespace zp::gateway {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> no_such(const char* find, const std::string& name) {
  return fail(Code::kConfig, find,
              name + ": make it (docs/operators/install.md), or change users.* in the configuration");
}

Result<uid_t> uid_of(const std::string& user) {
  const passwd* const entry = ::getpwnam(user.c_str());
  if (!entry) return no_such("find user", user);
  return entry->pw_uid;
}

Result<gid_t> gid_of(const std::string& group) {
  const ::group* const entry = ::getgrnam(group.c_str());
  if (!entry) return no_such("find group", group);
  return entry->gr_gid;
}

Result<void> give(const fs::path& path, uid_t user, gid_t group, mode_t mode) {
  // The mode after the owner: a change of owner clears set-group-id.
  if (::lchown(path.c_str(), user, group) != 0 || ::chmod(path.c_str(), mode) != 0)
    return fail_errno("give to its user", path.string());
  return {};
}

/// Everything at and below `folder`, modes as they are.
Result<void> give_all(const fs::path& folder, uid_t user, gid_t group) {
  std::vector<fs::path> paths{folder};
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    paths.push_back(at->path());
  if (error) return fail(Code::kIo, "list folder", folder.string());
  for (const fs::path& path : paths) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return fail_errno("look at", path.string());
    if (S_ISDIR(info.st_mode) || S_ISREG(info.st_mode)) TRY_DO(give(path, user, group, info.st_mode & 07777));
  }
  return {};
}

}  // namespace

const std::string& user_of(const Config& config, const std::string& role) {
  const UsersConfig& users = config.users;
  if (role == "public") return users.public_door;
  if (role == "mail") return users.mail;
  if (role == "keymaker") return users.keymaker;
  if (role == "broker" || role == "office" || role == "courier") return users.broker;
  return users.inner;
}

Result<void> become_user_of(const Config& config, const std::string& role) {
  const std::string& user = user_of(config, role);
  if (user.empty()) return {};
  TRY_ASSIGN(const uid_t uid, uid_of(user));
  TRY_ASSIGN(const gid_t gid, gid_of(config.users.group));
  if (::geteuid() == uid) return {};
  if (::geteuid() != 0) return fail(Code::kConfig, "become user", user + ": start it as root, or as that user");
  if (::initgroups(user.c_str(), gid) != 0 || ::setresgid(gid, gid, gid) != 0 || ::setresuid(uid, uid, uid) != 0)
    return fail_errno("become user", user);
  return {};
}

Result<void> hand_out_folders(const Config& config) {
  TRY_ASSIGN(const uid_t inner, uid_of(config.users.inner));
  TRY_ASSIGN(const uid_t door, uid_of(config.users.public_door));
  TRY_ASSIGN(const uid_t mail, uid_of(config.users.mail));
  TRY_ASSIGN(const gid_t group, gid_of(config.users.group));
  const fs::path home = fs::path(config.file).parent_path();
  TRY_DO(give_all(config.data, inner, group));
  TRY_DO(give_all(config.spool(), door, group));
  TRY_DO(give_all(mailbox_notes(config), mail, group));
  TRY_DO(give_all(fs::path(config.keys.seal_key).parent_path(), inner, group));
  // Read, never written, by all of them; the keymaker must not be able to change the keys it seals to.
  for (const fs::path& folder :
       {fs::path(config.data), fs::path(config.zone_key()).parent_path(), fs::path(config.public_home())})
    TRY_DO(give(folder, inner, group, 0750));
  for (const fs::directory_entry& entry : fs::directory_iterator(config.public_home()))
    if (entry.is_regular_file()) TRY_DO(give(entry.path(), inner, group, 0640));
  // Others may pass through the home but list nothing: a scanner's socket may lie in it.
  TRY_DO(give(home, 0, group, 0751));
  TRY_DO(give(config.file, 0, group, 0640));
  TRY_DO(give(config.run, 0, group, 01770));
  if (!config.public_door.key.empty()) TRY_DO(give_all(fs::path(config.public_door.key).parent_path(), door, group));
  if (!config.staff.key.empty()) TRY_DO(give_all(fs::path(config.staff.key).parent_path(), inner, group));
  return {};
}

}  // namespace zp::gateway
