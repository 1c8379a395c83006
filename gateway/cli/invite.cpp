#include <iostream>

#include "crypto/reference.h"
#include "gateway/casework/casework.h"
#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

constexpr const char* kHelp =
    "Makes a code with which a caller can send what a request still lacks. Tell it after the control questions.\n"
    "Example: zegelpost invite ZP-4K7M-9XQ2-R\n"
    "The code works for limits.invitation_hours, for this request alone; the workbench has a button that does the "
    "same.";

Result<Invitation> make(const std::string& config_path, const std::string& reference) {
  TRY_ASSIGN(const InnerZone zone, open_inner_zone(config_path));
  const Config& config = zone.config;
  TRY_ASSIGN(const auto objects, open_folder_objects(config.objects()));
  TRY_ASSIGN(const Shelf shelf, Shelf::open(config.shelf()));
  TRY_ASSIGN(const intake::RuleBook rules, intake::RuleBook::load(config.rules + "/requests"));
  TRY_ASSIGN(const intake::Calendar calendar, intake::Calendar::load(config.rules + "/holidays.yaml"));
  TRY_ASSIGN(const auto ways, intake::WayPolicy::load(config.rules + "/verzendwegen.yaml"));
  TRY_ASSIGN(const auto letters, templates::LetterPress::load(config.letters, {}));
  Casework casework(
      {config, *zone.store, *objects, shelf, *zone.vault, *zone.ledger, rules, calendar, ways, *letters, now_ms});
  Id dossier;
  TRY_DO(zone.store->read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto found, store.dossier_by_reference(reference));
    dossier = found.id;
    return {};
  }));
  // Administrators do nothing with dossiers: whoever types this sits at the information desk.
  const Actor at_the_desk{.name = zone.actor.name, .roles = {"informatiebalie"}};
  return casework.invite(at_the_desk, dossier);
}

int invite(const Arguments& arguments) {
  CLI::App app{kHelp, "zegelpost invite"};
  std::string config, reference;
  add_config_option(app, config);
  app.add_option("reference", reference, "of the request, such as ZP-4K7M-9XQ2-R")->required();
  if (const auto status = parse(app, arguments)) return *status;
  const auto known = crypto::parse_reference(reference);
  if (!known) return report("invite", {Code::kMalformed, "read reference: its check character is wrong", reference});
  const auto invitation = make(config, *known);
  if (!invitation) return report("invite", invitation.error());
  std::cout << invitation->code << "\n\nGood until " << local_time_dutch(invitation->expires) << ", to send:\n";
  for (const std::string& label : invitation->asked) std::cout << "- " << label << "\n";
  return 0;
}

}  // namespace

const Command kInvite{"invite", "a code with which a caller can send what is missing", invite};

}  // namespace zp::gateway
