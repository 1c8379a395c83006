#include "gateway/public/uploads.h"

#include <unistd.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/object.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "intake/submission.h"
#include "intake/text.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr auto kTurnPatience = std::chrono::seconds(5);

Result<void> check_open(const Draft& draft) {
  if (draft.phase != DraftPhase::kOpen)
    return fail(Code::kRefused, "change draft: it is sent", draft.id.hex());
  return {};
}

/// A slot is the name of a rule's document: letters, digits, dashes.
std::string clean_slot(const std::string& untrusted) {
  const bool right = untrusted.size() <= 64 && std::ranges::all_of(untrusted, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                     });
  return right ? untrusted : std::string();
}

}  // namespace

class Uploads::Turn {
 public:
  Turn(Uploads& uploads, const Id& object, const std::function<void()>& interrupt)
      : uploads_(uploads), object_(object) {
    std::unique_lock lock(uploads_.mutex_);
    granted_ = uploads_.wait_free(lock, object);
    if (granted_) uploads_.writing_[object] = interrupt;
  }
  ~Turn() {
    if (!granted_) return;
    const std::lock_guard lock(uploads_.mutex_);
    uploads_.writing_.erase(object_);
    uploads_.changed_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool granted() const noexcept { return granted_; }

 private:
  Uploads& uploads_;
  const Id object_;
  bool granted_ = false;
};

/// Reads a source to its end into parts. Parts are on stable storage before next_part() returns.
class Uploads::Receiver {
 public:
  Receiver(const Uploads& uploads, const Draft& draft, const DraftFile& file, const BodySource& source,
           const Checksum* checksum)
      : uploads_(uploads),
        draft_(draft),
        object_(file.object),
        source_(source),
        checksum_(checksum),
        buffer_(kBufferBytes),
        next_(file.parts.size()),
        room_(room_of(file)),
        whole_(file.parts.empty()) {}

  /// Bytes in the part that was made; nothing if no byte came. What the source failed with is kept for
  /// failure().
  Result<std::optional<std::uint64_t>> next_part(bool even_if_empty) {
    const auto path = uploads_.drafts_.part_path(draft_.id, object_, next_);
    ::unlink(path.c_str());  // left by a crash: it was never noted
    TRY_ASSIGN(auto file, FileWriter::create(path));
    crypto::ObjectWriter writer(draft_.data_key, {draft_.id, object_, static_cast<std::uint32_t>(next_)},
                                file.sink());
    std::uint64_t bytes = 0;
    while (bytes < kPartBytes && !ended_) {
      const auto wanted = std::min<std::uint64_t>(kBufferBytes, kPartBytes - bytes);
      const auto got = source_({buffer_.data(), static_cast<std::size_t>(wanted)});
      if (!got) failure_ = got.error();
      ended_ = !got || *got == 0;
      if (ended_) break;
      if (*got > room_) return fail(Code::kTooLarge, "receive file", draft_.id.hex());
      const ByteView chunk = ByteView(buffer_).first(*got);
      if (whole_) sha256_.append(chunk);
      if (checksum_) checksum_->append(chunk);
      TRY_DO(writer.append(chunk));
      bytes += *got;
      room_ -= *got;
    }
    if (bytes == 0 && !even_if_empty) return std::nullopt;  // the writer's destructor removes the file
    TRY_DO(writer.finish());
    TRY_DO(file.close_synced());
    TRY_DO(sync_folder(uploads_.drafts_.item_folder(draft_.id)));
    ++next_;
    return bytes;
  }

  bool ended() const noexcept { return ended_; }
  const std::optional<Error>& failure() const noexcept { return failure_; }
  /// Of the whole file; empty if this request did not bring all of it.
  std::string sha256() {
    if (!whole_) return {};
    whole_ = false;
    return to_hex(sha256_.finish());
  }

 private:
  std::uint64_t room_of(const DraftFile& file) const {
    if (file.length != kUnknownLength) return file.length - file.offset();
    const auto total = draft_.total_bytes();
    const auto& limits = uploads_.limits_;
    return std::min(limits.max_file_bytes - file.offset(),
                    limits.max_total_bytes - std::min(total, limits.max_total_bytes));
  }

  const Uploads& uploads_;
  const Draft& draft_;
  const Id object_;
  const BodySource& source_;
  const Checksum* checksum_;
  Bytes buffer_;
  std::size_t next_;
  std::uint64_t room_;
  bool whole_;
  crypto::Sha256 sha256_;
  bool ended_ = false;
  std::optional<Error> failure_;
};

Uploads::Uploads(const DraftStore& drafts, const Tray& tray, UploadLimits limits,
                 std::function<void(const DraftSecret&, const Id&)> completed)
    : drafts_(drafts), tray_(tray), limits_(limits), completed_(std::move(completed)) {}

bool Uploads::wait_free(std::unique_lock<std::mutex>& lock, const Id& object) {
  const auto writing = writing_.find(object);
  if (writing == writing_.end()) return true;
  if (writing->second) writing->second();
  return changed_.wait_for(lock, kTurnPatience, [&] { return !writing_.contains(object); });
}

Result<DraftFile> Uploads::create(const DraftSecret& secret, const NewUpload& upload) {
  if (upload.length != kUnknownLength && upload.length > limits_.max_file_bytes)
    return fail(Code::kTooLarge, "create upload: file");
  TRY_DO(tray_.check_space());
  DraftFile file{.object = Id::random(),
                 .name = intake::clean_file_name(upload.name),
                 .slot = clean_slot(upload.slot),
                 .declared_type = intake::clean_text(upload.type, 200),
                 .length = upload.length};
  TRY_DO(drafts_.update(secret, [&](Draft& draft) -> Result<void> {
    TRY_DO(check_open(draft));
    if (draft.files.size() >= limits_.max_files) return fail(Code::kRefused, "create upload: too many files");
    const auto total = draft.total_bytes();
    const auto more = upload.length == kUnknownLength ? 1 : upload.length;
    if (total > limits_.max_total_bytes || more > limits_.max_total_bytes - total)
      return fail(Code::kTooLarge, "create upload: submission");
    draft.files.push_back(file);
    return {};
  }));
  if (upload.length != 0) return file;
  return append(secret, file.object, 0, [](auto) { return Result<std::size_t>(0); }, {});
}

Result<DraftFile> Uploads::look(const DraftSecret& secret, const Id& object) {
  {
    std::unique_lock lock(mutex_);
    wait_free(lock, object);
  }
  TRY_ASSIGN(auto draft, drafts_.read(secret));
  const auto* file = draft.find(object);
  if (!file) return fail(Code::kNotFound, "look at upload", object.hex());
  return *file;
}

Result<DraftFile> Uploads::append(const DraftSecret& secret, const Id& object, std::uint64_t offset,
                                  const BodySource& source, const std::function<void()>& interrupt,
                                  const Checksum* checksum) {
  const Turn turn(*this, object, interrupt);
  if (!turn.granted()) return fail(Code::kConflict, "append to upload: it is being written", object.hex());
  TRY_ASSIGN(auto draft, drafts_.read(secret));
  TRY_DO(check_open(draft));
  const auto* found = draft.find(object);
  if (!found) return fail(Code::kNotFound, "append to upload", object.hex());
  DraftFile file = *found;
  if (file.offset() != offset || file.complete())
    return fail(Code::kConflict, "append to upload: other offset", object.hex());
  TRY_DO(tray_.check_space());

  Receiver receiver(*this, draft, file, source, checksum);
  std::vector<std::uint64_t> unverified;  // parts that wait for the checksum
  std::uint64_t received = offset;
  do {
    TRY_ASSIGN(const auto bytes, receiver.next_part(file.length == 0));
    if (bytes) {
      received += *bytes;
      unverified.push_back(*bytes);
    }
    if (checksum && receiver.ended() && (receiver.failure() || !checksum->matches()))
      return fail(Code::kTampered, "append to upload: checksum differs", object.hex());
    if (unverified.empty() || (checksum && !receiver.ended())) continue;
    std::string sha256;
    if (received == file.length) sha256 = receiver.sha256();
    if (received == file.length && sha256.empty()) {
      DraftFile whole = file;
      whole.parts.insert(whole.parts.end(), unverified.begin(), unverified.end());
      TRY_ASSIGN(sha256, hash(draft, whole));
    }
    TRY_ASSIGN(file, keep(secret, object, unverified, sha256));
    unverified.clear();
  } while (!receiver.ended() && !file.complete());
  if (file.complete()) completed_(secret, object);
  if (receiver.failure()) return std::unexpected(*receiver.failure());
  return file;
}

Result<DraftFile> Uploads::keep(const DraftSecret& secret, const Id& object,
                                const std::vector<std::uint64_t>& parts, const std::string& sha256) const {
  DraftFile kept;
  TRY_DO(drafts_.update(secret, [&](Draft& draft) -> Result<void> {
    TRY_DO(check_open(draft));
    auto* file = draft.find(object);
    if (!file) return fail(Code::kNotFound, "keep upload: it was removed", object.hex());
    file->parts.insert(file->parts.end(), parts.begin(), parts.end());
    file->sha256 = sha256;
    if (!sha256.empty()) file->received_ms = now_ms();
    kept = *file;
    return {};
  }));
  return kept;
}

Result<DraftFile> Uploads::finish(const DraftSecret& secret, const Id& object) {
  TRY_ASSIGN(auto draft, drafts_.read(secret));
  const auto* file = draft.find(object);
  if (!file) return fail(Code::kNotFound, "finish upload", object.hex());
  TRY_ASSIGN(const auto sha256, hash(draft, *file));
  TRY_DO(drafts_.update(secret, [&](Draft& newest) -> Result<void> {
    auto* kept = newest.find(object);
    if (!kept) return fail(Code::kNotFound, "finish upload", object.hex());
    kept->length = kept->offset();
    return {};
  }));
  TRY_ASSIGN(const auto kept, keep(secret, object, {}, sha256));
  completed_(secret, object);
  return kept;
}

Result<void> Uploads::remove(const DraftSecret& secret, const Id& object) {
  const Turn turn(*this, object, {});
  if (!turn.granted()) return fail(Code::kConflict, "remove upload: it is being written", object.hex());
  std::size_t parts = 0;
  TRY_ASSIGN(const auto draft, drafts_.update(secret, [&](Draft& newest) -> Result<void> {
    TRY_DO(check_open(newest));
    const auto* file = newest.find(object);
    if (!file) return fail(Code::kNotFound, "remove upload", object.hex());
    parts = file->parts.size();
    std::erase_if(newest.files, [&](const DraftFile& one) { return one.object == object; });
    return {};
  }));
  for (std::size_t i = 0; i <= parts; ++i) ::unlink(drafts_.part_path(draft.id, object, i).c_str());
  return {};
}

Result<std::string> Uploads::hash(const Draft& draft, const DraftFile& file) const {
  crypto::Sha256 sha256;
  for (std::size_t i = 0; i < file.parts.size(); ++i) {
    TRY_ASSIGN(auto in, FileReader::open(drafts_.part_path(draft.id, file.object, i)));
    TRY_ASSIGN(auto reader,
               crypto::ObjectReader::open(
                   draft.data_key, {draft.id, file.object, static_cast<std::uint32_t>(i)}, in.source()));
    for (;;) {
      TRY_ASSIGN(const auto chunk, reader.next());
      if (chunk.empty()) break;
      sha256.append(chunk);
    }
  }
  return to_hex(sha256.finish());
}

Result<SecretBytes> Uploads::read(const Draft& draft, const DraftFile& file, std::uint64_t limit) const {
  if (file.offset() > limit) return fail(Code::kTooLarge, "read upload", file.object.hex());
  SecretBytes whole(static_cast<std::size_t>(file.offset()));
  std::size_t filled = 0;
  for (std::size_t i = 0; i < file.parts.size(); ++i) {
    TRY_ASSIGN(auto in, FileReader::open(drafts_.part_path(draft.id, file.object, i)));
    TRY_ASSIGN(auto reader,
               crypto::ObjectReader::open(
                   draft.data_key, {draft.id, file.object, static_cast<std::uint32_t>(i)}, in.source()));
    for (;;) {
      TRY_ASSIGN(const auto chunk, reader.next());
      if (chunk.empty()) break;
      if (chunk.size() > whole.size() - filled)
        return fail(Code::kTampered, "read upload", file.object.hex());
      std::ranges::copy(chunk, whole.mutable_view().begin() + static_cast<std::ptrdiff_t>(filled));
      filled += chunk.size();
    }
  }
  if (filled != whole.size()) return fail(Code::kTampered, "read upload", file.object.hex());
  return whole;
}

}  // namespace zp::gateway
