// gateway/casework/hand_over.h - handing a complete request over to the authority's case system.
//
// Which kinds are handed over stands in their rules (hand_over: true), where to in the configuration (handover.*). Staff
// decide; a job of the worker writes one package, a ZIP with the originals and a signed overdracht.json, encrypted to the
// case system's key. Its name comes from the hand-over's id alone: however often it is written, it is the same one.
// Threads: free functions.
#ifndef GATEWAY_CASEWORK_HAND_OVER_H_
#define GATEWAY_CASEWORK_HAND_OVER_H_

#include "gateway/casework/received_mail.h"

namespace zp::gateway {

inline constexpr const char* kHandOverJob = "hand-over";

/// Why a request of this kind can't be handed over here, in Dutch; empty: it can, once it is complete.
std::string why_no_hand_over(const Config& config, const intake::RequestRule* rule, const Dossier& dossier);

/// "overdracht-ID.zip.asc"
std::string package_name(const HandOver& hand_over);

/// The job that gave up writing the package of this dossier.
Result<std::optional<Job>> failed_hand_over(StoreReader& store, const Id& dossier);

/// A document as the package has it.
struct PackedDocument {
  Document row;
  DocumentDetails details;
  std::string file;  // its name in the package, without anything that the sender typed
};
/// The usable documents that were there when staff handed over, in order of receipt.
Result<std::vector<PackedDocument>> documents_to_pack(StoreReader& store, const OpenDossier& open,
                                                      const HandOver& hand_over);

/// A mail as the package has it: what was read in it stands in overdracht.json.
struct PackedMail {
  FiledMail filed;
  ReceivedMail mail;
  std::string file;  // empty: stays behind, for a document that came in it may not be used
};
/// The mails that were there when staff handed over, in order of receipt.
Result<std::vector<PackedMail>> mails_to_pack(ObjectStore& objects, StoreReader& store, const OpenDossier& open,
                                              const HandOver& hand_over);

/// Who decided what, by the ledger: logins.
struct Confirmations {
  std::string complete;                   // who said that all is there; empty: the program found it so
  std::map<std::string, std::string> of;  // document id -> who corrected a finding of it, or released it
};
Result<Confirmations> confirmations_of(const Office& office, const Id& dossier);

/// overdracht.json: docs/operators/handover.md says what stands in it.
std::string package_manifest(const OpenDossier& open, const HandOver& hand_over,
                             const std::vector<PackedDocument>& documents, const std::vector<PackedMail>& mails,
                             const Confirmations& confirmed);

}  // namespace zp::gateway

#endif  // GATEWAY_CASEWORK_HAND_OVER_H_
