// The package of a dossier that is handed over: ZIP, encrypted as it is made, put into the folder of the case system.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "crypto/hash.h"
#include "crypto/keyring/openpgp_mail.h"
#include "gateway/casework/hand_over.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/message_steps.h"
#include "gateway/worker/zip_writer.h"

namespace zp::gateway {
namespace {

constexpr unsigned kForTheGroup = 0640;

/// An original that goes into the package.
struct PackedFile {
  std::string file, sha256;  // sha256 empty: it was not kept when this came in
  ObjectRow object;
  TimeMs received = 0;
};

/// All that the package is made of; the originals themselves are read while it is written.
struct Contents {
  std::optional<OpenDossier> open;
  HandOver hand_over;
  std::vector<PackedDocument> documents;
  std::vector<PackedMail> mails;
  std::vector<PackedFile> files;
  std::string manifest, signature;
};

/// The oldest that is not written yet; false: there is none.
Result<bool> read_contents(const Tools& tools, const Id& dossier, Contents& contents) {
  bool found = false;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(contents.open, open_dossier(tools.office.vault, store, dossier));
    const auto& all = contents.open->profile.hand_overs;
    const auto next = std::ranges::find(all, 0, &HandOver::written);
    if (next == all.end()) return {};
    found = true;
    contents.hand_over = *next;
    TRY_ASSIGN(contents.documents, documents_to_pack(store, *contents.open, *next));
    for (const PackedDocument& document : contents.documents) {
      TRY_ASSIGN(auto object, store.object(document.row.object));
      contents.files.push_back({document.file, document.details.sha256, std::move(object), document.row.received});
    }
    TRY_ASSIGN(contents.mails, mails_to_pack(tools.office.objects, store, *contents.open, *next));
    for (const PackedMail& mail : contents.mails)
      if (!mail.file.empty())
        contents.files.push_back({mail.file, mail.mail.sha256, *mail.filed.raw, mail.filed.delivery.received});
    return {};
  }));
  return found;
}

struct RecipientKeyFile {
  Bytes armoured;
  std::string fingerprint;
};
/// What is not found is no "not found" of the dossier, which would drop the job: staff must hear of it.
Result<RecipientKeyFile> key_of_case_system(const Config& config) {
  auto armoured = read_file(config.handover.key);
  const auto key =
      armoured ? crypto::read_openpgp_key(*armoured) : Result<crypto::OpenPgpKey>(std::unexpected(armoured.error()));
  if (!key)
    return fail(Code::kConfig, "hand over: handover.key must be a file with one OpenPGP public key",
                config.handover.key);
  return RecipientKeyFile{std::move(*armoured), key->fingerprint};
}

Result<void> pack_file(const Tools& tools, const DossierKeys& keys, const PackedFile& file, ZipWriter& zip) {
  TRY_DO(zip.begin(file.file, file.object.bytes, file.received));
  crypto::Sha256 hash;
  const auto streamed = keys.stream(tools.office.objects, file.object, [&](ByteView chunk) {
    hash.append(chunk);
    return zip.append(chunk);
  });
  if (!streamed && streamed.error().code == Code::kNotFound)
    return fail(Code::kTampered, "hand over: an original is gone", file.object.id.hex());
  TRY_DO(streamed);
  return file.sha256.empty() || to_hex(hash.finish()) == file.sha256
             ? Result<void>()
             : fail(Code::kTampered, "hand over: an original is not what came in", file.object.id.hex());
}

Result<void> pack(const Tools& tools, const Contents& contents, const crypto::ByteSink& into) {
  TRY_ASSIGN(ZipWriter zip, ZipWriter::open(into));
  TRY_DO(zip.begin("overdracht.json", contents.manifest.size(), contents.hand_over.asked));
  TRY_DO(zip.append(as_bytes(contents.manifest)));
  TRY_DO(zip.begin("overdracht.json.asc", contents.signature.size(), contents.hand_over.asked));
  TRY_DO(zip.append(as_bytes(contents.signature)));
  for (const PackedFile& file : contents.files) TRY_DO(pack_file(tools, contents.open->keys, file, zip));
  return zip.finish();
}

/// Aside, synced, renamed: the case system never sees half a package.
Result<void> write_aside(const Tools& tools, const Contents& contents, const RecipientKeyFile& key,
                         const std::string& path) {
  const std::string aside = path + ".deel";
  ::unlink(aside.c_str());  // of a try that was cut short
  TRY_ASSIGN(FileWriter writer, FileWriter::create(aside, kForTheGroup));
  TRY_DO(crypto::stream_encrypted_openpgp(
      key.armoured, key.fingerprint, [&](const crypto::ByteSink& into) { return pack(tools, contents, into); },
      writer.sink(), tools.office.now() / 1000));
  TRY_DO(writer.close_synced());
  if (std::rename(aside.c_str(), path.c_str()) == 0) return sync_folder(tools.office.config.handover.folder);
  auto failure = fail_errno("put package into its folder", path);
  ::unlink(aside.c_str());
  return failure;
}

Result<std::string> sha256_of_file(const std::string& path) {
  TRY_ASSIGN(FileReader reader, FileReader::open(path));
  crypto::Sha256 hash;
  Bytes buffer(64 * 1024);
  while (true) {
    TRY_ASSIGN(const std::size_t got, reader.read(buffer));
    hash.append(ByteView(buffer).first(got));
    if (got < buffer.size()) return to_hex(hash.finish());
  }
}

Result<void> prove(const Tools& tools, const Contents& contents, const std::string& fingerprint,
                   const std::string& sha256) {
  const std::string file = package_name(contents.hand_over);
  const Id& id = contents.hand_over.id;
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kPackage),
                                    {contents.open->dossier.id.hex(), id.hex(), "sha256=" + sha256}));
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, contents.open->dossier.id));
    const auto one = std::ranges::find(open.profile.hand_overs, id, &HandOver::id);
    if (one == open.profile.hand_overs.end() || one->written) return {};
    one->written = tools.office.now();
    one->file = file;
    one->sha256 = sha256;
    one->key = fingerprint;
    one->documents = contents.documents.size();
    end_answer_terms(open, local_date(one->asked));
    open.profile.history.push_back(
        {one->written, "zegelpost",
         fmt::format("Pakket klaargezet voor het zaaksysteem: {}, {} {}, SHA-256 {}.", file, one->documents,
                     one->documents == 1 ? "document" : "documenten", sha256)});
    return save_dossier(store, open, one->written);
  });
}

}  // namespace

Result<Next> write_package(const Tools& tools, const Job& job) {
  Contents contents;
  TRY_ASSIGN(const bool found, read_contents(tools, job.subject, contents));
  if (!found) return Next{};
  if (contents.open->dossier.restricted) return kWaitForLift;
  const Config& config = tools.office.config;
  if (!config.handover.configured())
    return fail(Code::kConfig, "hand over: handover.folder and handover.key are empty");
  TRY_ASSIGN(const auto key, key_of_case_system(config));
  const std::string path = config.handover.folder + "/" + package_name(contents.hand_over);
  // There already: a try before was cut short after the rename, and the case system may be reading it.
  if (::access(path.c_str(), F_OK) != 0) {
    TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kPackage),
                                      {job.subject.hex(), contents.hand_over.id.hex(), "key=" + key.fingerprint}));
    TRY_ASSIGN(const auto confirmed, confirmations_of(tools.office, job.subject));
    contents.manifest =
        package_manifest(*contents.open, contents.hand_over, contents.documents, contents.mails, confirmed);
    TRY_ASSIGN(const auto signature,
               crypto::sign_openpgp(config.zone_home(), config.keys.zone_fingerprint, as_bytes(contents.manifest)));
    contents.signature = signature.armour;
    TRY_DO(make_folder(config.handover.folder, 0750));
    TRY_DO(write_aside(tools, contents, key, path));
  }
  TRY_ASSIGN(const auto sha256, sha256_of_file(path));
  TRY_DO(prove(tools, contents, key.fingerprint, sha256));
  return Next{};
}

}  // namespace zp::gateway
