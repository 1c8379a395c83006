#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "gateway/casework/openpgp_signatures.h"
#include "gateway/cli/command.h"
#include "gateway/cli/parse.h"
#include "gateway/cli/private_cells.h"
#include "gateway/cli/private_folder.h"
#include "gateway/process/process.h"
#include "intake/judge.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

constexpr int kDone = 0, kNotRead = 3;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{2} << 30;

struct Options {
  bool as_json = false;
  std::string declared, trust, keys, as_of;
  std::vector<std::string> files;
};

Result<Bytes> read_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail_errno("read", path);
  if (S_ISDIR(status.st_mode)) return fail(Code::kRefused, "read: this is a folder; name the files in it", path);
  if (static_cast<std::uintmax_t>(status.st_size) > kMostBytes) return fail(Code::kTooLarge, "read", path);
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_errno("read", path);
  Bytes bytes(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return fail(Code::kIo, "read", path);
  return bytes;
}

void print_findings(const intake::Findings& findings, const std::string& indent) {
  fmt::print("{}type      {}\n{}kind      {} ({:.0f}%) {}\n", indent, findings.type, indent, findings.kind,
             findings.kind_confidence * 100, fmt::join(findings.kind_words, ", "));
  if (!findings.hazards.empty()) fmt::print("{}hazards   {}\n", indent, fmt::join(findings.hazards, ", "));
  for (const intake::DigitalSignature& one : findings.digital_signatures) {
    fmt::print("{}signature {} {} {}, integrity {}, covers {}, chain {}, signer '{}'\n", indent, one.format,
               one.indication, one.sub_indication, one.integrity, one.coverage, one.chain, one.signer);
  }
  for (const intake::Message& message : findings.messages)
    fmt::print("{}{}\n{}  ({})\n", indent, message.nl, indent, message.en);
  for (const intake::Findings& attachment : findings.attachments) {
    fmt::print("{}attachment {}: {}\n", indent, attachment.name, intake::verdict_name(attachment.verdict));
    print_findings(attachment, indent + "  ");
  }
}

void print(const std::string& path, const intake::Findings& findings, bool as_json) {
  if (!as_json) {
    fmt::print("{}: {}, {} page(s)\n", path, intake::verdict_name(findings.verdict), findings.pages.size());
    print_findings(findings, "  ");
    return;
  }
  json line = intake::to_json(findings);
  line["file"] = path;
  std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
}

int complain(const Error& error) {
  std::cerr << "zegelpost check: " << error.message() << "\n";
  return kNotRead;
}

/// A signature that lies beside a file is named after it.
std::optional<Bytes> signature_beside(const std::string& path) {
  constexpr std::uintmax_t kMostSignature = 64 * 1024;
  for (const char* ending : {".asc", ".sig"}) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path + ending, error);
    if (error || size > kMostSignature) continue;
    if (auto bytes = read_file(path + ending)) return std::move(*bytes);
  }
  return std::nullopt;
}

void check_openpgp_of(const std::string& path, ByteView document, const std::string& home, const std::string& as_of,
                      intake::Findings& findings) {
  check_openpgp(home, document, findings);
  if (const auto signature = signature_beside(path)) add_detached_openpgp(home, *signature, document, findings);
  intake::judge(findings, as_of);
}

int check_all(const Options& options) {
  intake::InspectionRequest request;
  request.declared_kind = options.declared;
  request.as_of = options.as_of.empty() ? local_date(now_ms()) : options.as_of;
  if (!options.trust.empty()) {
    const Result<Bytes> anchors = read_file(options.trust);
    if (!anchors) return complain(anchors.error());
    request.trust_anchors_pem = as_text(*anchors);
  }
  auto keys = PrivateFolder::with_openpgp_keys(options.keys);
  if (!keys) return complain(keys.error());
  const std::string home = *keys ? (*keys)->path() : std::string();
  Result<PrivateCells> cells = PrivateCells::start();
  if (!cells) return report("check", cells.error());
  int status = kDone;
  for (const std::string& path : options.files) {
    const Result<Bytes> document = read_file(path);
    if (!document) {
      status = complain(document.error());
      continue;
    }
    Result<intake::Inspection> inspection = cells->inspector().inspect(*document, request);
    if (!inspection) {
      status = complain(inspection.error());
      continue;
    }
    check_openpgp_of(path, *document, home, request.as_of, inspection->findings);
    print(path, inspection->findings, options.as_json);
  }
  return status;
}

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

int check(const Arguments& arguments) {
  CLI::App app{
      "Says what a document is, whether it is signed and what is wrong with it. Needs no server and no keys.\n"
      "Example: zegelpost check --json verzoek.pdf foto.heic\n"
      "Exit status: 0 every file was judged, whatever the verdict; 2 wrong use; 3 a file could not be read.",
      "zegelpost check"};
  Options options;
  app.add_flag("--json", options.as_json, "one line of JSON for each file");
  app.add_option("--declared", options.declared,
                 "what the sender says it is, such as request, identity-document, court-order");
  app.add_option("--trust", options.trust, "PEM file with the certificates that digital signatures must lead to");
  app.add_option("--keys", options.keys,
                 "OpenPGP public keys of people who sign their mail or send FILE.asc beside FILE");
  app.add_option("--as-of", options.as_of, "day of receipt, YYYY-MM-DD; today if it is not given")
      ->check([](const std::string& text) {
        return is_date(text) ? std::string() : "'" + text + "' is not a date like 2026-01-31";
      });
  app.add_option("FILE", options.files, "files to look at")->required();
  if (const auto status = parse(app, arguments)) return *status;
  return check_all(options);
}

}  // namespace

const Command kCheck{"check", "look at documents: what they are, whether signed, what is wrong", check};

}  // namespace zp::gateway
