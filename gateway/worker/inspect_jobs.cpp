// Looking into documents: the malware scanner first, then a cell; findings and page images sealed with the dossier.
#include <algorithm>

#include "crypto/hash.h"
#include "gateway/casework/openpgp_signatures.h"
#include "gateway/process/process.h"
#include "gateway/worker/jobs.h"
#include "gateway/worker/mail_kind.h"
#include "gateway/worker/png.h"
#include "intake/judge.h"

namespace zp::gateway {
namespace {

constexpr TimeMs kCellsBackAfter = 2'000;
constexpr TimeMs kRescanAfter = 60'000;
constexpr TimeMs kRescanEvery = 300'000;

struct Opened {
  Document document;
  Dossier dossier;
  ObjectRow original;
  std::optional<DossierKeys> keys;
  DocumentDetails details;
};

Result<Opened> open_document(const Tools& tools, const Id& id) {
  Opened opened;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(opened.document, store.document(id));
    TRY_ASSIGN(opened.dossier, store.dossier(opened.document.dossier));
    TRY_ASSIGN(opened.original, store.object(opened.document.object));
    TRY_ASSIGN(opened.keys, tools.office.vault.unlock(store, opened.document.dossier));
    TRY_ASSIGN(opened.details, opened.keys->details(opened.document));
    return {};
  }));
  return opened;
}

Result<std::vector<ObjectRow>> keep_pages(const Tools& tools, const Opened& opened,
                                          const std::vector<intake::PageImage>& images) {
  std::vector<ObjectRow> rows;
  for (const intake::PageImage& image : images) {
    TRY_ASSIGN(const auto png, encode_png(image));
    const char* const role = image.masked ? "page-masked" : "page";
    const auto number = static_cast<std::uint32_t>(image.page);
    TRY_ASSIGN(auto row,
               opened.keys->put(tools.office.objects, role, png, derived_id(role, opened.document.id, number)));
    row.document = opened.document.id;
    row.page = number;
    rows.push_back(std::move(row));
  }
  return rows;
}

/// A detached OpenPGP signature that came with the document: it is named after it.
Result<std::optional<Bytes>> signature_beside(const Tools& tools, const Opened& opened) {
  constexpr std::size_t kMostSignature = std::size_t{64} << 10;
  std::optional<ObjectRow> object;
  Id beside;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto documents, store.documents(opened.document.dossier));
    for (const Document& one : documents) {
      if (one.submission != opened.document.submission) continue;
      TRY_ASSIGN(const auto details, opened.keys->details(one));
      if (details.name != opened.details.name + ".asc" && details.name != opened.details.name + ".sig") continue;
      beside = one.id;
      TRY_ASSIGN(object, store.object(one.object));
    }
    return {};
  }));
  if (!object || object->bytes > kMostSignature) return std::nullopt;
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kInspect),
                                    {opened.dossier.id.hex(), beside.hex(), "signature"}));
  TRY_ASSIGN(const auto signature, opened.keys->get(tools.office.objects, *object));
  return Bytes(signature.view().begin(), signature.view().end());
}

void tell_staff(const DocumentDetails& details, Malware before, TimeMs now, Profile& profile) {
  if (details.malware == Malware::kClean && (before == Malware::kInfected || before == Malware::kNotScannable))
    profile.history.push_back({now, "zegelpost", "De virusscanner keurde alsnog goed: " + details.name});
  if (details.malware == Malware::kInfected)
    profile.tasks.push_back("In een document zit een virus. Het wordt niet getoond: " + details.name);
  if (details.malware == Malware::kNotScannable)
    profile.tasks.push_back(
        "De virusscanner kan dit document niet controleren. Geef het vrij of vraag een ander bestand: " + details.name);
}

/// The scanner's word stands in the document; a person sees what does not pass.
Result<void> note_verdict(const Tools& tools, const Id& id, Malware verdict,
                          const std::function<Result<void>(StoreWriter&, DocumentDetails&, Document&)>& more) {
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto document, store.document(id));
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, document.dossier));
    TRY_ASSIGN(auto details, open.keys.details(document));
    const Malware before = details.malware;
    if (before != Malware::kReleased) details.malware = verdict;
    document.state = details.may_be_used() ? "inspected" : "quarantined";
    TRY_DO(more(store, details, document));
    open.keys.seal(details, document);
    TRY_DO(store.update_document(document));
    if (details.malware != before) tell_staff(details, before, tools.office.now(), open.profile);
    TRY_DO(save_dossier(store, open, tools.office.now()));
    TRY_ASSIGN(const auto documents, store.documents(document.dossier));
    const bool more_to_come =
        std::ranges::any_of(documents, [&](const Document& one) { return one.state == "filed" && one.id != id; });
    if (more_to_come) return {};
    return store.add_job(new_job("evaluate", document.dossier, tools.office.now()), false);
  });
}

}  // namespace

Result<Next> inspect_document(const Tools& tools, const Job& job) {
  TRY_ASSIGN(const auto opened, open_document(tools, job.subject));
  if (opened.document.state != "filed") return Next{};
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kInspect),
                                    {opened.dossier.id.hex(), opened.document.id.hex(), {}}));
  TRY_ASSIGN(const auto bytes, opened.keys->get(tools.office.objects, opened.original));
  const Malware verdict = tools.clamd.scan(bytes.view());
  intake::InspectionRequest request;
  request.declared_kind = opened.details.slot;
  request.trust_anchors_pem = tools.trust_anchors_pem;
  request.as_of = local_date(opened.document.received);
  request.want_pages = request.want_masked = true;
  auto inspected = tools.inspector.inspect(bytes.view(), request);
  // No cell to be had says nothing about the document: no try is counted.
  if (!inspected && inspected.error().code == Code::kUnavailable) return Next{kCellsBackAfter};
  TRY_ASSIGN(auto inspection, std::move(inspected));
  // A machine that gives a cell no time says nothing about the document; after some tries a person looks.
  if (job.attempts < kSlowTries &&
      std::ranges::find(inspection.findings.hazards, "not-inspected") != inspection.findings.hazards.end())
    return fail(Code::kTimeout, "inspect document", job.subject.hex());
  inspection.findings.sha256 = to_hex(crypto::sha256(bytes.view()));
  inspection.findings.size = bytes.size();
  check_openpgp(tools.sender_keys, bytes.view(), inspection.findings);
  TRY_ASSIGN(const auto beside, signature_beside(tools, opened));
  if (beside) add_detached_openpgp(tools.sender_keys, *beside, bytes.view(), inspection.findings);
  intake::judge(inspection.findings, request.as_of);
  TRY_ASSIGN(const auto pages, keep_pages(tools, opened, inspection.images));
  TRY_DO(note_verdict(tools, job.subject, verdict,
                      [&](StoreWriter& store, DocumentDetails& details, Document&) -> Result<void> {
                        details.sha256 = inspection.findings.sha256;  // ours, whatever the door said
                        details.findings = inspection.findings;
                        for (const ObjectRow& row : pages) TRY_DO(store.add_object(row));
                        if (verdict != Malware::kScannerDown || !tools.clamd.configured()) return {};
                        return store.add_job(new_job("rescan", job.subject, tools.office.now() + kRescanAfter));
                      }));
  return Next{};
}

Result<Next> rescan_document(const Tools& tools, const Job& job) {
  TRY_ASSIGN(const auto opened, open_document(tools, job.subject));
  if (opened.document.state != "quarantined" || !tools.clamd.configured()) return Next{};
  TRY_DO(tools.office.ledger.record(tools.actor, "worker", act_name(Act::kInspect),
                                    {opened.dossier.id.hex(), opened.document.id.hex(), "rescan"}));
  TRY_ASSIGN(const auto bytes, opened.keys->get(tools.office.objects, opened.original));
  const Malware verdict = tools.clamd.scan(bytes.view());
  if (verdict == Malware::kScannerDown) return Next{kRescanEvery};
  TRY_DO(note_verdict(tools, job.subject, verdict,
                      [](StoreWriter&, DocumentDetails&, Document&) -> Result<void> { return {}; }));
  return Next{};
}

namespace {

/// Everything that was read in the documents, for a guess at what is asked.
Result<std::string> text_of(const Tools& tools, const Id& dossier, bool& unknown_kind) {
  std::string text;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, dossier));
    unknown_kind = open.dossier.kind == "onbekend" && open.dossier.state == DossierState::kChecking;
    if (!unknown_kind) return {};
    text = open.profile.mail_text;
    TRY_ASSIGN(const auto documents, store.documents(dossier));
    for (const Document& document : documents) {
      TRY_ASSIGN(const auto details, open.keys.details(document));
      if (!details.findings) continue;
      for (const intake::PageFindings& page : details.findings->pages) text += "\n" + page.text;
    }
    return {};
  }));
  return text;
}

}  // namespace

Result<Next> evaluate_dossier(const Tools& tools, const Job& job) {
  bool unknown_kind = false;
  TRY_ASSIGN(const auto text, text_of(tools, job.subject, unknown_kind));
  const auto guesses = guess_kinds(tools.office.rules, unknown_kind ? text : "");
  Result<void> judged;
  if (guesses.front() != "onbekend") {
    judged = tools.casework.classify(tools.actor, job.subject, guesses.front(), {guesses.begin() + 1, guesses.end()});
  } else if (const auto evaluated = tools.casework.evaluate(tools.actor, job.subject); !evaluated) {
    judged = std::unexpected(evaluated.error());
  }
  // Restricted (AVG art. 18): judged when that is lifted.
  if (!judged && judged.error().code != Code::kRefused) return std::unexpected(judged.error());
  return Next{};
}

}  // namespace zp::gateway
