#include "crypto/keyring/sealer.h"

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "crypto/key_batch.h"
#include "crypto/keyring/gpgme.h"
#include "crypto/keyring/message_shape.h"
#include "crypto/keyring/openpgp.h"

namespace zp::crypto {
namespace {

struct ReleaseRnp {
  void operator()(rnp_ffi_t ffi) const noexcept { rnp_ffi_destroy(ffi); }
  void operator()(rnp_key_handle_t key) const noexcept { rnp_key_handle_destroy(key); }
  void operator()(rnp_input_t input) const noexcept { rnp_input_destroy(input); }
  void operator()(rnp_output_t output) const noexcept { rnp_output_destroy(output); }
  void operator()(rnp_op_encrypt_t operation) const noexcept { rnp_op_encrypt_destroy(operation); }
};
template <typename Handle>
using Rnp = std::unique_ptr<std::remove_pointer_t<Handle>, ReleaseRnp>;

std::unexpected<Error> fail_rnp(rnp_result_t error, const char* operation, const std::string& subject = {}) {
  return fail(Code::kUnavailable, operation,
              subject + (subject.empty() ? "" : ": ") + "librnp says \"" + rnp_result_to_string(error) + "\"");
}

Result<void> check_usable(const OpenPgpKey& key, std::int64_t now) {
  const auto wrong = [&](const char* reason) {
    return fail(Code::kConfig, "load OpenPGP key", key.fingerprint + ": " + reason);
  };
  if (key.revoked) return wrong("it is revoked");
  if (!key.can_encrypt) return wrong("it has no part that can encrypt");
  if (key.expires && *key.expires <= now) return wrong("it has expired; extend it or import its successor");
  if (key.created > now) return wrong("it was made in the future; check the clock");
  return {};
}

Result<Rnp<rnp_input_t>> input_over(ByteView bytes) {
  rnp_input_t raw = nullptr;
  if (const auto error = rnp_input_from_memory(&raw, bytes.data(), bytes.size(), false))
    return fail_rnp(error, "read memory");
  return Rnp<rnp_input_t>(raw);
}

Result<Rnp<rnp_key_handle_t>> taken_over(rnp_ffi_t ffi, const std::string& fingerprint, const std::string& armour) {
  TRY_ASSIGN(const Rnp<rnp_input_t> input, input_over(as_bytes(armour)));
  rnp_result_t error = rnp_load_keys(ffi, RNP_KEYSTORE_GPG, input.get(), RNP_LOAD_SAVE_PUBLIC_KEYS);
  rnp_key_handle_t raw = nullptr;
  if (!error) error = rnp_locate_key(ffi, "fingerprint", fingerprint.c_str(), &raw);
  if (!error && !raw) error = RNP_ERROR_KEY_NOT_FOUND;
  if (error) return fail_rnp(error, "load OpenPGP key", fingerprint);
  return Rnp<rnp_key_handle_t>(raw);
}

// What changes with each change of a key ring: size and time of gpg's two kinds of file.
std::string ring_state(const std::string& home) {
  std::string state;
  for (const char* name : {"/pubring.kbx", "/pubring.gpg"}) {
    struct stat about {};
    if (::stat((home + name).c_str(), &about) != 0) continue;
    for (const auto number :
         {about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec, static_cast<long>(about.st_ino)})
      state += std::to_string(number) + ' ';
  }
  return state;
}

}  // namespace

struct Sealer::Impl {
  std::string home, ring;
  std::int64_t usable_until = std::numeric_limits<std::int64_t>::max();
  Rnp<rnp_ffi_t> ffi;
  std::vector<Rnp<rnp_key_handle_t>> keys;

  Result<Rnp<rnp_op_encrypt_t>> prepared(rnp_input_t input, rnp_output_t output) const {
    rnp_op_encrypt_t raw = nullptr;
    rnp_result_t error = rnp_op_encrypt_create(&raw, ffi.get(), input, output);
    Rnp<rnp_op_encrypt_t> operation(raw);
    for (const auto& key : keys)
      if (!error) error = rnp_op_encrypt_add_recipient(raw, key.get());
    if (!error) error = rnp_op_encrypt_set_cipher(raw, RNP_ALGNAME_AES_256);
    if (!error) error = rnp_op_encrypt_set_compression(raw, "Uncompressed", 0);
    if (error) return fail_rnp(error, "seal to OpenPGP keys");
    return operation;
  }
};

Sealer::Sealer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

Result<Sealer> Sealer::load(const std::string& home, const std::vector<std::string>& fingerprints, std::int64_t now) {
  if (fingerprints.empty()) return fail(Code::kConfig, "load OpenPGP keys", home + ": no fingerprint is given");
  if (holds_secret_keys(home))
    return fail(Code::kConfig, "load OpenPGP keys", home + ": it holds a secret key; a sealing home may not");
  auto impl = std::make_unique<Impl>();
  impl->home = home;
  impl->ring = ring_state(home);
  rnp_ffi_t raw = nullptr;
  if (const auto error = rnp_ffi_create(&raw, RNP_KEYSTORE_GPG, RNP_KEYSTORE_GPG))
    return fail_rnp(error, "start librnp");
  impl->ffi.reset(raw);
  for (const std::string& fingerprint : fingerprints) {
    Result<OpenPgpKey> found = find_key(home, fingerprint);
    if (!found && found.error().code == Code::kNotFound)
      return fail(Code::kConfig, "load OpenPGP key", fingerprint + ": it is not in " + home);
    if (!found) return std::unexpected(std::move(found).error());
    TRY_DO(check_usable(*found, now));
    if (found->expires) impl->usable_until = std::min(impl->usable_until, *found->expires);
    TRY_ASSIGN(const std::string armour, export_public(home, found->fingerprint));
    TRY_ASSIGN(auto key, taken_over(raw, found->fingerprint, armour));
    impl->keys.push_back(std::move(key));
  }
  Sealer sealer(std::move(impl));
  // gpg knows kinds of keys that librnp does not: say so now, and not when the first sender comes.
  if (const auto tried = sealer.seal(SecretBytes::random(kDataKeyBytes)); !tried)
    return fail(Code::kConfig, "load OpenPGP keys", home + ": " + tried.error().message());
  return sealer;
}

std::int64_t Sealer::usable_until() const noexcept { return impl_->usable_until; }

bool Sealer::is_current() const { return impl_->ring == ring_state(impl_->home); }

Result<Bytes> Sealer::seal(const SecretBytes& plaintext) const {
  TRY_ASSIGN(const Rnp<rnp_input_t> input, input_over(plaintext.view()));
  rnp_output_t raw = nullptr;
  if (const auto error = rnp_output_to_memory(&raw, 0)) return fail_rnp(error, "seal to OpenPGP keys");
  const Rnp<rnp_output_t> output(raw);
  TRY_ASSIGN(const auto operation, impl_->prepared(input.get(), raw));
  if (const auto error = rnp_op_encrypt_execute(operation.get())) return fail_rnp(error, "seal to OpenPGP keys");
  std::uint8_t* from = nullptr;
  std::size_t size = 0;
  if (const auto error = rnp_output_memory_get_buf(raw, &from, &size, false))
    return fail_rnp(error, "seal to OpenPGP keys");
  Bytes message(from, from + size);
  // A key whose sealed form is not whole would be lost, with everything under it.
  if (!is_whole_message(message, impl_->keys.size()))
    return fail(Code::kUnavailable, "seal to OpenPGP keys: the message is not whole");
  return message;
}

Result<std::vector<FreshKey>> Sealer::fresh_keys(std::size_t count) const {
  const DataKey batch = DataKey::generate();
  TRY_ASSIGN(const Bytes message, seal(batch.bytes()));
  std::vector<FreshKey> keys;
  keys.reserve(count);
  while (keys.size() < count) {
    DataKey key = DataKey::generate();
    SealedDataKey sealed = sealed_in_batch(key, batch, message);
    keys.push_back({std::move(key), std::move(sealed)});
  }
  return keys;
}

}  // namespace zp::crypto
