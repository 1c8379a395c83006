// A letter as a mail that only its recipient can open. The mail is signed with the zone's OpenPGP key or the certificate
// of the seal.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "crypto/cms_mail.h"
#include "crypto/keyring/openpgp_mail.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/casework/ways.h"
#include "gateway/dispatch/protected_mail.h"
#include "gateway/dispatch/return_path.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/message_steps.h"

namespace zp::gateway {
namespace {

/// The key by which it was decided to send, if that still holds; when it is sent again, one that holds now.
Result<std::optional<RecipientKey>> key_for(const Tools& tools, const Opened& opened, const Job& job) {
  const auto payload = nlohmann::json::parse(job.payload, nullptr, false);
  const std::string entry = payload.is_object() ? payload.value("key", "") : "";
  std::optional<RecipientKey> found;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto keys, recipient_keys(tools.office, store, opened.data.email));
    const auto key = std::ranges::find_if(keys.usable, [&](const RecipientKey& one) {
      return one.route == opened.message.route && (entry.empty() || one.entry.hex() == entry);
    });
    if (key != keys.usable.end()) found = *key;
    return {};
  }));
  return found;
}

Result<OutgoingMail> text_of(const Tools& tools, const Opened& opened, const RecipientKey& key) {
  const Config& config = tools.office.config;
  OutgoingMail mail;
  mail.from = config.smtp.from;
  mail.from_name = config.organisation.name;
  mail.to = opened.data.email;
  mail.subject = fmt::format("{}, kenmerk {}", opened.data.subject, opened.open->dossier.reference);
  mail.message_id = our_message_id(opened.message.id, mail_number(opened), mail.from);
  mail.return_path =
      signed_return_path(return_path_key(tools.office.vault), mail.from, opened.message.id, mail_number(opened));
  mail.date = tools.office.now();
  const char* const kind = key.route == kByOpenPgp ? "uw OpenPGP-sleutel" : "uw S/MIME-certificaat";
  TRY_ASSIGN(mail.text, tools.messages.render("versleuteld", {{"organisation", config.organisation.name},
                                                              {"telephone", config.organisation.telephone},
                                                              {"subject", opened.data.subject},
                                                              {"legal_effect", opened.data.legal_effect},
                                                              {"term", opened.data.term},
                                                              {"reference", opened.open->dossier.reference},
                                                              {"key_kind", kind}}));
  return mail;
}

/// What is not found is no "not found" of the letter, which would drop its job: staff must hear of it.
Result<crypto::MailIdentity> our_identity(const KeysConfig& keys) {
  const auto chain = read_file(keys.certificate_for_mail());
  const auto key = read_secret_file(keys.key_for_mail());
  if (!chain || !key)
    return fail(Code::kConfig,
                "sign S/MIME mail: keys.mail_certificate and keys.mail_key (or the seal's) must be files");
  return crypto::MailIdentity::load(as_text(*chain), *key);
}

Result<std::string> seal(const Tools& tools, const OutgoingMail& mail, const std::string& entity,
                         const RecipientKey& key) {
  const Config& config = tools.office.config;
  const std::int64_t now = tools.office.now() / 1000;
  if (key.route == kByOpenPgp) {
    TRY_ASSIGN(const auto signature,
               crypto::sign_openpgp(config.zone_home(), config.keys.zone_fingerprint, as_bytes(entity)));
    const std::string whole = signed_openpgp(entity, signature.armour, signature.micalg);
    TRY_ASSIGN(const auto armour,
               crypto::encrypt_openpgp(as_bytes(key.material), key.fingerprint, as_bytes(whole), now));
    return sealed_openpgp(mail, armour);
  }
  TRY_ASSIGN(const auto identity, our_identity(config.keys));
  TRY_ASSIGN(const auto signed_data, identity.sign(as_bytes(entity)));
  const std::string whole = signed_smime(signed_data);
  TRY_ASSIGN(const auto cms, crypto::encrypt_cms(key.material, as_bytes(whole), crypto::MailCipher::kGcm, now));
  return sealed_smime(mail, cms);
}

Result<Next> stays(const Tools& tools, const Job& job, const std::string& why) {
  TRY_ASSIGN(const bool by_post, send_by_post_instead(tools, job.subject, why));
  TRY_DO(give_up(tools, job.subject, why, by_post));
  return Next{};
}

}  // namespace

Result<Next> mail_letter(const Tools& tools, const Job& job) {
  TRY_ASSIGN(auto opened, open_message(tools, job.subject));
  if (opened.message.state != "queued") return Next{};
  if (is_held(tools, opened)) return kWaitForLift;
  if (!tools.smtp.configured()) return stays(tools, job, "Er is geen mailserver ingesteld.");
  TRY_ASSIGN(const auto key, key_for(tools, opened, job));
  if (!key) return stays(tools, job, "De sleutel van de ontvanger geldt niet meer.");
  TRY_DO(tools.office.ledger.record(
      tools.actor, "worker", act_name(Act::kPublish),
      {opened.message.dossier.hex(), job.subject.hex(), fmt::format("route={} key={}", key->route, key->fingerprint)}));
  TRY_ASSIGN(const auto parts, mail_parts(tools, opened));
  TRY_ASSIGN(const auto mail, text_of(tools, opened, *key));
  TRY_ASSIGN(const auto entity, payload(mail, parts.attached));
  const auto wire = seal(tools, mail, entity, *key);
  if (!wire && wire.error().code == Code::kRefused)
    return stays(tools, job, "De sleutel van de ontvanger geldt niet meer.");
  if (!wire) return std::unexpected(wire.error());
  TRY_DO(tools.office.store.write(
      [&](StoreWriter& store) { return store.add_sent_mail(mail.message_id, opened.message.dossier); }));
  const auto sent = tools.smtp.send(mail, *wire);
  if (!sent && sent.error().code != Code::kRefused) return std::unexpected(sent.error());
  if (!sent) return stays(tools, job, "De mailserver weigerde de mail.");
  TRY_DO(advance(tools, job.subject, "sent", "De brief is als versleutelde mail verstuurd.", "", nullptr,
                 [&](Message&, MessageData& data) { data.mail_ids.push_back(mail.message_id); }));
  return Next{};
}

}  // namespace zp::gateway
