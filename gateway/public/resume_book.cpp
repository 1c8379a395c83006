#include "gateway/public/resume_book.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "crypto/hash.h"
#include "crypto/object.h"
#include "crypto/recipient_key.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

/// The place of the link secret is taken by the reference: not a secret, but it makes equal codes give
/// different keys.
SecretBytes reference_secret(const std::string& reference) {
  return SecretBytes::copy_of(crypto::sha256(as_bytes("zegelpost resume " + reference)));
}

Id subject_of(const std::string& reference) {
  Id id;
  const auto digest = crypto::sha256(as_bytes("zegelpost resume attempts " + reference));
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

constexpr crypto::ObjectLabel kLabel{};

}  // namespace

Result<ResumeBook> ResumeBook::open(std::string folder, const Attempts& attempts, CodeSlots& slots) {
  TRY_DO(make_folder(folder));
  return ResumeBook(std::move(folder), attempts, slots);
}

Result<void> ResumeBook::add(const std::string& reference, const std::string& code, const DraftSecret& secret) const {
  const auto lock = crypto::RecipientLock::fresh();
  const CodeSlot slot(slots_);
  TRY_ASSIGN(const auto key, crypto::recipient_key(lock, reference_secret(reference), code));
  Bytes content;
  std::ranges::copy(as_bytes(lock.encode() + "\n"), std::back_inserter(content));
  std::ranges::copy(crypto::seal_bytes(key, kLabel, secret.bytes().view()), std::back_inserter(content));
  return replace_file(folder_ + "/" + reference, content);
}

Result<ResumeBook::Opened> ResumeBook::open_draft(const std::string& reference, const std::string& code,
                                                  std::int64_t now_ms) const {
  const Id subject = subject_of(reference);
  Opened opened;
  TRY_ASSIGN(opened.attempt, attempts_.begin(subject, now_ms));
  if (!opened.attempt.allowed) return opened;
  const auto content = read_file(folder_ + "/" + reference, 64 * 1024);
  // A reference that does not exist costs the same time as a wrong code.
  const auto text = content ? as_text(*content) : std::string_view();
  const auto end = std::min(text.find('\n'), text.size());
  const auto stored = crypto::RecipientLock::decode(text.substr(0, end));
  const CodeSlot slot(slots_);
  const auto key =
      crypto::recipient_key(stored ? *stored : crypto::RecipientLock::fresh(), reference_secret(reference), code);
  if (!key && key.error().code == Code::kUnavailable) return std::unexpected(key.error());
  if (!content || !stored || !key) return opened;
  const auto bytes = crypto::open_bytes(*key, kLabel, ByteView(*content).subspan(end + 1), 1024);
  if (!bytes) return opened;
  TRY_ASSIGN(opened.secret, DraftSecret::from(bytes->clone()));
  attempts_.succeeded(subject);
  return opened;
}

void ResumeBook::sweep(std::int64_t seconds) const {
  std::error_code error;
  const auto oldest = std::time(nullptr) - seconds;
  for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    struct stat info {};
    if (::stat(entry->path().c_str(), &info) == 0 && info.st_mtime < oldest) ::unlink(entry->path().c_str());
  }
}

}  // namespace zp::gateway
