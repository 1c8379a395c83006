#include "crypto/token_key.h"

#include <fmt/format.h>
#include <libp11.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/openssl.h"

namespace zp::crypto {
namespace {

constexpr const char* kOperation = "open seal key in token";
constexpr const char* kEveryModule = "libp11-kit.so.0";  // as a module: all that p11-kit knows
constexpr std::size_t kLongestPin = 256;

using Uri = Owned<P11KitUri, p11_kit_uri_free>;

std::unexpected<Error> wrong(std::string why) { return fail(Code::kConfig, kOperation, std::move(why)); }
std::unexpected<Error> absent(std::string why) { return fail(Code::kUnavailable, kOperation, std::move(why)); }

/// A module with its tokens; what is open in it lives as long as this.
struct Module {
  PKCS11_CTX* context = PKCS11_CTX_new();
  PKCS11_SLOT* slots = nullptr;
  unsigned int count = 0;
  bool loaded = false;

  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module() {
    if (slots) PKCS11_release_all_slots(context, slots, count);
    if (loaded) PKCS11_CTX_unload(context);
    PKCS11_CTX_free(context);
  }
};

Result<Uri> parse(const std::string& text) {
  Uri uri(p11_kit_uri_new());
  if (p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get()) != P11_KIT_URI_OK)
    return wrong("keys.seal_key is no PKCS#11 URI (RFC 7512)");
  if (p11_kit_uri_any_unrecognized(uri.get())) return wrong("the URI has a part that RFC 7512 does not know");
  if (p11_kit_uri_get_pin_value(uri.get()))
    return wrong("the URI holds the PIN itself: put it in a file and name that with pin-source=file:/...");
  if (p11_kit_uri_get_module_name(uri.get())) return wrong("name the module by module-path, not by module-name");
  return uri;
}

Result<std::shared_ptr<Module>> load_module(P11KitUri* uri) {
  const char* const path = p11_kit_uri_get_module_path(uri);
  const std::string name = path ? path : kEveryModule;
  auto module = std::make_shared<Module>();
  module->loaded = PKCS11_CTX_load(module->context, name.c_str()) == 0;
  if (!module->loaded) return absent(fmt::format("the PKCS#11 module {} can't be loaded", name));
  if (PKCS11_enumerate_slots(module->context, &module->slots, &module->count) != 0)
    return absent(fmt::format("the PKCS#11 module {} shows no slots", name));
  return module;
}

/// PKCS#11 pads texts with spaces.
template <std::size_t N>
void fill(unsigned char (&field)[N], const char* text) {
  std::memset(field, ' ', N);
  if (text) std::memcpy(field, text, std::min(N, std::strlen(text)));
}

bool fits(P11KitUri* uri, const PKCS11_TOKEN& token) {
  CK_TOKEN_INFO info{};
  fill(info.label, token.label);
  fill(info.manufacturerID, token.manufacturer);
  fill(info.model, token.model);
  fill(info.serialNumber, token.serialnr);
  return p11_kit_uri_match_token_info(uri, &info) == 1;
}

bool fits(P11KitUri* uri, const PKCS11_KEY& key) {
  const CK_ATTRIBUTE* const label = p11_kit_uri_get_attribute(uri, CKA_LABEL);
  const CK_ATTRIBUTE* const id = p11_kit_uri_get_attribute(uri, CKA_ID);
  const std::string_view own_label = key.label ? key.label : "";
  if (label && own_label != std::string_view(static_cast<const char*>(label->pValue), label->ulValueLen)) return false;
  return !id || (id->ulValueLen == key.id_len && std::memcmp(id->pValue, key.id, key.id_len) == 0);
}

std::string named(const char* name) { return name && *name ? std::string(name) : std::string("(no name)"); }

Result<PKCS11_SLOT*> find_slot(P11KitUri* uri, const Module& module) {
  std::vector<PKCS11_SLOT*> found;
  std::vector<std::string> there;
  for (PKCS11_SLOT* slot = module.slots; slot != module.slots + module.count; ++slot) {
    if (!slot->token || !slot->token->initialized) continue;
    there.push_back(named(slot->token->label));
    if (fits(uri, *slot->token)) found.push_back(slot);
  }
  if (found.size() == 1) return found.front();
  const std::string list = there.empty() ? "there is none" : fmt::format("there are: {}", fmt::join(there, ", "));
  if (found.empty()) return absent("no token fits the URI; " + list);
  return wrong("several tokens fit the URI: add serial= to it; " + list);
}

Result<SecretBytes> read_pin(P11KitUri* uri) {
  const char* const source = p11_kit_uri_get_pin_source(uri);
  if (!source) return wrong("the token wants a PIN: put it in a file and add pin-source=file:/... to the URI");
  std::string path = source;
  if (path.starts_with("file:")) path.erase(0, path.starts_with("file:///") ? 7 : 5);
  if (!path.starts_with('/')) return wrong("pin-source must name a file by its whole path: file:/...");
  std::ifstream file(path, std::ios::binary);
  SecretBytes text(kLongestPin + 1);
  file.read(reinterpret_cast<char*>(text.mutable_view().data()), kLongestPin);
  const auto end = std::ranges::find_if(text.view(), [](std::uint8_t c) { return c == '\n' || c == '\r' || c == 0; });
  const auto size = static_cast<std::size_t>(end - text.view().begin());
  if (!file.is_open() || size == 0) return wrong("there is no PIN in " + path);
  SecretBytes pin(size + 1);  // ends in a zero, for C
  std::copy_n(text.view().begin(), size, pin.mutable_view().begin());
  return pin;
}

Result<void> log_in(P11KitUri* uri, PKCS11_SLOT* slot) {
  const PKCS11_TOKEN& token = *slot->token;
  if (!token.loginRequired) return {};
  if (token.userPinLocked) return wrong("the PIN of the token is locked: unlock it with the token's own tool");
  if (token.userPinFinalTry)
    return wrong(
        "one try for the PIN of the token is left, so none was made: mend the file with the PIN, log in once with the "
        "token's "
        "own tool, and start again");
  TRY_ASSIGN(const SecretBytes pin, read_pin(uri));
  ERR_clear_error();
  if (PKCS11_login(slot, 0, reinterpret_cast<const char*>(pin.view().data())) == 0) return {};
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  if (reason == static_cast<int>(CKR_PIN_LOCKED))
    return wrong("the PIN of the token is locked: unlock it with the token's own tool");
  if (reason == static_cast<int>(CKR_PIN_INCORRECT) || reason == static_cast<int>(CKR_PIN_LEN_RANGE) ||
      reason == static_cast<int>(CKR_PIN_INVALID))
    return wrong("the PIN of the token is wrong");
  return absent(fmt::format("the token refuses the log-in (CKR {:#x})", static_cast<unsigned int>(reason)));
}

Result<PKCS11_KEY*> find_key(P11KitUri* uri, PKCS11_TOKEN* token) {
  PKCS11_KEY* keys = nullptr;
  unsigned int count = 0;
  if (PKCS11_enumerate_keys(token, &keys, &count) != 0) return absent("the token does not list its keys");
  std::vector<PKCS11_KEY*> found;
  std::vector<std::string> there;
  for (PKCS11_KEY* key = keys; key != keys + count; ++key) {
    if (!key->isPrivate) continue;
    there.push_back(named(key->label));
    if (fits(uri, *key)) found.push_back(key);
  }
  if (found.size() == 1) return found.front();
  const std::string list = there.empty() ? "it holds none" : fmt::format("it holds: {}", fmt::join(there, ", "));
  if (found.empty()) return wrong("no private key in the token fits the URI; " + list);
  return wrong("several keys in the token fit the URI: add id= to it; " + list);
}

Result<std::shared_ptr<EVP_PKEY>> open_key(const std::string& text) {
  TRY_ASSIGN(const Uri uri, parse(text));
  TRY_ASSIGN(const auto module, load_module(uri.get()));
  TRY_ASSIGN(PKCS11_SLOT* const slot, find_slot(uri.get(), *module));
  TRY_DO(log_in(uri.get(), slot));
  TRY_ASSIGN(PKCS11_KEY* const key, find_key(uri.get(), slot->token));
  EVP_PKEY* const handle = PKCS11_get_private_key(key);
  ERR_clear_error();
  if (!handle) return wrong("the key in the token is neither RSA nor EC");
  return std::shared_ptr<EVP_PKEY>(handle, [module](EVP_PKEY* one) { EVP_PKEY_free(one); });
}

}  // namespace

Result<SealKey> load_token_seal(std::string_view chain_pem, const std::string& uri) {
  return SealKey::elsewhere(chain_pem, [uri] { return open_key(uri); });
}

}  // namespace zp::crypto
