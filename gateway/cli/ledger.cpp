#include <iostream>
#include <nlohmann/json.hpp>

#include "gateway/cli/inner_zone.h"
#include "gateway/cli/parse.h"
#include "gateway/store/files.h"
#include "gateway/store/ledger_file.h"

namespace zp::gateway {
namespace {

struct Options {
  std::string config, folder, verifier, dossier;
  std::uint64_t index = 0;
};

struct Opened {
  std::unique_ptr<crypto::LedgerStorage> storage;
  std::string verifier;
};

/// From the configuration, or from a copy of the ledger that an auditor was given: no keys are needed.
Result<Opened> open(const Options& options) {
  std::string folder = options.folder, verifier_file = options.verifier;
  if (folder.empty()) {
    TRY_ASSIGN(const Config config, load_as_inner(options.config));
    folder = config.ledger();
    verifier_file = config.ledger_verifier();
  }
  Opened opened;
  TRY_ASSIGN(const Bytes verifier, read_file(verifier_file, 4096));
  opened.verifier = as_text(verifier);
  while (!opened.verifier.empty() && opened.verifier.back() == '\n') opened.verifier.pop_back();
  TRY_ASSIGN(opened.storage, open_ledger_files(folder));
  return opened;
}

Result<int> verify(const Options& options) {
  TRY_ASSIGN(const Opened opened, open(options));
  TRY_ASSIGN(const crypto::LedgerReport report, crypto::verify_ledger(*opened.storage, opened.verifier));
  std::cout << "entries:      " << report.entries << "\ncheckpoints:  " << report.checkpoints << " (covering "
            << report.covered << " entries)\nroot:         " << to_base64(report.root) << "\n";
  for (const auto& problem : report.problems) std::cout << "PROBLEM: " << problem << "\n";
  std::cout << (report.problems.empty() ? "The ledger is whole and unchanged.\n"
                                        : "The ledger was altered. Keep it as it is and tell the FG.\n");
  return report.problems.empty() ? 0 : 1;
}

Result<int> prove(const Options& options) {
  TRY_ASSIGN(const Opened opened, open(options));
  TRY_ASSIGN(const auto checkpoints, opened.storage->checkpoints());
  if (checkpoints.empty()) return fail(Code::kNotFound, "prove entry", "no checkpoint is signed yet");
  TRY_ASSIGN(const crypto::Checkpoint head, crypto::open_note(checkpoints.back(), opened.verifier));
  if (options.index >= head.size)
    return fail(
        Code::kNotFound, "prove entry",
        std::to_string(options.index) + " lies behind the newest checkpoint (" + std::to_string(head.size) + ")");
  std::vector<crypto::Digest> leaves;
  std::string line;
  TRY_DO(opened.storage->read(0, head.size,
                              [&](std::uint64_t index, std::string_view text, const crypto::Digest&) -> Result<void> {
                                leaves.push_back(crypto::leaf_hash(text));
                                if (index == options.index) line = text;
                                return {};
                              }));
  nlohmann::ordered_json proof{
      {"index", options.index}, {"entry", line}, {"checkpoint", checkpoints.back()}, {"path", nlohmann::json::array()}};
  for (const auto& digest : crypto::inclusion_proof(leaves, options.index)) proof["path"].push_back(to_base64(digest));
  std::cout << proof.dump(2) << "\n";
  return 0;
}

Result<int> show(const Options& options) {
  TRY_ASSIGN(const Opened opened, open(options));
  TRY_ASSIGN(const std::uint64_t size, opened.storage->size());
  TRY_DO(opened.storage->read(0, size,
                              [&](std::uint64_t index, std::string_view line, const crypto::Digest&) -> Result<void> {
                                const auto entry = crypto::LedgerEntry::parse(line);
                                if (entry && (options.dossier.empty() || entry->dossier == options.dossier))
                                  std::cout << index << " " << line << "\n";
                                return {};
                              }));
  return 0;
}

int ledger(const Arguments& arguments) {
  CLI::App app{
      "The record of who saw and did what. Needs no keys: an auditor can run it on a copy.\n"
      "Example: zegelpost ledger verify; zegelpost ledger verify --folder COPY --verifier ledger.vkey\n"
      "Exit status: 0 whole, 1 altered or unreadable.",
      "zegelpost ledger"};
  Options options;
  app.require_subcommand(1);
  CLI::App* verifying = app.add_subcommand("verify", "recompute every hash, check every signed checkpoint");
  CLI::App* proving =
      app.add_subcommand("prove", "inclusion proof (RFC 6962) of one entry against the newest checkpoint, as JSON");
  CLI::App* showing = app.add_subcommand("show", "print entries, one line each");
  for (CLI::App* sub : {verifying, proving, showing}) {
    add_config_option(*sub, options.config);
    CLI::Option* folder =
        sub->add_option("--folder", options.folder, "a copy of the ledger instead of the configured one");
    CLI::Option* key =
        sub->add_option("--verifier", options.verifier, "public verifier key file that goes with --folder");
    folder->needs(key);
  }
  proving->add_option("index", options.index, "number of the entry, from 0")->required();
  showing->add_option("--dossier", options.dossier, "entries about one dossier (its id, 32 hex digits)");
  if (const auto status = parse(app, arguments)) return *status;
  const auto done = verifying->parsed() ? verify(options) : proving->parsed() ? prove(options) : show(options);
  return done ? *done : report("ledger", done.error());
}

}  // namespace

const Command kLedger{"ledger", "verify, prove and show the record of who did what", ledger};

}  // namespace zp::gateway
