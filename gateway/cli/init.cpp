#include <filesystem>
#include <iostream>

#include "gateway/accounts/accounts.h"
#include "gateway/cli/credentials.h"
#include "gateway/cli/parse.h"
#include "gateway/cli/setup.h"
#include "gateway/config/keys.h"

namespace zp::gateway {
namespace {

int init(const Arguments& arguments) {
  CLI::App app{
      "Makes a new instance in FOLDER: configuration, OpenPGP zone and recovery keys, zone key, ledger key, seal and "
      "TLS certificates,\n"
      "the folders of every process, and the first administrator (shown once).\n"
      "The recovery key's private half is written to FOLDER/recovery: take it off this machine, then delete that "
      "folder.\n"
      "Example: zegelpost init /srv/zegelpost --organisation 'Zorgloket Voorbeeld' --host post.voorbeeld.example\n"
      "Exit status: 0 made, 1 failed, 2 wrong use.",
      "zegelpost init"};
  Setup setup;
  bool explain = false;
  app.add_flag("--explain-config", explain, "print every configuration key with default and meaning, and make nothing");
  app.add_option("folder", setup.folder, "new or empty folder");
  app.add_option("--organisation", setup.organisation, "name in letterhead, pages and mails")->capture_default_str();
  app.add_option("--host", setup.host, "host name under which senders reach the portal")->capture_default_str();
  app.add_option("--public-port", setup.public_port, "port of the portal")->capture_default_str();
  app.add_option("--staff-port", setup.staff_port, "port of the workbench")->capture_default_str();
  app.add_option("--lmtp-port", setup.lmtp_port, "port where the MTA delivers")->capture_default_str();
  app.add_option("--smtp-port", setup.smtp_port, "port of the submission server on this machine; 0: no mail goes out")
      ->capture_default_str();
  app.add_option("--mail-address", setup.mail_address, "our address for mail in and out")->capture_default_str();
  app.add_option("--clamd", setup.clamd_socket, "socket of clamd")->capture_default_str();
  app.add_option("--admin", setup.admin, "login of the first administrator")->capture_default_str();
  app.add_option("--reserve-megabytes", setup.reserve_megabytes, "accept nothing new with less free disk")
      ->capture_default_str();
  app.add_flag("--separate-users", setup.separate_users,
               "every process becomes a user of its own (root only; docs/operators/install.md)");
  if (const auto status = parse(app, arguments)) return *status;
  if (explain) {
    std::cout << describe_keys();
    return 0;
  }
  if (setup.folder.empty()) {
    std::cerr << "zegelpost init: FOLDER is missing; see --help\n";
    return 2;
  }
  const auto made = make_instance(setup);
  if (!made) return report("init", made.error());
  const std::string folder = std::filesystem::absolute(setup.folder).string();
  std::cout << "Made " << folder << "/zegelpost.yaml.\n\nFirst administrator (shown once):\n";
  print_credentials(made->administrator, false);
  std::cout << "\nRecovery key " << made->recovery_fingerprint << ": take " << folder
            << "/recovery off this machine, then delete it.\n"
            << "Next: zegelpost doctor --config " << folder << "/zegelpost.yaml, then zegelpost serve --config ...\n";
  return 0;
}

}  // namespace

const Command kInit{"init", "make a new instance: configuration, keys, first administrator", init};

}  // namespace zp::gateway
