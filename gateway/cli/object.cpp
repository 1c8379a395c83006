#include <iostream>

#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"
#include "gateway/store/files.h"
#include "gateway/store/object_store.h"

namespace zp::gateway {
namespace {

/// Opens every part to its authenticated end and says what is wrong; shows nothing of the content.
Result<void> check_object(InnerZone& zone, ObjectStore& objects, const ObjectRow& row) {
  DossierKeys* keys = nullptr;
  std::optional<DossierKeys> unlocked;
  TRY_DO(zone.store->read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(unlocked, zone.vault->unlock(reader, row.dossier));
    keys = &*unlocked;
    return {};
  }));
  std::uint64_t bytes = 0;
  TRY_DO(keys->stream(objects, row, [&](ByteView chunk) -> Result<void> {
    bytes += chunk.size();
    return {};
  }));
  if (bytes != row.bytes)
    return fail(Code::kTampered, "check object", row.id.hex() + " has another size than recorded");
  return {};
}

Result<int> check(const std::string& config, const std::string& id_text) {
  TRY_ASSIGN(InnerZone zone, open_inner_zone(config));
  TRY_ASSIGN(const auto objects, open_folder_objects(zone.config.objects()));
  std::vector<ObjectRow> rows;
  TRY_DO(zone.store->read([&](StoreReader& reader) -> Result<void> {
    if (!id_text.empty()) {
      TRY_ASSIGN(const Id id, Id::parse(id_text));
      TRY_ASSIGN(ObjectRow row, reader.object(id));
      rows.push_back(std::move(row));
      return {};
    }
    TRY_ASSIGN(const auto dossiers, reader.dossiers({.limit = UINT32_MAX}));
    for (const Dossier& dossier : dossiers) {
      TRY_ASSIGN(const auto of_dossier, reader.objects(dossier.id));
      rows.insert(rows.end(), of_dossier.begin(), of_dossier.end());
    }
    return {};
  }));
  std::size_t bad = 0;
  for (const ObjectRow& row : rows) {
    TRY_DO(zone.ledger->record(zone.actor, "beheerder", "object.check", {row.dossier.hex(), row.id.hex(), ""}));
    const auto checked = check_object(zone, *objects, row);
    if (checked) continue;
    ++bad;
    std::cout << "PROBLEM: object " << row.id.hex() << " (" << row.role << ", dossier " << row.dossier.hex()
              << "): " << checked.error().message() << "\n";
  }
  std::cout << rows.size() << " objects checked, " << bad << " with a problem\n";
  return bad ? 1 : 0;
}

int object(const Arguments& arguments) {
  CLI::App app{
      "Sealed objects: 'check' opens each one (or the one named) to its authenticated end, without showing it.\n"
      "Run it after restoring a backup. Exit status: 0 all whole, 1 a problem (each is named).",
      "zegelpost object"};
  std::string config, id;
  app.require_subcommand(1);
  CLI::App* sub = app.add_subcommand("check", "open to the authenticated end, show nothing");
  add_config_option(*sub, config);
  sub->add_option("id", id, "object, 32 hex digits; all when left out");
  if (const auto status = parse(app, arguments)) return *status;
  const auto done = check(config, id);
  return done ? *done : report("object", done.error());
}

}  // namespace

const Command kObject{"object", "check that sealed objects are whole", object};

}  // namespace zp::gateway
