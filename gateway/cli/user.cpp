#include <qrencode.h>

#include <iostream>

#include "gateway/accounts/accounts.h"
#include "gateway/cli/credentials.h"
#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"

namespace zp::gateway {

/// Two modules per character, light on dark, as terminals show it.
std::string qr_for_terminal(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L),
                                                        QRcode_free);
  if (!code) return {};
  const int width = code->width;
  const auto dark = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < width && (code->data[y * width + x] & 1);
  };
  std::string picture;
  for (int y = -2; y < width + 2; y += 2) {
    for (int x = -2; x < width + 2; ++x) {
      const bool top = !dark(x, y), bottom = !dark(x, y + 1);
      picture += top && bottom ? "\u2588" : top ? "\u2580" : bottom ? "\u2584" : " ";
    }
    picture += "\n";
  }
  return picture;
}

void print_credentials(const Credentials& credentials, bool with_qr) {
  std::cout << "login:     " << credentials.login << "\npassword:  " << credentials.password
            << "\none-time:  " << credentials.totp_uri << "\n";
  if (with_qr) std::cout << "\n" << qr_for_terminal(credentials.totp_uri);
}

namespace {

Result<void> list_users(InnerZone& zone) {
  return zone.store->read([](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const auto users, reader.users());
    for (const User& user : users) {
      std::cout << user.login << (user.disabled ? " (disabled)" : "") << ":";
      for (const auto& role : user.roles) std::cout << " " << role;
      std::cout << "\n";
    }
    return {};
  });
}

struct Options {
  std::string config, login, name;
  std::vector<std::string> roles;
  bool qr = false;
};

Result<void> act(const std::string& verb, const Options& options) {
  TRY_ASSIGN(InnerZone zone, open_inner_zone(options.config));
  if (verb == "list") return list_users(zone);
  Accounts accounts(*zone.store, zone.vault->source(), zone.config.staff);
  TRY_DO(zone.ledger->record(zone.actor, "beheerder", "user." + verb, {.object = options.login}));
  if (verb == "disable" || verb == "enable") return accounts.set_disabled(options.login, verb == "disable");
  TRY_ASSIGN(const Credentials credentials, verb == "add" ? accounts.create(options.login, options.name, options.roles)
                                                          : accounts.reset(options.login));
  print_credentials(credentials, options.qr);
  return {};
}

int user(const Arguments& arguments) {
  CLI::App app{
      "Members of staff: add, list, reset (new password and one-time secret), disable, enable.\n"
      "What 'add' and 'reset' print is shown once: hand it over in person.\n"
      "Example: zegelpost user add m.jansen --name 'M. Jansen' --role postkamer\n"
      "Roles: postkamer, informatiebalie, jurist, goedkeurder, fg, beheerder (alone: an administrator opens no "
      "documents).",
      "zegelpost user"};
  Options options;
  std::string verb;
  app.require_subcommand(1);
  for (const char* name : {"add", "list", "reset", "disable", "enable"}) {
    CLI::App* sub = app.add_subcommand(name);
    add_config_option(*sub, options.config);
    if (std::string_view(name) == "list") continue;
    sub->add_option("login", options.login, "login name: a-z, 0-9, dot, dash")->required();
    if (std::string_view(name) == "add" || std::string_view(name) == "reset")
      sub->add_flag("--qr", options.qr, "show the one-time secret as QR code");
    if (std::string_view(name) != "add") continue;
    sub->add_option("--name", options.name, "name as colleagues know it")->required();
    sub->add_option("--role", options.roles, "role; may be given several times")->required();
  }
  if (const auto status = parse(app, arguments)) return *status;
  verb = app.get_subcommands().front()->get_name();
  const auto done = act(verb, options);
  return done ? 0 : report("user", done.error());
}

}  // namespace

const Command kUser{"user", "members of staff who may log in", user};

}  // namespace zp::gateway
