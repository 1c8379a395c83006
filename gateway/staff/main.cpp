// zegelpost-staff - the workbench: mailroom, information desk, legal staff, FG and administrators, over HTTPS on an
// inner address.
//
// SECURITY: holds the zone key and may open every dossier that is not erased, so it listens on an inner address only,
// asks password and one-time code, and writes the ledger before it shows anything. It parses no document: page images
// come from the store. Administrators can't open dossiers.
#include "gateway/accounts/accounts.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/http/server.h"
#include "gateway/ipc/courier_client.h"
#include "gateway/ipc/keymaker.h"
#include "gateway/process/process.h"
#include "gateway/staff/workbench.h"
#include "gateway/store/sqlite_store.h"

namespace zp::gateway {
namespace {

Result<void> staff(Process& process) {
  const Config& config = process.config();
  TRY_ASSIGN(const crypto::Opener opener, crypto::Opener::load(config.zone_home()));
  TRY_ASSIGN(const auto vault, Vault::open(config, opener));
  TRY_ASSIGN(const auto ledger, LedgerBook::open(config, opener, now_ms));
  TRY_ASSIGN(const auto store, open_sqlite_store(config.store()));
  TRY_ASSIGN(const auto objects, open_folder_objects(config.objects()));
  TRY_ASSIGN(const Shelf shelf, Shelf::open(config.shelf()));
  TRY_ASSIGN(const intake::RuleBook rules, intake::RuleBook::load(config.rules + "/requests"));
  TRY_ASSIGN(const intake::Calendar calendar, intake::Calendar::load(config.rules + "/holidays.yaml"));
  TRY_ASSIGN(const auto ways, intake::WayPolicy::load(config.rules + "/verzendwegen.yaml"));
  TRY_ASSIGN(const intake::Desk desk, intake::Desk::load(config.rules + "/balie.yaml"));
  TRY_ASSIGN(const auto house, intake::load_house_rules(config.rules + "/huisregels.yaml"));
  const std::vector<intake::CitedRule> cited = intake::cited_rules(rules, desk, ways, house);
  TRY_ASSIGN(const auto letters, templates::LetterPress::load(config.letters, letterhead(config.organisation)));
  TRY_ASSIGN(const auto pages, templates::PageBook::load(config.pages));
  TRY_ASSIGN(const StaticFiles files, StaticFiles::load(config.assets));
  const KeymakerClient keymaker(config.keymaker_socket());
  const CourierClient courier(config.courier_socket());
  Office office{config, *store,   *objects, shelf,    *vault, *ledger,
                rules,  calendar, ways,     *letters, now_ms, [&] {
                  return keymaker.fresh_key(); }};
  if (config.courier.configured())
    office.domain_facts = [&](const std::string& domain) { return courier.facts(domain); };
  Casework casework(office);
  Accounts accounts(*store, vault->source(), config.staff);
  Workbench workbench(casework, accounts, *pages, files, desk, cited);

  ServerOptions options{.listen = config.staff.listen,
                        .certificate = config.staff.certificate,
                        .key = config.staff.key,
                        .max_connections = 256};
  options.error_page = [&](Response& response, const Request*) { workbench.error_page(response); };
  TRY_ASSIGN(const auto server, Server::start(options, [&](Request& request) { return workbench.handle(request); }));
  process.ready();
  while (!process.wait(std::chrono::minutes(10))) TRY_DO(ledger->checkpoint());
  server->stop();
  return ledger->checkpoint();
}

}  // namespace
}  // namespace zp::gateway

int main(int argc, char** argv) { return zp::gateway::run_process(argc, argv, "staff", zp::gateway::staff); }
