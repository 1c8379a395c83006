#include "gateway/dispatch/dkim_signer.h"

// Its header is C that has not heard of C++'s bool.
#define _Bool bool
#include <opendkim/dkim.h>
#undef _Bool

#include <algorithm>
#include <array>
#include <memory>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxKey = 16 * 1024;
constexpr std::size_t kMaxSignature = 4096;
constexpr unsigned kMinimumBits = 1024;  // RFC 8301: what verifiers must take; we advise 2048

struct Close {
  void operator()(DKIM_LIB* library) const { dkim_close(library); }
  void operator()(DKIM* handle) const { dkim_free(handle); }
};
using Library = std::unique_ptr<DKIM_LIB, Close>;
using Handle = std::unique_ptr<DKIM, Close>;

unsigned char* bytes_of(const char* text) { return reinterpret_cast<unsigned char*>(const_cast<char*>(text)); }

bool set(const Library& library, dkim_opts_t option, void* value, std::size_t size) {
  return dkim_options(library.get(), DKIM_OP_SETOPT, option, value, size) == DKIM_STAT_OK;
}

/// What it signs: everything that a reader is shown or that a program acts on.
Library library() {
  Library made(dkim_init(nullptr, nullptr));
  std::array<const char*, 13> fields = {"from",
                                        "to",
                                        "subject",
                                        "date",
                                        "message-id",
                                        "in-reply-to",
                                        "references",
                                        "mime-version",
                                        "content-type",
                                        "content-transfer-encoding",
                                        "content-language",
                                        "auto-submitted",
                                        nullptr};
  std::array<const char*, 2> once_more = {"from", nullptr};
  unsigned bits = kMinimumBits;
  const bool good = made && set(made, DKIM_OPTS_SIGNHDRS, fields.data(), sizeof(fields.data())) &&
                    set(made, DKIM_OPTS_OVERSIGNHDRS, once_more.data(), sizeof(once_more.data())) &&
                    set(made, DKIM_OPTS_MINKEYBITS, &bits, sizeof bits);
  ZP_CHECK(good);
  return made;
}

/// Each field with what continues it, then the body.
bool take(DKIM* handle, const std::string& wire) {
  const std::size_t head_end = wire.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  for (std::size_t at = 0; at < head_end;) {
    std::size_t end = wire.find("\r\n", at);
    while (end < head_end && (wire[end + 2] == ' ' || wire[end + 2] == '\t')) end = wire.find("\r\n", end + 2);
    if (dkim_header(handle, bytes_of(wire.data() + at), end - at) != DKIM_STAT_OK) return false;
    at = end + 2;
  }
  if (dkim_eoh(handle) != DKIM_STAT_OK) return false;
  const std::size_t body = head_end + 4;
  if (body < wire.size() && dkim_body(handle, bytes_of(wire.data() + body), wire.size() - body) != DKIM_STAT_OK)
    return false;
  return dkim_eom(handle, nullptr) == DKIM_STAT_OK;
}

}  // namespace

Result<std::string> dkim_signed(const SmtpConfig& config, const std::string& wire) {
  if (config.dkim_key.empty()) return wire;
  TRY_ASSIGN(const auto pem, read_secret_file(config.dkim_key, kMaxKey));
  SecretBytes key(pem.size() + 1);  // the library wants a text that ends
  std::ranges::copy(pem.view(), key.mutable_view().begin());
  const std::string domain = config.from.substr(config.from.rfind('@') + 1);
  const Library signing = library();
  DKIM_STAT status = DKIM_STAT_OK;
  const Handle handle(dkim_sign(signing.get(), bytes_of("mail"), nullptr, key.mutable_view().data(),
                                bytes_of(config.dkim_selector.c_str()), bytes_of(domain.c_str()), DKIM_CANON_RELAXED,
                                DKIM_CANON_RELAXED, DKIM_SIGN_RSASHA256, -1, &status));
  std::array<unsigned char, kMaxSignature> value{};
  constexpr std::string_view kName = "DKIM-Signature: ";
  if (!handle || !take(handle.get(), wire) ||
      dkim_getsighdr(handle.get(), value.data(), value.size(), kName.size()) != DKIM_STAT_OK)
    return fail(Code::kConfig, "sign mail (DKIM)", "smtp.dkim_key");
  // Folded with bare line feeds.
  std::string field(kName);
  for (const char c : std::string_view(reinterpret_cast<const char*>(value.data()))) {
    if (c == '\n' && field.back() != '\r') field += '\r';
    field += c;
  }
  return field + "\r\n" + wire;
}

}  // namespace zp::gateway
