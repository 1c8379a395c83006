// Handing over: a person decides, and a job writes the package.
#include <fmt/format.h>

#include "gateway/casework/hand_over.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

Result<void> check_documents(StoreReader& store, const OpenDossier& open, const HandOver& hand_over) {
  TRY_ASSIGN(const auto documents, store.documents(open.dossier.id));
  for (const Document& document : documents)
    if (document.state == "filed")
      return fail(Code::kRefused, "hand over",
                  "De controle van een document loopt nog. Wacht tot die klaar is en draag dan over.");
  TRY_ASSIGN(const auto packed, documents_to_pack(store, open, hand_over));
  if (packed.empty())
    return fail(Code::kRefused, "hand over",
                "Er is geen document dat de virusscanner goedkeurde: er is niets om over te dragen.");
  return {};
}

}  // namespace

Result<void> Casework::hand_over(const Actor& actor, const Id& dossier) {
  const HandOver one{Id::random(), office_.now(), actor.name};
  return change(actor, Act::kHandOver, dossier, one.id, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    const std::string why = why_no_hand_over(office_.config, office_.rules.find(open.dossier.kind), open.dossier);
    if (!why.empty()) return fail(Code::kRefused, "hand over", why);
    TRY_DO(check_documents(store, open, one));
    open.profile.hand_overs.push_back(one);
    open.profile.history.push_back(
        {one.asked, actor.name, "Heeft het dossier overgedragen. Het pakket wordt nu gemaakt."});
    return store.add_job(new_job(kHandOverJob, dossier, office_.now()), false);
  });
}

namespace {

Result<Job> find_failed(Store& store, const Id& dossier) {
  std::optional<Job> job;
  TRY_DO(store.read([&](StoreReader& reader) -> Result<void> {
    TRY_ASSIGN(job, failed_hand_over(reader, dossier));
    return {};
  }));
  if (!job)
    return fail(Code::kRefused, "find failed hand-over",
                "Het pakket is klaar of wordt nu gemaakt. Dit kan alleen als het maken is mislukt.");
  return *job;
}

}  // namespace

Result<void> Casework::retry_hand_over(const Actor& actor, const Id& dossier) {
  TRY_ASSIGN(const Job job, find_failed(office_.store, dossier));
  return revive_job(actor, job.id);
}

Result<void> Casework::take_back_hand_over(const Actor& actor, const Id& dossier) {
  TRY_ASSIGN(const Job job, find_failed(office_.store, dossier));
  TRY_DO(change(actor, Act::kTakeBack, dossier, {}, {}, [&](StoreWriter& store, OpenDossier& open) -> Result<void> {
    TRY_ASSIGN(const auto still, failed_hand_over(store, dossier));
    auto& all = open.profile.hand_overs;
    if (!still || all.empty() || all.back().written) return fail(Code::kConflict, "take back hand-over", dossier.hex());
    open.profile.history.push_back(
        {office_.now(), actor.name,
         fmt::format("Heeft de overdracht teruggenomen: het pakket {} kon niet worden gemaakt.",
                     package_name(all.back()))});
    all.pop_back();
    return {};
  }));
  return office_.store.revive_job(job.id, office_.now());  // finds nothing to write, and is done
}

}  // namespace zp::gateway
