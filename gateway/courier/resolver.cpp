#include "gateway/courier/resolver.h"

#include <unbound.h>

#include <sstream>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr int kInternet = 1;  // class IN
constexpr int kNoError = 0, kNoSuchName = 3;

struct FreeResult {
  void operator()(ub_result* result) const noexcept { ub_resolve_free(result); }
};

/// The owner of the first record in a file of DS or DNSKEY records: ". 172800 IN DNSKEY 257 ...".
std::string owner_of(std::string_view file) {
  std::istringstream lines{std::string(file)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos || line[begin] == ';') continue;
    return line.substr(begin, line.find_first_of(" \t", begin) - begin);
  }
  return {};
}

std::unexpected<Error> wrong(const char* key, const std::string& why) {
  return fail(Code::kConfig, "set up the resolver", std::string(key) + ": " + why);
}

}  // namespace

Result<std::unique_ptr<Resolver>> Resolver::open(const CourierConfig& config) {
  const auto file = read_file(config.trust_anchor, 1024 * 1024);
  const std::string anchor = file ? owner_of(as_text(*file)) : std::string();
  if (anchor.empty()) return wrong("courier.trust_anchor", config.trust_anchor + " holds no DS or DNSKEY record");
  std::unique_ptr<Resolver> resolver(new Resolver(ub_ctx_create(), anchor));
  ub_ctx* const context = resolver->context_;
  if (!context) return fail(Code::kIo, "set up the resolver");
  ub_ctx_debugout(context, nullptr);
  if (ub_ctx_add_ta_file(context, config.trust_anchor.c_str()) != 0)
    return wrong("courier.trust_anchor", config.trust_anchor + " is not read by libunbound");
  if (config.resolver.empty()) return resolver;
  // A resolver on this machine is the usual one.
  if (ub_ctx_set_option(context, "do-not-query-localhost:", "no") != 0 ||
      ub_ctx_set_fwd(context, config.resolver.c_str()) != 0)
    return wrong("courier.resolver", config.resolver + " must be ADDRESS or ADDRESS@PORT");
  return resolver;
}

Resolver::~Resolver() {
  if (context_) ub_ctx_delete(context_);
}

Result<Answer> Resolver::ask(const std::string& name, RecordType type) const {
  ub_result* raw = nullptr;
  if (ub_resolve(context_, name.c_str(), static_cast<int>(type), kInternet, &raw) != 0)
    return fail(Code::kUnavailable, "ask the name servers");
  const std::unique_ptr<ub_result, FreeResult> result(raw);
  Answer answer;
  answer.name = result->canonname ? result->canonname : name;
  if (result->bogus) return answer;
  if (result->rcode != kNoError && result->rcode != kNoSuchName)
    return fail(Code::kUnavailable, "ask the name servers");
  answer.trust = result->secure ? Trust::kSecure : Trust::kInsecure;
  if (!result->havedata) return answer;
  for (std::size_t i = 0; result->data[i]; ++i)
    answer.records.emplace_back(result->data[i], result->data[i] + result->len[i]);
  return answer;
}

}  // namespace zp::gateway
