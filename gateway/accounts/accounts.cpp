#include "gateway/accounts/accounts.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "crypto/login.h"
#include "crypto/object.h"
#include "crypto/recipient_key.h"

namespace zp::gateway {
namespace {

constexpr std::array<std::string_view, 6> kRoles = {"postkamer", "informatiebalie", "jurist", "goedkeurder",
                                                    "fg",        "beheerder"};
constexpr const char* kIssuer = "Zegelpost";

Result<void> check_roles(const std::vector<std::string>& roles) {
  if (roles.empty()) return fail(Code::kConfig, "give roles", "at least one role is needed");
  for (const auto& role : roles)
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end())
      return fail(Code::kConfig, "give roles", "unknown role " + role);
  if (roles.size() > 1 && std::find(roles.begin(), roles.end(), "beheerder") != roles.end())
    return fail(Code::kConfig, "give roles", "beheerder goes with no other role");
  return {};
}

bool is_login(const std::string& login) {
  return !login.empty() && login.size() <= 64 &&
         login.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

/// The work of a real check for a login that does not exist, so that time does not tell.
void spend_time_of_a_check(std::string_view password) {
  static const std::string kHash = crypto::hash_password("nobody has this password");
  (void)crypto::verify_password(password, kHash);
}

Bytes hash_of(ByteView token) {
  const crypto::Digest digest = crypto::sha256(token);
  return {digest.begin(), digest.end()};
}

crypto::DataKey totp_key(const crypto::ZoneKey& zone_key) {
  auto key = crypto::DataKey::from(zone_key.bytes().clone());
  ZP_CHECK(key.has_value());
  return key->derive("zegelpost staff totp");
}

}  // namespace

Accounts::Accounts(Store& store, crypto::ZoneKeySource keys, const StaffConfig& config)
    : store_(store), keys_(std::move(keys)), config_(config) {}

Result<SecretBytes> Accounts::one_time_secret(const User& user) const {
  const auto keys = keys_();
  auto secret = crypto::open_bytes(totp_key(keys->current), {user.id, user.id}, user.totp);
  if (secret || !keys->former || secret.error().code != Code::kTampered) return secret;
  return crypto::open_bytes(totp_key(*keys->former), {user.id, user.id}, user.totp);
}

Result<void> Accounts::seal_anew() {
  return store_.write([&](StoreWriter& writer) -> Result<void> {
    const auto keys = keys_();
    const crypto::DataKey key = totp_key(keys->current);
    TRY_ASSIGN(const auto users, writer.users());
    for (User user : users) {
      if (crypto::open_bytes(key, {user.id, user.id}, user.totp)) continue;
      const auto secret = one_time_secret(user);
      if (!secret) continue;  // nobody could log in with it before either
      user.totp = crypto::seal_bytes(key, {user.id, user.id}, secret->view());
      TRY_DO(writer.put_user(user));
    }
    return {};
  });
}

Result<Credentials> Accounts::give_credentials(User& user) {
  const std::string password = crypto::random_access_code() + "-" + crypto::random_access_code().substr(0, 4);
  const SecretBytes secret = crypto::random_totp_secret();
  user.password_hash = crypto::hash_password(password);
  user.totp = crypto::seal_bytes(totp_key(keys_()->current), {user.id, user.id}, secret.view());
  user.totp_step = 0;
  user.failures = 0;
  user.locked_until = 0;
  return Credentials{user.login, password, crypto::totp_uri(secret, kIssuer, user.login)};
}

Result<Credentials> Accounts::create(const std::string& login, const std::string& name,
                                     const std::vector<std::string>& roles) {
  TRY_DO(check_roles(roles));
  if (!is_login(login)) return fail(Code::kConfig, "create user", "a login is made of a-z, 0-9, dot and dash");
  User user{.id = Id::random(), .login = login, .name = name, .roles = roles};
  TRY_ASSIGN(Credentials credentials, give_credentials(user));
  TRY_DO(store_.write([&](StoreWriter& writer) -> Result<void> {
    if (writer.user_by_login(login)) return fail(Code::kExists, "create user", login);
    return writer.put_user(user);
  }));
  return credentials;
}

Result<Credentials> Accounts::reset(const std::string& login) {
  Credentials credentials;
  TRY_DO(store_.write([&](StoreWriter& writer) -> Result<void> {
    TRY_ASSIGN(User user, writer.user_by_login(login));
    TRY_ASSIGN(credentials, give_credentials(user));
    return writer.put_user(user);
  }));
  return credentials;
}

Result<void> Accounts::set_disabled(const std::string& login, bool disabled) {
  return store_.write([&](StoreWriter& writer) -> Result<void> {
    TRY_ASSIGN(User user, writer.user_by_login(login));
    user.disabled = disabled;
    return writer.put_user(user);
  });
}

Result<void> Accounts::note_failure(User user, TimeMs now) {
  return store_.write([&](StoreWriter& writer) -> Result<void> {
    TRY_ASSIGN(user, writer.user(user.id));
    if (++user.failures >= config_.lock_after_failures) {
      user.failures = 0;
      user.locked_until = now + static_cast<TimeMs>(config_.lock_minutes) * 60'000;
    }
    return writer.put_user(user);
  });
}

Result<LoggedIn> Accounts::log_in(const std::string& login, std::string_view password, std::string_view code,
                                  TimeMs now) {
  constexpr const char* kOperation = "log in";
  User user;
  const auto found = store_.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(user, reader.user_by_login(login));
    return {};
  });
  if (!found && found.error().code != Code::kNotFound) return std::unexpected(found.error());
  if (!found || user.disabled) {
    spend_time_of_a_check(password);
    return fail(Code::kDenied, kOperation);
  }
  if (user.locked_until > now) return fail(Code::kRefused, kOperation, "locked");

  const bool password_right = crypto::verify_password(password, user.password_hash);
  TRY_ASSIGN(const SecretBytes secret, one_time_secret(user));
  const auto step = crypto::verify_totp(secret, code, now / 1000, user.totp_step);
  if (!password_right || !step) {
    TRY_DO(note_failure(user, now));
    return fail(Code::kDenied, kOperation);
  }

  LoggedIn logged_in{user, SecretBytes::random(32), {}};
  const SecretBytes csrf = SecretBytes::random(32);
  logged_in.csrf.assign(csrf.view().begin(), csrf.view().end());
  TRY_DO(store_.write([&](StoreWriter& writer) -> Result<void> {
    TRY_ASSIGN(User current, writer.user(user.id));
    // Two log-ins with one code race here: the database decides, the second is refused.
    if (current.totp_step >= *step) return fail(Code::kDenied, kOperation);
    current.totp_step = *step;
    current.failures = 0;
    TRY_DO(writer.put_user(current));
    return writer.put_session({hash_of(logged_in.token.view()), user.id, now, now, logged_in.csrf});
  }));
  return logged_in;
}

Result<std::pair<User, Session>> Accounts::resume(ByteView token, TimeMs now) {
  const Bytes hash = hash_of(token);
  std::pair<User, Session> result;
  TRY_DO(store_.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(result.second, reader.session(hash));
    TRY_ASSIGN(result.first, reader.user(result.second.user));
    return {};
  }));
  const TimeMs length = static_cast<TimeMs>(config_.session_minutes) * 60'000;
  if (result.first.disabled || now - result.second.seen > length) return fail(Code::kExpired, "resume session");
  constexpr TimeMs kNoteEveryMs = 60'000;  // one write a minute is enough to keep a session alive
  if (now - result.second.seen > kNoteEveryMs) {
    result.second.seen = now;
    TRY_DO(store_.write([&](StoreWriter& writer) { return writer.put_session(result.second); }));
  }
  return result;
}

Result<void> Accounts::log_out(ByteView token) {
  return store_.write([&](StoreWriter& writer) { return writer.remove_session(hash_of(token)); });
}

}  // namespace zp::gateway
