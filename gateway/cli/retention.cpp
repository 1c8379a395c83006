#include <iostream>

#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

Result<void> list(const std::string& config, const std::string& day) {
  TRY_ASSIGN(InnerZone zone, open_inner_zone(config));
  return zone.store->read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(const auto past, reader.past_retention(day.empty() ? local_date(now_ms()) : day));
    for (const Dossier& dossier : past)
      std::cout << dossier.reference << "  " << dossier.kind << "  keep until " << dossier.retain_until << "  "
                << state_name(dossier.state) << "\n";
    TRY_ASSIGN(const auto tombstones, reader.tombstones());
    for (const Tombstone& stone : tombstones)
      std::cout << stone.reference << "  " << stone.kind << "  erased " << utc_time(stone.erased) << "  documents "
                << stone.documents << "\n";
    return {};
  });
}

int retention(const Arguments& arguments) {
  CLI::App app{
      "Dossiers past their retention term, and the tombstones of those that were erased.\n"
      "A person confirms each erasure in the workbench; this command erases nothing.",
      "zegelpost retention"};
  std::string config, day;
  app.require_subcommand(1);
  CLI::App* sub = app.add_subcommand("list", "one line per dossier");
  add_config_option(*sub, config);
  sub->add_option("--day", day, "as if today were YYYY-MM-DD");
  if (const auto status = parse(app, arguments)) return *status;
  const auto done = list(config, day);
  return done ? 0 : report("retention", done.error());
}

}  // namespace

const Command kRetention{"retention", "what is past its retention term, what was erased", retention};

}  // namespace zp::gateway
