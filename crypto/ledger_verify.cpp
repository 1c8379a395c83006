#include <algorithm>
#include <map>

#include "crypto/ledger.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kMostProblems = 100;  // a ledger that is wrong throughout needs no line per entry

// Both trees at the sizes that checkpoints were signed for.
struct Roots {
  Digest of_content;   // hashes computed from the lines now
  Digest of_recorded;  // the leaf hashes written when the lines were
};

struct OpenedCheckpoint {
  std::size_t number;  // from 0, oldest first
  Checkpoint checkpoint;
};

class Verification {
 public:
  Verification(const LedgerStorage& storage, std::string_view verifier_key)
      : storage_(storage), verifier_key_(verifier_key) {}

  Result<LedgerReport> run() {
    TRY_DO(open_checkpoints());
    TRY_DO(read_entries());
    compare_checkpoints();
    return std::move(report_);
  }

 private:
  void problem(std::string text) {
    if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(text));
  }

  Result<void> open_checkpoints() {
    TRY_ASSIGN(const std::vector<std::string> notes, storage_.checkpoints());
    report_.checkpoints = notes.size();
    for (std::size_t i = 0; i < notes.size(); ++i) {
      Result<Checkpoint> opened = open_note(notes[i], verifier_key_);
      if (opened) {
        wanted_sizes_[opened->size] = {};
        opened_.push_back({i, std::move(*opened)});
      } else if (opened.error().code == Code::kConfig) {
        return std::unexpected(opened.error());
      } else {
        problem("checkpoint " + std::to_string(i) + ": signature does not hold");
      }
    }
    return {};
  }

  Result<void> read_entries() {
    TRY_ASSIGN(report_.entries, storage_.size());
    TreeHasher content, recorded;
    const auto note_roots = [&] {
      const auto wanted = wanted_sizes_.find(content.size());
      if (wanted != wanted_sizes_.end()) wanted->second = {content.root(), recorded.root()};
    };
    note_roots();
    TRY_DO(storage_.read(0, report_.entries,
                         [&](std::uint64_t index, std::string_view line, const Digest& leaf) -> Result<void> {
                           const Digest now = leaf_hash(line);
                           if (now != leaf)
                             problem("entry " + std::to_string(index) + ": content does not match its recorded hash");
                           content.add(now);
                           recorded.add(leaf);
                           note_roots();
                           return {};
                         }));
    if (content.size() != report_.entries)
      problem("entry " + std::to_string(content.size()) + ": cannot be read, nor what follows it");
    read_ = content.size();
    report_.root = content.root();
    return {};
  }

  void compare_checkpoints() {
    std::uint64_t signed_before = 0;
    for (const auto& [number, checkpoint] : opened_) {
      const std::string name =
          "checkpoint " + std::to_string(number) + " (" + std::to_string(checkpoint.size) + " entries): ";
      if (checkpoint.origin != opened_.front().checkpoint.origin) problem(name + "belongs to another ledger");
      if (checkpoint.size < signed_before) problem(name + "is smaller than one signed before it");
      signed_before = std::max(signed_before, checkpoint.size);
      if (checkpoint.size > read_) {
        problem(name + "only " + std::to_string(read_) + " entries are there: the ledger was cut");
        continue;
      }
      const Roots& roots = wanted_sizes_[checkpoint.size];
      const bool content_fits = roots.of_content == checkpoint.root;
      if (!content_fits) problem(name + "root does not match the content of the entries");
      if (roots.of_recorded != checkpoint.root)
        problem(name + "root does not match the recorded hashes: their file was altered" +
                (content_fits ? ", the content was not" : ""));
      if (content_fits) report_.covered = std::max(report_.covered, checkpoint.size);
    }
  }

  const LedgerStorage& storage_;
  std::string_view verifier_key_;
  LedgerReport report_;
  std::vector<OpenedCheckpoint> opened_;
  std::map<std::uint64_t, Roots> wanted_sizes_;
  std::uint64_t read_ = 0;
};

}  // namespace

Result<LedgerReport> verify_ledger(const LedgerStorage& storage, std::string_view verifier_key) {
  return Verification(storage, verifier_key).run();
}

}  // namespace zp::crypto
