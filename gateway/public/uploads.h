// gateway/public/uploads.h - files of a draft, received in pieces and sealed as they come.
//
// A request's bytes go into parts of at most kPartBytes, each a finished object, synced and noted in the
// draft before the next begins. So what a cut connection or a killed process loses is less than one part, and
// the offset told afterwards is right. A file is hashed as it comes; between requests the state of the hash
// lies in the draft. Threads: all members may be called from any thread; one file is
// written by one request at a time (a newer request for it interrupts an older one that waits for bytes).
#ifndef GATEWAY_PUBLIC_UPLOADS_H_
#define GATEWAY_PUBLIC_UPLOADS_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "crypto/hash.h"
#include "gateway/http/message.h"
#include "gateway/public/draft_store.h"
#include "gateway/store/tray.h"

namespace zp::gateway {

inline constexpr std::uint64_t kPartBytes = 8 * 1024 * 1024;

struct UploadLimits {
  std::uint64_t max_file_bytes, max_total_bytes;
  std::uint32_t max_files;
  std::uint64_t inspect_bytes;  // larger files are not looked at while the sender waits
};

struct NewUpload {
  std::string name, type, slot;  // untrusted
  std::uint64_t length = kUnknownLength;
};

/// What must hold of a request's bytes before they count (tus Upload-Checksum).
using ChecksumSink = std::function<void(ByteView)>;
using ChecksumTest = std::function<bool()>;
struct Checksum {
  ChecksumSink append;
  ChecksumTest matches;
};

class Uploads {
 public:
  /// `drafts` and `tray` are borrowed. `completed` is called after a file that is to be inspected has come whole.
  Uploads(const DraftStore& drafts, const Tray& tray, UploadLimits limits,
          std::function<void(const DraftSecret&, const Id& object)> completed);

  /// kTooLarge over the limit of a file or the draft, kRefused if there are too many files or the draft is
  /// sent, kNoSpace.
  Result<DraftFile> create(const DraftSecret& secret, const NewUpload& upload);
  /// create() and append() in one: the file is first noted with its first part. A source that fails leaves what
  /// came before, and is no failure: the rest can follow.
  Result<DraftFile> receive(const DraftSecret& secret, const NewUpload& upload, const BodySource& source,
                            const std::function<void()>& interrupt);
  /// The file as it is on stable storage; waits shortly for a request that is still writing it.
  Result<DraftFile> look(const DraftSecret& secret, const Id& object);
  /// Takes what `source` gives (0: the end), from `offset`. kConflict if that is not where the file is;
  /// kTampered if the checksum differs: nothing of this request is kept then. A source that fails leaves what
  /// came before.
  Result<DraftFile> append(const DraftSecret& secret, const Id& object, std::uint64_t offset, const BodySource& source,
                           const std::function<void()>& interrupt, const Checksum* checksum = nullptr);
  /// Ends a file of kUnknownLength: its length is what came.
  Result<DraftFile> finish(const DraftSecret& secret, const Id& object);
  Result<void> remove(const DraftSecret& secret, const Id& object);
  /// The whole file in the clear; kTooLarge over `limit`.
  Result<SecretBytes> read(const Draft& draft, const DraftFile& file, std::uint64_t limit) const;

  const UploadLimits& limits() const noexcept { return limits_; }

 private:
  class Turn;      // the right to write one file
  class Receiver;  // one request's bytes on their way into parts

  Result<DraftFile> new_file(const NewUpload& upload) const;
  /// May `file` be added to `draft`?
  Result<void> check_room(const Draft& draft, const DraftFile& file) const;
  /// `draft`: as read; in the end as kept.
  Result<DraftFile> take(const DraftSecret& secret, Draft& draft, Receiver& receiver) const;
  /// The draft as kept. `known`: DraftStore::update().
  Result<Draft> keep(const DraftSecret& secret, const DraftFile& file, bool is_new,
                     std::optional<Draft> known = {}) const;
  void complete(DraftFile& file, crypto::Sha256& hash) const;
  /// Interrupts who writes `object` and waits until it is free; false after some seconds.
  bool wait_free(std::unique_lock<std::mutex>& lock, const Id& object);

  const DraftStore& drafts_;
  const Tray& tray_;
  const UploadLimits limits_;
  const std::function<void(const DraftSecret&, const Id&)> completed_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Id, std::function<void()>> writing_;  // how to interrupt each
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_UPLOADS_H_
