#include "gateway/casework/ledger_book.h"

#include <algorithm>

#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "gateway/store/ledger_file.h"

namespace zp::gateway {
bool Actor::has(std::string_view role) const noexcept { return std::ranges::find(roles, role) != roles.end(); }

Result<std::unique_ptr<LedgerBook>> LedgerBook::open(const Config& config, const crypto::Opener& opener, Clock clock) {
  TRY_ASSIGN(const auto sealed, read_file(config.ledger_key()));
  TRY_ASSIGN(auto seed, opener.open(sealed));
  const std::string origin = config.ledger_origin();
  TRY_ASSIGN(auto signer, crypto::NoteSigner::from(origin, std::move(seed)));
  TRY_ASSIGN(auto storage, open_ledger_files(config.ledger()));
  return std::make_unique<LedgerBook>(std::move(storage), std::move(signer), origin, std::move(clock));
}

LedgerBook::LedgerBook(std::unique_ptr<crypto::LedgerStorage> storage, crypto::NoteSigner signer, std::string origin,
                       Clock clock)
    : storage_(std::move(storage)), signer_(std::move(signer)), origin_(std::move(origin)), clock_(std::move(clock)) {}

Result<void> LedgerBook::record(const Actor& actor, std::string_view function, std::string_view action,
                                const Touched& touched, std::string_view outcome) {
  crypto::LedgerEntry entry;
  entry.time = utc_time(clock_());
  entry.actor = actor.user == Id{} ? actor.name : actor.user.hex();
  entry.function = function;
  entry.action = action;
  entry.object = touched.object;
  entry.dossier = touched.dossier;
  entry.purpose = actor.purpose;
  entry.ground = actor.ground;
  entry.outcome = outcome;
  entry.detail = touched.detail;
  TRY_ASSIGN(const auto index, storage_->append({entry.line()}));
  if ((index + 1) % kCheckpointEvery != 0) return {};
  // The entry stands; a checkpoint that fails (a ledger that was tampered with, too) raises the alarm and stops
  // nobody's case.
  if (auto signed_now = checkpoint(); !signed_now) log_error("ledger checkpoint failed", signed_now.error());
  return {};
}

Result<std::vector<crypto::LedgerEntry>> LedgerBook::about(const std::string& dossier, std::size_t limit) const {
  TRY_ASSIGN(const auto size, storage_->size());
  std::vector<crypto::LedgerEntry> entries;
  const std::string needle = "\"" + dossier + "\"";
  TRY_DO(storage_->read(0, size, [&](std::uint64_t, std::string_view line, const crypto::Digest&) -> Result<void> {
    if (line.find(needle) == std::string_view::npos) return {};
    TRY_ASSIGN(auto entry, crypto::LedgerEntry::parse(line));
    if (entry.dossier == dossier) entries.push_back(std::move(entry));
    return {};
  }));
  if (entries.size() > limit) entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(limit));
  return entries;
}

Result<std::vector<crypto::LedgerEntry>> LedgerBook::latest(std::size_t offset, std::size_t limit) const {
  TRY_ASSIGN(const auto size, storage_->size());
  const std::uint64_t to = size > offset ? size - offset : 0;
  const std::uint64_t from = to > limit ? to - limit : 0;
  std::vector<crypto::LedgerEntry> entries;
  TRY_DO(storage_->read(from, to, [&](std::uint64_t, std::string_view line, const crypto::Digest&) -> Result<void> {
    TRY_ASSIGN(auto entry, crypto::LedgerEntry::parse(line));
    entries.push_back(std::move(entry));
    return {};
  }));
  std::ranges::reverse(entries);
  return entries;
}

Result<void> LedgerBook::checkpoint() {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const auto size, storage_->size());
  // From the lines, not from the recorded hashes: a line that was changed on disk must not get a fresh signature.
  TRY_DO(storage_->read(tree_.size(), size,
                        [&](std::uint64_t index, std::string_view line, const crypto::Digest& leaf) -> Result<void> {
                          if (crypto::leaf_hash(line) != leaf)
                            return fail(Code::kTampered, "sign ledger checkpoint", "entry " + std::to_string(index));
                          tree_.add(leaf);
                          return {};
                        }));
  if (size == signed_size_) return {};
  TRY_DO(storage_->append_checkpoint(signer_.sign({origin_, size, tree_.root()})));
  signed_size_ = size;
  return {};
}

}  // namespace zp::gateway
