// gateway/worker/filing.h - a delivery becomes rows: dossier, keys, submission, documents, objects and the jobs to do,
// in one transaction.
//
// Idempotent: filing the same submission twice changes nothing, so a crash at any moment is mended by starting again.
// What a door wrote is a stranger's word: sizes, names and kinds were bounded by SubmissionManifest::parse, and are
// judged again here.
// Threads: one taker.
#ifndef GATEWAY_WORKER_FILING_H_
#define GATEWAY_WORKER_FILING_H_

#include "gateway/worker/returned_mail.h"
#include "gateway/worker/tools.h"
#include "intake/submission.h"

namespace zp::gateway {

/// The data keys of an item, opened.
struct OpenedKeys {
  std::vector<crypto::DataKey> keys;
  std::vector<Bytes> sealed;
};

/// Where a delivery belongs, and what it adds.
struct Filing {
  intake::SubmissionManifest manifest;
  OpenedKeys keys;
  std::optional<Id> dossier;  // an existing one; none: a new one
  std::string kind;           // of a new dossier
  Profile profile;            // of a new dossier
  Delivery delivery;
  std::vector<ObjectRow> loose;      // objects that are no documents: the raw mail
  std::vector<std::string> marks;    // of a mail: what is in it again has the same; the store knows where it went
  std::string event;                 // Dutch line for the history
  std::vector<std::string> tasks;    // Dutch, for a person
  std::optional<Returned> returned;  // the mail of ours that it is a report about
};

/// What came as one file under the first key of an item: a mail, a batch of the scanner. Notes its sum in the manifest:
/// the door, which has no time to spare, leaves that to us.
Result<SecretBytes> open_raw(const Tools& tools, const std::string& folder, intake::SubmissionManifest& manifest,
                             const crypto::DataKey& key);
/// What was taken out of such a file, sealed under `key` as an object of its own; name and type are the caller's to say.
Result<intake::ReceivedFile> keep_part(const Tools& tools, const intake::SubmissionManifest& manifest,
                                       const crypto::DataKey& key, const Id& object, ByteView content);
/// An object that is no document, for Filing::loose.
ObjectRow loose_object(const intake::SubmissionManifest& manifest, const intake::ReceivedFile& file, const char* role);

/// The existing dossier that a reply or mail answers may have been erased meanwhile: then a new one is made.
Result<Id> file_delivery(const Tools& tools, const std::string& folder, Filing filing);
/// A submission of the portal.
Result<Filing> prepare_submission(const Tools& tools, intake::SubmissionManifest manifest, OpenedKeys keys);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_FILING_H_
