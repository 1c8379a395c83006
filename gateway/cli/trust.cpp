#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "crypto/trusted_list.h"
#include "gateway/cli/command.h"
#include "gateway/cli/parse.h"
#include "gateway/process/process.h"

namespace zp::gateway {
namespace {

Result<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_errno("read", path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int print_signers(const crypto::TrustedList& list, const std::string& territory) {
  bool any = false;
  for (const crypto::ListPointer& pointer : list.pointers) {
    if (pointer.territory != territory) continue;
    for (const std::string& pem : pointer.signers_pem) {
      std::cout << "# " << pointer.location << "\n" << pem;
      any = true;
    }
  }
  if (!any) return report("trust", {Code::kNotFound, "find pointer to the list of", territory});
  return std::cout.flush() ? 0 : 1;
}

Result<crypto::TrustedList> load(const std::string& list, const std::string& signers) {
  TRY_ASSIGN(const std::string xml, read(list));
  TRY_ASSIGN(const std::string pem, read(signers));
  return crypto::read_trusted_list(as_bytes(xml), pem, now_ms() / 1000);
}

int trust(const Arguments& arguments) {
  CLI::App app{
      "Reads a trusted list (ETSI TS 119 612) and prints the certificates that digital signatures may lead to, as PEM "
      "for\n"
      "keys.trust_anchors and `zegelpost check --trust`: authorities that issue qualified certificates for signatures "
      "and\n"
      "seals, and qualified time-stamps, granted now. The list counts only if one of SIGNERS signed the whole of it "
      "and it\n"
      "has not run out; nothing is fetched.\n\n"
      "  zegelpost trust eu-lotl.xml --signers official-journal.pem --signers-of NL > nl-signers.pem\n"
      "  zegelpost trust nl.xml --signers nl-signers.pem > anchors.pem\n\n"
      "Exit status: 0 done, 1 the list was refused, 2 wrong use.",
      "zegelpost trust"};
  std::string list, signers, territory;
  app.add_option("LIST", list, "the list as XML")->required();
  app.add_option("--signers", signers, "PEM file with the certificates that may sign it")->required();
  app.add_option("--signers-of", territory,
                 "print who may sign the list of this territory (such as NL) instead, from the list of lists");
  if (const auto status = parse(app, arguments)) return *status;
  const auto read = load(list, signers);
  if (!read) return report("trust", read.error());
  std::cerr << read->operator_name << " (" << read->territory << "), issued " << read->issued << ", next by "
            << read->next_update << ": " << read->services.size() << " services\n";
  if (!territory.empty()) return print_signers(*read, territory);
  std::cout << read->anchors_pem();
  return std::cout.flush() ? 0 : 1;
}

}  // namespace

const Command kTrust{"trust", "trust anchors out of a trusted list of a member state", trust};

}  // namespace zp::gateway
