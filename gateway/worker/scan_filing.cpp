#include "gateway/worker/scan_filing.h"

#include <fmt/format.h>

#include "crypto/reference.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

using intake::ScanPart;

constexpr const char* kNotReadable =
    "Dit bestand van de scanner kan het programma niet openen of opdelen. Bekijk het, en scan het papier zo nodig "
    "opnieuw.";
constexpr const char* kNoTime =
    "Dit bestand van de scanner is niet opgedeeld: dat duurde te lang. Bekijk van wie deze stukken zijn, en scan ze zo "
    "nodig opnieuw, met minder bladzijden tegelijk.";
constexpr const char* kWhose = "Gescand zonder voorblad: bekijk van wie deze stukken zijn.";
constexpr const char* kBelongs = "Er zijn stukken bij dit dossier gescand. Kijk of ze hier horen.";

std::string stem_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

std::string pages_of(const ScanPart& part) {
  return part.first_page >= part.last_page ? fmt::format("bladzijde {}", part.last_page)
                                           : fmt::format("bladzijde {} tot en met {}", part.first_page, part.last_page);
}

/// Where the part belongs, and what people are told of it.
Result<void> direct(const Tools& tools, const ScanPart& part, const std::string& name, Filing& filing) {
  filing.event = fmt::format("Gescand in de postkamer: {} van {}.", pages_of(part), name);
  if (part.reference.empty()) {
    filing.tasks.emplace_back(kWhose);
    return {};
  }
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    const auto dossier = store.dossier_by_reference(part.reference);
    if (dossier && dossier->state != DossierState::kErased) filing.dossier = dossier->id;
    return {};
  }));
  filing.event += fmt::format(" Op het voorblad staat kenmerk {}.", part.reference);
  filing.tasks.push_back(filing.dossier ? std::string(kBelongs)
                                        : fmt::format("Op het voorblad staat kenmerk {}, maar dat dossier is er niet. "
                                                      "Bekijk van wie deze stukken zijn.",
                                                      part.reference));
  return {};
}

Filing begin_filing(intake::SubmissionManifest manifest, OpenedKeys keys) {
  Filing filing;
  filing.kind = "onbekend";
  filing.delivery.submission = manifest.id;
  filing.delivery.received = manifest.received_ms;
  filing.delivery.channel = "scan";
  filing.delivery.may_answer = false;
  filing.manifest = std::move(manifest);
  filing.keys = std::move(keys);
  return filing;
}

/// The pages without the sheet become the document; a sheet with nothing behind it is the document itself.
Result<void> add_pages(const Tools& tools, const ScanPart& part, const std::string& name, Filing& filing) {
  const Id& id = filing.manifest.id;
  const crypto::DataKey& key = filing.keys.keys.front();
  const Bytes& pages = part.content.empty() ? part.sheet : part.content;
  TRY_ASSIGN(auto file, keep_part(tools, filing.manifest, key, derived_id("scan pages", id), pages));
  file.name = name;
  file.declared_type = "application/pdf";
  filing.manifest.files = {std::move(file)};
  return {};
}

/// One part of several, under a key of its own.
Result<Id> file_part(const Tools& tools, const std::string& folder, const intake::SubmissionManifest& batch,
                     const ScanPart& part, const Id& id) {
  std::optional<Id> filed;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    if (const auto before = store.submission(id)) filed = before->dossier;
    return {};
  }));
  if (filed) return *filed;
  if (!tools.office.fresh_key) return fail(Code::kUnavailable, "file scan: this process has no keymaker");
  TRY_ASSIGN(auto fresh, tools.office.fresh_key());
  intake::SubmissionManifest manifest;
  manifest.id = id;
  manifest.reference = id == batch.id ? batch.reference : crypto::random_reference();
  manifest.channel = batch.channel;
  manifest.received_ms = batch.received_ms;
  OpenedKeys keys;
  keys.keys.push_back(std::move(fresh.key));
  keys.sealed.push_back(std::move(fresh.sealed.openpgp));
  const std::string& batch_name = batch.files.front().name;
  Filing filing = begin_filing(std::move(manifest), std::move(keys));
  TRY_DO(direct(tools, part, batch_name, filing));
  TRY_DO(add_pages(tools, part, fmt::format("{} ({}-{}).pdf", stem_of(batch_name), part.first_page, part.last_page),
                   filing));
  if (!part.sheet.empty() && !part.content.empty()) {
    TRY_ASSIGN(const auto sheet,
               keep_part(tools, filing.manifest, filing.keys.keys.front(), derived_id("scan sheet", id), part.sheet));
    filing.loose.push_back(loose_object(filing.manifest, sheet, "scan-sheet"));
  }
  return file_delivery(tools, folder, std::move(filing));
}

/// A batch that was not taken apart is kept as it came; `task` says why.
Result<Id> file_undivided(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                          OpenedKeys keys, const char* task) {
  Filing filing = begin_filing(std::move(manifest), std::move(keys));
  filing.event = fmt::format("Gescand in de postkamer: {}.", filing.manifest.files.front().name);
  filing.tasks.emplace_back(task);
  return file_delivery(tools, folder, std::move(filing));
}

/// The batch is one part: it is kept as it came.
Result<Id> file_whole(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                      OpenedKeys keys, const ScanPart& part) {
  Filing filing = begin_filing(std::move(manifest), std::move(keys));
  const intake::ReceivedFile raw = filing.manifest.files.front();
  TRY_DO(direct(tools, part, raw.name, filing));
  if (!part.sheet.empty()) {
    TRY_DO(tools.office.objects.put_file(raw.object, 0, fmt::format("{}/{}.0", folder, raw.object.hex())));
    filing.loose.push_back(loose_object(filing.manifest, raw, "scan"));
    TRY_DO(add_pages(tools, part, raw.name, filing));
  }
  return file_delivery(tools, folder, std::move(filing));
}

Result<void> is_one_file(const intake::SubmissionManifest& manifest) {
  if (manifest.files.size() == 1 && manifest.files.front().key_of_part == std::vector<std::uint32_t>{0}) return {};
  return fail(Code::kMalformed, "file scan: not one file", manifest.id.hex());
}

}  // namespace

Result<Id> file_scan(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                     OpenedKeys keys) {
  TRY_DO(is_one_file(manifest));
  TRY_ASSIGN(const auto raw, open_raw(tools, folder, manifest, keys.keys.front()));
  auto batch = tools.inspector.split_scan(raw.view());
  if (!batch && batch.error().code != Code::kMalformed) return std::unexpected(batch.error());
  if (!batch) return file_undivided(tools, folder, std::move(manifest), std::move(keys), kNotReadable);
  const std::size_t count = batch->parts.size();
  if (count == 1) return file_whole(tools, folder, std::move(manifest), std::move(keys), batch->parts.front());
  Id dossier;
  for (std::size_t i = 0; i < count; ++i) {
    const Id id = i + 1 == count ? manifest.id : derived_id("scan part", manifest.id, i);
    TRY_ASSIGN(dossier, file_part(tools, folder, manifest, batch->parts[i], id));
  }
  return dossier;
}

Result<Id> file_unread_scan(const Tools& tools, const std::string& folder, intake::SubmissionManifest manifest,
                            OpenedKeys keys) {
  TRY_DO(is_one_file(manifest));
  return file_undivided(tools, folder, std::move(manifest), std::move(keys), kNoTime);
}

}  // namespace zp::gateway
