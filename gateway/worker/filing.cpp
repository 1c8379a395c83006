#include "gateway/worker/filing.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "crypto/hash.h"
#include "crypto/reference.h"
#include "gateway/casework/access_code.h"
#include "gateway/casework/received_mail.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr const char* kUnknownKind = "onbekend";
constexpr std::size_t kMaxRaw = 256 * 1024 * 1024;

std::string field(const std::map<std::string, std::string>& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

/// The names under which requirement files ask for people (intake/rules/requests).
void read_people(Profile& profile) {
  const auto& fields = profile.fields;
  Person& client = profile.client;
  client.name = field(fields, "client_name");
  client.birth_date = field(fields, "client_birth_date");
  client.role = "client";
  Person& requester = profile.requester;
  requester.name = field(fields, "requester_name");
  requester.role = field(fields, "requester_role");
  requester.email = field(fields, "email");
  requester.telephone = field(fields, "telephone");
  requester.address = lines_of(field(fields, "address"));
  if (requester.name.empty()) {  // who asks for himself gives one name
    requester.name = client.name;
    requester.birth_date = client.birth_date;
  }
}

Result<void> store_parts(const Tools& tools, const std::string& folder,
                         const std::vector<intake::ReceivedFile>& files) {
  for (const intake::ReceivedFile& file : files)
    for (std::uint32_t part = 0; part < file.key_of_part.size(); ++part)
      TRY_DO(
          tools.office.objects.put_file(file.object, part, fmt::format("{}/{}.{}", folder, file.object.hex(), part)));
  return {};
}

/// The sealed file: beside the manifest, or moved to the object store already by a try that a crash cut short.
Result<crypto::ByteSource> sealed_raw(const Tools& tools, const std::string& folder, const Id& object) {
  auto file = FileReader::open(fmt::format("{}/{}.0", folder, object.hex()));
  if (!file && file.error().code == Code::kNotFound) return tools.office.objects.get(object, 0);
  if (!file) return std::unexpected(file.error());
  const auto kept = std::make_shared<FileReader>(std::move(*file));
  return [kept](std::span<std::uint8_t> buffer) { return kept->read(buffer); };
}

Result<OpenDossier> new_dossier(const Tools& tools, StoreWriter& store, const Filing& filing, DossierKeys keys) {
  Dossier row;
  row.id = filing.manifest.id;  // told to nobody outside, and the same when a crash makes us start again
  row.reference = filing.manifest.reference;
  if (store.dossier_by_reference(row.reference)) row.reference = crypto::random_reference();
  row.kind = filing.kind;
  row.channel = filing.manifest.channel;
  row.received = row.changed = filing.manifest.received_ms;
  OpenDossier open{std::move(row), std::move(keys), filing.profile};
  TRY_DO(start_term(tools.office, open));
  open.keys.seal(open.profile, open.dossier);
  TRY_DO(store.add_dossier(open.dossier, search_tokens(tools.office.vault, open)));
  return open;
}

/// What is being decided goes on, and a person hears of the new documents; anything else is checked again.
void reopen(OpenDossier& open) {
  switch (open.dossier.state) {
    case DossierState::kDeciding:
    case DossierState::kApproval:
      open.profile.tasks.push_back("Er zijn nieuwe documenten binnengekomen terwijl het besluit in voorbereiding is.");
      return;
    default:
      open.dossier.state = DossierState::kChecking;
      open.dossier.retain_until.clear();
  }
}

Result<void> add_documents(const Tools& tools, StoreWriter& store, const Filing& filing,
                           const std::vector<KeyRow>& key_rows, const OpenDossier& open) {
  for (const intake::ReceivedFile& file : filing.manifest.files) {
    Document document;
    document.id = file.object;
    document.dossier = open.dossier.id;
    document.submission = filing.manifest.id;
    document.object = file.object;
    document.state = "filed";
    document.received = file.received_ms;
    DocumentDetails details;
    details.name = intake::clean_file_name(file.name);
    details.slot = file.slot;
    details.declared_type = file.declared_type;
    details.size = file.size;
    details.sha256 = file.sha256;
    open.keys.seal(details, document);
    TRY_DO(store.add_document(document));
    ObjectRow object{.id = file.object,
                     .dossier = open.dossier.id,
                     .document = document.id,
                     .context = filing.manifest.id,
                     .keys = {},
                     .role = "original",
                     .page = 0,
                     .bytes = file.size};
    for (const std::uint32_t index : file.key_of_part) {
      if (index >= key_rows.size()) return fail(Code::kMalformed, "file document: no such key", file.object.hex());
      object.keys.push_back(key_rows[index].id);
    }
    TRY_DO(store.add_object(object));
    TRY_DO(store.add_job(new_job("inspect", document.id, tools.office.now())));
  }
  return {};
}

Result<void> add_jobs(const Tools& tools, StoreWriter& store, const Filing& filing, const Id& dossier) {
  const TimeMs now = tools.office.now();
  TRY_DO(store.add_job(new_job("status", dossier, now), false));
  TRY_DO(store.add_job(new_job("receipt", filing.manifest.id, now)));
  if (const auto job = filing.returned ? job_after(*filing.returned, now) : std::nullopt) TRY_DO(store.add_job(*job));
  if (filing.dossier) TRY_DO(store.add_job(new_job("reseal", dossier, now)));  // who reads on sees what came in
  if (filing.manifest.files.empty()) TRY_DO(store.add_job(new_job("evaluate", dossier, now), false));
  return {};
}

/// The dossier may have been erased since the message went out: then there is nothing to add to.
std::optional<OpenDossier> existing(const Tools& tools, StoreWriter& store, const Filing& filing) {
  if (!filing.dossier) return std::nullopt;
  auto open = open_dossier(tools.office.vault, store, *filing.dossier);
  if (!open || open->dossier.state == DossierState::kErased) return std::nullopt;
  return std::move(*open);
}

Result<Id> file_in(const Tools& tools, StoreWriter& store, const Filing& filing) {
  if (auto filed = store.submission(filing.manifest.id)) return filed->dossier;  // filed before a crash
  auto found = existing(tools, store, filing);
  const bool is_new = !found.has_value();
  const Id dossier = is_new ? filing.manifest.id : found->dossier.id;
  const auto key_rows = tools.office.vault.file_keys(dossier, filing.keys.keys, filing.keys.sealed, is_new);
  for (const KeyRow& row : key_rows) TRY_DO(store.add_key(row));
  std::optional<OpenDossier> open = std::move(found);
  if (is_new) {
    TRY_ASSIGN(open,
               new_dossier(tools, store, filing, tools.office.vault.unlocked(dossier, key_rows, filing.keys.keys)));
  }
  TRY_DO(store.add_submission({filing.manifest.id, dossier, filing.manifest.reference, filing.manifest.channel,
                               filing.manifest.received_ms, static_cast<std::uint32_t>(filing.manifest.files.size())}));
  for (const std::string& mark : filing.marks) TRY_DO(store.add_sent_mail(mark, dossier));
  TRY_DO(add_documents(tools, store, filing, key_rows, *open));
  for (ObjectRow object : filing.loose) {
    object.dossier = dossier;
    for (Id& key : object.keys) key = key_rows.front().id;
    TRY_DO(store.add_object(object));
  }
  if (!is_new && !filing.manifest.files.empty()) reopen(*open);
  open->profile.deliveries.push_back(filing.delivery);
  const bool has_words = std::ranges::find(filing.loose, kMailText, &ObjectRow::role) != filing.loose.end();
  open->profile.history.push_back(
      {filing.manifest.received_ms, "afzender", filing.event, has_words ? filing.manifest.id : Id{}});
  open->profile.tasks.insert(open->profile.tasks.end(), filing.tasks.begin(), filing.tasks.end());
  TRY_DO(save_dossier(store, *open, tools.office.now()));
  TRY_DO(add_jobs(tools, store, filing, dossier));
  return dossier;
}

}  // namespace

Result<Id> file_delivery(const Tools& tools, const std::string& folder, Filing filing) {
  TRY_DO(store_parts(tools, folder, filing.manifest.files));
  TRY_DO(tools.office.ledger.record(
      tools.actor, "worker", act_name(Act::kFile),
      {filing.dossier ? filing.dossier->hex() : filing.manifest.id.hex(), filing.manifest.id.hex(),
       fmt::format("channel={} documents={}", filing.manifest.channel, filing.manifest.files.size())}));
  Id dossier;
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(dossier, file_in(tools, store, filing));
    return {};
  }));
  return dossier;
}

Result<SecretBytes> open_raw(const Tools& tools, const std::string& folder, intake::SubmissionManifest& manifest,
                             const crypto::DataKey& key) {
  intake::ReceivedFile& file = manifest.files.front();
  if (file.size > kMaxRaw) return fail(Code::kTooLarge, "read what came in", file.object.hex());
  TRY_ASSIGN(auto sealed, sealed_raw(tools, folder, file.object));
  TRY_ASSIGN(auto reader, crypto::ObjectReader::open(key, {manifest.id, file.object, 0}, std::move(sealed)));
  SecretBytes raw(file.size);
  std::span<std::uint8_t> rest = raw.mutable_view();
  crypto::Sha256 sum;
  while (true) {
    TRY_ASSIGN(const ByteView chunk, reader.next());
    if (chunk.size() > rest.size() || (chunk.empty() && !rest.empty()))
      return fail(Code::kTampered, "read what came in", file.object.hex());
    if (chunk.empty()) break;
    sum.append(chunk);
    rest = rest.subspan(static_cast<std::size_t>(std::ranges::copy(chunk, rest.begin()).out - rest.begin()));
  }
  file.sha256 = to_hex(sum.finish());
  return raw;
}

Result<intake::ReceivedFile> keep_part(const Tools& tools, const intake::SubmissionManifest& manifest,
                                       const crypto::DataKey& key, const Id& object, ByteView content) {
  intake::ReceivedFile file;
  file.object = object;
  file.size = content.size();
  file.sha256 = to_hex(crypto::sha256(content));
  file.key_of_part = {0};
  file.received_ms = manifest.received_ms;
  // Sealed anew at a second try, hence other bytes under the same name: what an unfinished try left goes first.
  TRY_DO(tools.office.objects.remove(object, 1));
  TRY_DO(tools.office.objects.put_bytes(object, 0, crypto::seal_bytes(key, {manifest.id, object, 0}, content)));
  return file;
}

ObjectRow loose_object(const intake::SubmissionManifest& manifest, const intake::ReceivedFile& file, const char* role) {
  return {.id = file.object,
          .dossier = {},
          .document = {},
          .context = manifest.id,
          .keys = {Id{}},
          .role = role,
          .page = 0,
          .bytes = file.size};
}

namespace {

std::string words_of(const intake::SubmissionManifest& manifest) {
  const auto count = manifest.files.size();
  const std::string documents = fmt::format("{} {}", count, count == 1 ? "document" : "documenten");
  if (manifest.words.empty()) return documents;
  return count == 0 ? "een bericht" : "een bericht en " + documents;
}

/// What the sender wrote is read on a page of its own, as the text of a mail is.
Result<void> keep_words(const Tools& tools, const intake::SubmissionManifest& manifest, const crypto::DataKey& key,
                        const std::string& answered, Filing& filing) {
  filing.delivery.subject = answered.empty() ? "Bericht" : "Antwoord op: " + answered;
  const ReceivedMail read{.subject = filing.delivery.subject,
                          .text = manifest.words,
                          .sha256 = to_hex(crypto::sha256(as_bytes(manifest.words)))};
  TRY_ASSIGN(const auto text,
             keep_part(tools, manifest, key, derived_id("mail text", manifest.id), as_bytes(read.json())));
  filing.loose = {loose_object(manifest, text, kMailText)};
  filing.tasks.push_back("Lees het bericht van de afzender.");
  return {};
}

}  // namespace

Result<Filing> prepare_submission(const Tools& tools, intake::SubmissionManifest manifest, OpenedKeys keys) {
  Filing filing;
  std::string answered;
  if (manifest.in_reply_to != Id{}) {
    TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
      const auto message = store.message_on_shelf(manifest.in_reply_to);
      if (!message) return {};
      filing.dossier = message->dossier;
      if (const auto open = open_dossier(tools.office.vault, store, message->dossier))
        if (const auto data = open->keys.message(*message)) answered = data->subject;
      return {};
    }));
  }
  filing.kind = tools.office.rules.find(manifest.kind) ? manifest.kind : kUnknownKind;
  filing.profile.fields = manifest.fields;
  filing.profile.access_code = manifest.access_code;
  if (!manifest.access_code.empty()) {
    filing.profile.access_code_way = kOwnCode;
    filing.profile.access_code_until = end_of_code(tools.office.config.limits, kOwnCode, manifest.received_ms);
  }
  read_people(filing.profile);
  filing.delivery.submission = manifest.id;
  filing.delivery.received = manifest.received_ms;
  filing.delivery.channel = manifest.channel;
  filing.delivery.receipt_key = manifest.receipt_key;
  filing.event = fmt::format("Ontvangen via de website: {}.", words_of(manifest));
  if (!manifest.words.empty()) TRY_DO(keep_words(tools, manifest, keys.keys.front(), answered, filing));
  filing.manifest = std::move(manifest);
  filing.keys = std::move(keys);
  return filing;
}

}  // namespace zp::gateway
