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

constexpr auto kTurnPatience = std::chrono::seconds(5);

Result<void> check_open(const Draft& draft) {
  if (draft.phase != DraftPhase::kOpen) return fail(Code::kRefused, "change draft: it is sent", draft.id.hex());
  return {};
}

/// A slot is the name of a rule's document: letters, digits, dashes.
std::string clean_slot(const std::string& untrusted) {
  const bool right = untrusted.size() <= 64 && std::ranges::all_of(untrusted, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                     });
  return right ? untrusted : std::string();
}

Result<crypto::Sha256> hash_so_far(const DraftFile& file) {
  return file.hashed.empty() ? crypto::Sha256() : crypto::Sha256::resume(file.hashed);
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

/// Reads a source into parts of a file. Parts are on stable storage before next_part() returns.
class Uploads::Receiver {
 public:
  static Result<Receiver> begin(const Uploads& uploads, const Draft& draft, const DraftFile& file,
                                const BodySource& source, const Checksum* checksum, bool is_new) {
    TRY_ASSIGN(auto hash, hash_so_far(file));
    return Receiver(uploads, draft, file, source, checksum, is_new, std::move(hash));
  }

  /// Adds a part to file() unless no byte came. What the source failed with is kept for failure().
  Result<void> next_part() {
    const auto number = file_.parts.size();
    const auto path = uploads_.drafts_.part_path(draft_.id, file_.object, number);
    ::unlink(path.c_str());  // left by a crash: it was never noted
    TRY_ASSIGN(auto out, FileWriter::create(path));
    crypto::ObjectWriter writer(draft_.data_key, {draft_.id, file_.object, static_cast<std::uint32_t>(number)},
                                out.sink());
    while (writer.plaintext_bytes() < kPartBytes && !ended_) {
      const ByteView chunk = fill();
      if (chunk.size() > room_) return fail(Code::kTooLarge, "receive file", draft_.id.hex());
      hash_.append(chunk);
      if (checksum_) checksum_->append(chunk);
      TRY_DO(writer.append(chunk));
      room_ -= chunk.size();
    }
    if (writer.plaintext_bytes() == 0 && file_.length != 0) return {};  // the writer's destructor removes the file
    TRY_DO(writer.finish());
    TRY_DO(out.close_synced());
    TRY_DO(sync_folder(uploads_.drafts_.item_folder(draft_.id)));
    file_.parts.push_back(writer.plaintext_bytes());
    return {};
  }

  /// Says in file() what its parts are to the whole.
  void sum_up() {
    if (file_.offset() == file_.length)
      uploads_.complete(file_, hash_);
    else
      file_.hashed = hash_.state();
  }

  const DraftFile& file() const noexcept { return file_; }
  bool is_new() const noexcept { return is_new_; }
  bool ended() const noexcept { return ended_; }
  const std::optional<Error>& failure() const noexcept { return failure_; }
  /// Nothing of this request counts if this is false.
  bool as_promised() const { return !checksum_ || (!failure_ && checksum_->matches()); }
  bool must_match() const noexcept { return checksum_ != nullptr; }

 private:
  Receiver(const Uploads& uploads, const Draft& draft, const DraftFile& file, const BodySource& source,
           const Checksum* checksum, bool is_new, crypto::Sha256 hash)
      : uploads_(uploads),
        draft_(draft),
        file_(file),
        source_(source),
        checksum_(checksum),
        is_new_(is_new),
        buffer_(crypto::kChunkBytes),
        room_(room_of(file)),
        hash_(std::move(hash)) {}

  /// As much as makes one chunk, unless the source ends.
  ByteView fill() {
    std::size_t filled = 0;
    while (filled < buffer_.size() && !ended_) {
      const auto got = source_(std::span(buffer_).subspan(filled));
      if (!got) failure_ = got.error();
      ended_ = !got || *got == 0;
      if (!ended_) filled += *got;
    }
    return ByteView(buffer_).first(filled);
  }

  std::uint64_t room_of(const DraftFile& file) const {
    if (file.length != kUnknownLength) return file.length - file.offset();
    const auto total = draft_.total_bytes();
    const auto& limits = uploads_.limits_;
    return std::min(limits.max_file_bytes - file.offset(),
                    limits.max_total_bytes - std::min(total, limits.max_total_bytes));
  }

  const Uploads& uploads_;
  const Draft& draft_;
  DraftFile file_;
  const BodySource& source_;
  const Checksum* checksum_;
  bool is_new_;
  Bytes buffer_;
  std::uint64_t room_;
  crypto::Sha256 hash_;
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

Result<DraftFile> Uploads::new_file(const NewUpload& upload) const {
  if (upload.length != kUnknownLength && upload.length > limits_.max_file_bytes)
    return fail(Code::kTooLarge, "create upload: file");
  TRY_DO(tray_.check_space());
  return DraftFile{.object = Id::random(),
                   .name = intake::clean_file_name(upload.name),
                   .slot = clean_slot(upload.slot),
                   .declared_type = intake::clean_text(upload.type, 200),
                   .length = upload.length};
}

Result<void> Uploads::check_room(const Draft& draft, const DraftFile& file) const {
  TRY_DO(check_open(draft));
  if (draft.files.size() >= limits_.max_files) return fail(Code::kRefused, "create upload: too many files");
  const auto total = draft.total_bytes();
  const auto more = file.length == kUnknownLength ? 1 : file.length;
  if (total > limits_.max_total_bytes || more > limits_.max_total_bytes - total)
    return fail(Code::kTooLarge, "create upload: submission");
  return {};
}

Result<DraftFile> Uploads::create(const DraftSecret& secret, const NewUpload& upload) {
  if (upload.length == 0) return receive(secret, upload, [](auto) { return Result<std::size_t>(0); }, {});
  TRY_ASSIGN(auto file, new_file(upload));
  TRY_DO(keep(secret, file, true));
  return file;
}

Result<DraftFile> Uploads::receive(const DraftSecret& secret, const NewUpload& upload, const BodySource& source,
                                   const std::function<void()>& interrupt) {
  TRY_ASSIGN(const auto file, new_file(upload));
  TRY_ASSIGN(auto draft, drafts_.read(secret));
  TRY_DO(check_room(draft, file));
  const Turn turn(*this, file.object, interrupt);
  TRY_ASSIGN(auto receiver, Receiver::begin(*this, draft, file, source, nullptr, true));
  return take(secret, draft, receiver);
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

  TRY_ASSIGN(auto receiver, Receiver::begin(*this, draft, file, source, checksum, false));
  TRY_ASSIGN(auto kept, take(secret, draft, receiver));
  if (receiver.failure()) return std::unexpected(*receiver.failure());
  return kept;
}

Result<DraftFile> Uploads::take(const DraftSecret& secret, Draft& draft, Receiver& receiver) const {
  DraftFile kept = receiver.file();
  bool noted = !receiver.is_new();
  do {
    TRY_DO(receiver.next_part());
    if (receiver.must_match() && !receiver.ended()) continue;  // all parts wait for the checksum
    if (!receiver.as_promised()) return fail(Code::kTampered, "append to upload: checksum differs", kept.object.hex());
    if (noted && receiver.file().parts.size() == kept.parts.size()) continue;
    receiver.sum_up();
    kept = receiver.file();
    TRY_ASSIGN(draft, keep(secret, kept, !noted, std::move(draft)));
    noted = true;
  } while (!receiver.ended() && !receiver.file().complete());
  if (kept.complete() && !kept.inspected) completed_(secret, kept.object);
  return kept;
}

Result<Draft> Uploads::keep(const DraftSecret& secret, const DraftFile& file, bool is_new,
                            std::optional<Draft> known) const {
  const auto change = [&](Draft& draft) -> Result<void> {
    if (is_new) {
      TRY_DO(check_room(draft, file));
      draft.files.push_back(file);
      return {};
    }
    TRY_DO(check_open(draft));
    auto* noted = draft.find(file.object);
    if (!noted) return fail(Code::kNotFound, "keep upload: it was removed", file.object.hex());
    *noted = file;
    return {};
  };
  return drafts_.update(secret, change, std::move(known));
}

void Uploads::complete(DraftFile& file, crypto::Sha256& hash) const {
  file.length = file.offset();
  file.sha256 = to_hex(hash.finish());
  file.hashed.clear();
  file.received_ms = now_ms();
  file.inspected = file.length > limits_.inspect_bytes;
}

Result<DraftFile> Uploads::finish(const DraftSecret& secret, const Id& object) {
  TRY_ASSIGN(auto draft, drafts_.read(secret));
  const auto* found = draft.find(object);
  if (!found) return fail(Code::kNotFound, "finish upload", object.hex());
  DraftFile file = *found;
  TRY_ASSIGN(auto hash, hash_so_far(file));
  complete(file, hash);
  TRY_DO(keep(secret, file, false, std::move(draft)));
  if (!file.inspected) completed_(secret, object);
  return file;
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

Result<SecretBytes> Uploads::read(const Draft& draft, const DraftFile& file, std::uint64_t limit) const {
  if (file.offset() > limit) return fail(Code::kTooLarge, "read upload", file.object.hex());
  SecretBytes whole(static_cast<std::size_t>(file.offset()));
  std::size_t filled = 0;
  for (std::size_t i = 0; i < file.parts.size(); ++i) {
    TRY_ASSIGN(auto in, FileReader::open(drafts_.part_path(draft.id, file.object, i)));
    TRY_ASSIGN(auto reader, crypto::ObjectReader::open(
                                draft.data_key, {draft.id, file.object, static_cast<std::uint32_t>(i)}, in.source()));
    for (;;) {
      TRY_ASSIGN(const auto chunk, reader.next());
      if (chunk.empty()) break;
      if (chunk.size() > whole.size() - filled) return fail(Code::kTampered, "read upload", file.object.hex());
      std::ranges::copy(chunk, whole.mutable_view().begin() + static_cast<std::ptrdiff_t>(filled));
      filled += chunk.size();
    }
  }
  if (filled != whole.size()) return fail(Code::kTampered, "read upload", file.object.hex());
  return whole;
}

}  // namespace zp::gateway
