// gateway/accounts/accounts.h - members of staff: who they are, logging in with password and one-time code, sessions.
//
// Roles: postkamer, informatiebalie, jurist, goedkeurder, fg, beheerder. A person may have several; beheerder goes with
// no other, because administrators open no documents (design section 1).
// Secrets: passwords as Argon2id, TOTP secrets sealed under the zone key, session cookies stored as hashes only.
// Threads: may be shared. Errors: kDenied for any wrong log-in part (never which), kRefused while locked, kExpired for
// a session.
#ifndef GATEWAY_ACCOUNTS_ACCOUNTS_H_
#define GATEWAY_ACCOUNTS_ACCOUNTS_H_

#include <string>
#include <vector>

#include "crypto/data_key.h"
#include "gateway/config/config.h"
#include "gateway/store/store.h"

namespace zp::gateway {

/// What a new member of staff gets once, to change hands personally.
struct Credentials {
  std::string login;
  std::string password;
  std::string totp_uri;  // for the authenticator app
};

struct LoggedIn {
  User user;
  SecretBytes token;  // the cookie
  Bytes csrf;
};

class Accounts {
 public:
  /// `store` and `config` must outlive it.
  Accounts(Store& store, crypto::ZoneKeySource keys, const StaffConfig& config);

  /// kConfig for an unknown role or beheerder beside another, kExists for a login that is taken.
  Result<Credentials> create(const std::string& login, const std::string& name, const std::vector<std::string>& roles);
  /// New password and one-time secret, unlocked; all sessions of before stay until they run out.
  Result<Credentials> reset(const std::string& login);
  Result<void> set_disabled(const std::string& login, bool disabled);

  Result<LoggedIn> log_in(const std::string& login, std::string_view password, std::string_view code, TimeMs now);
  /// The user behind a cookie; moves the session's end.
  Result<std::pair<User, Session>> resume(ByteView token, TimeMs now);
  Result<void> log_out(ByteView token);

  /// One-time secrets that are still sealed under the former zone key come under the current one.
  Result<void> seal_anew();

 private:
  Result<Credentials> give_credentials(User& user);
  Result<void> note_failure(User user, TimeMs now);
  Result<SecretBytes> one_time_secret(const User& user) const;

  Store& store_;
  crypto::ZoneKeySource keys_;
  const StaffConfig& config_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_ACCOUNTS_ACCOUNTS_H_
