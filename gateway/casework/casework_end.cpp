// The end of a dossier: closing, retention, erasing.
#include <fmt/format.h>

#include <algorithm>

#include "crypto/base/text.h"
#include "gateway/casework/casework.h"
#include "gateway/casework/rights.h"
#include "gateway/casework/terms.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

Result<std::string> days_later(const std::string& date, int days) {
  TRY_ASSIGN(const auto day, intake::parse_date(date));
  return intake::format_date(std::chrono::sys_days(day) + std::chrono::days(days));
}

/// Under which the letters and receipts of a dossier lie on the shelf. After a try that was cut short the keys may be gone; then so
/// are these.
Result<std::vector<Id>> genuine_ids(const Vault& vault, StoreReader& store, const Dossier& dossier) {
  std::vector<Id> ids;
  const auto keys = vault.unlock(store, dossier.id);
  if (!keys) return ids;
  TRY_ASSIGN(const auto letters, store.letters(dossier.id));
  for (const Letter& letter : letters) {
    TRY_ASSIGN(const auto data, keys->letter(letter));
    if (data.genuine_code.empty()) continue;
    ids.push_back(genuine_id(dossier.reference, crypto::normalise_access_code(data.genuine_code)));
    if (const auto hash = from_hex(data.sha256); hash && !hash->empty()) ids.push_back(genuine_id_of_file(*hash));
  }
  TRY_ASSIGN(const auto profile, keys->profile(dossier));
  TRY_ASSIGN(const auto submissions, store.submissions(dossier.id));
  for (const Delivery& delivery : profile.deliveries) {
    const auto submission = std::ranges::find(submissions, delivery.submission, &Submission::id);
    if (delivery.genuine_code.empty() || submission == submissions.end()) continue;
    ids.push_back(genuine_id(submission->reference, crypto::normalise_access_code(delivery.genuine_code)));
    for (const std::string& hex : delivery.receipt_hashes)
      if (const auto hash = from_hex(hex)) ids.push_back(genuine_id_of_file(*hash));
  }
  return ids;
}

}  // namespace

Result<void> Casework::close(const Actor& actor, const Id& dossier) {
  return change(actor, Act::kClose, dossier, {}, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    const intake::RequestRule* const rule = office_.rules.find(open.dossier.kind);
    if (!rule)
      return fail(Code::kRefused, "close dossier",
                  "Deel het dossier eerst in: daarvan hangt af hoelang het wordt bewaard.");
    if (!open.profile.hand_overs.empty() && !open.profile.hand_overs.back().written)
      return fail(Code::kRefused, "close dossier",
                  "Het pakket voor het zaaksysteem is nog niet klaar. Wacht daarop, of neem de overdracht terug.");
    // `open` is closed already here, and what is closed counts as decided on.
    TRY_ASSIGN(const Dossier before, store.dossier(dossier));
    const Kinds undecided = unsettled(rights_of(office_.rules, before, open.profile));
    if (!undecided.empty())
      return fail(Code::kRefused, "close dossier",
                  "Hierover is nog niet beslist: " + titles_of(office_.rules, undecided) +
                      ". Verstuur het besluit, of leg bij Ingeroepen rechten vast dat de verzoeker het niet meer "
                      "vraagt. Is het geen AVG-verzoek? Deel het dan anders in.");
    const int days = rule->retention_days;
    // Kept to the end of that day. What need not be kept at all is past its term at once.
    TRY_ASSIGN(open.dossier.retain_until, days_later(local_date(office_.now()), days > 0 ? days : -1));
    end_terms(open);
    open.profile.history.push_back({office_.now(), actor.name,
                                    days > 0 ? "Gesloten. Te bewaren tot en met " + open.dossier.retain_until + "."
                                             : "Gesloten. Hoeft niet te worden bewaard."});
    return {};
  });
}

Result<std::size_t> Casework::propose_erasures(const Actor& actor) {
  std::vector<Id> past;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto dossiers, store.past_retention(local_date(office_.now())));
    for (const Dossier& dossier : dossiers)
      if (dossier.state == DossierState::kClosed && !dossier.restricted) past.push_back(dossier.id);
    return {};
  }));
  for (const Id& dossier : past) {
    TRY_DO(change(actor, Act::kProposeErasure, dossier, {}, {}, [&](StoreWriter&, OpenDossier& open) -> Result<void> {
      open.profile.history.push_back(
          {office_.now(), "zegelpost", "De bewaartermijn is voorbij: vernietiging voorgesteld."});
      return {};
    }));
  }
  return past.size();
}

Result<void> Casework::keep(const Actor& actor, const Id& dossier, const std::string& until,
                            const std::string& reason) {
  if (!intake::parse_date(until) || until <= local_date(office_.now()))
    return fail(Code::kRefused, "keep dossier", "Kies een dag na vandaag.");
  if (reason.empty()) return fail(Code::kRefused, "keep dossier", "Schrijf op waarom het langer bewaard moet blijven.");
  return change(actor, Act::kKeep, dossier, {}, "until=" + until, [&](StoreWriter&, OpenDossier& open) -> Result<void> {
    open.dossier.retain_until = until;
    open.profile.history.push_back(
        {office_.now(), actor.name, fmt::format("Langer bewaren, tot en met {}: {}", until, reason)});
    return {};
  });
}

// Not by way of change(): after shredding there is no profile left to seal.
Result<void> Casework::erase(const Actor& actor, const Id& dossier) {
  Dossier row;
  std::vector<Message> messages;
  std::vector<Submission> submissions;
  std::vector<Id> genuine;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(row, store.dossier(dossier));
    TRY_ASSIGN(messages, store.messages(dossier));
    TRY_ASSIGN(submissions, store.submissions(dossier));
    TRY_ASSIGN(genuine, genuine_ids(office_.vault, store, row));
    return {};
  }));
  if (!possible(Act::kErase, row.state) || row.restricted)
    return fail(Code::kRefused, "erase dossier",
                row.restricted ? "De verwerking is beperkt (AVG art. 18): dan mag het dossier niet weg."
                               : "Een dossier kan pas weg als de bewaartermijn voorbij is.");
  TRY_DO(look(actor, Act::kErase, dossier));
  // First what lies outside the key table: if a later step fails, the person confirms again.
  for (const Message& message : messages) TRY_DO(office_.shelf.remove_message(message.shelf));
  for (const Id& letter : genuine) TRY_DO(office_.shelf.remove_letter(letter));
  for (const Submission& submission : submissions) TRY_DO(office_.shelf.remove_submission(submission.id));
  auto done = office_.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(const auto now_stored, store.dossier(dossier));
    if (now_stored.version != row.version) return fail(Code::kConflict, "erase dossier", dossier.hex());
    TRY_ASSIGN(const auto documents, store.documents(dossier));
    Tombstone tombstone{dossier,       row.reference, row.kind,
                        office_.now(), actor.user,    static_cast<std::uint32_t>(documents.size())};
    TRY_ASSIGN(const auto objects, store.shred(tombstone));
    // A job for each object, in the same transaction: a crash now leaves work to do, not forgotten files.
    for (const ObjectRow& object : objects)
      TRY_DO(store.add_job(
          new_job("remove-object", object.id, office_.now(), fmt::format(R"({{"parts":{}}})", object.keys.size()))));
    return {};
  });
  if (!done)
    TRY_DO(office_.ledger.record(actor, role_for(actor, Act::kErase).value_or(""), act_name(Act::kErase),
                                 {dossier.hex(), {}, {}}, "failed"));
  return done;
}

Result<void> Casework::revive_job(const Actor& actor, const Id& job) {
  TRY_DO(enter(actor, Act::kReviveJob, {{}, job.hex(), {}}));
  return office_.store.revive_job(job, office_.now());
}

}  // namespace zp::gateway
