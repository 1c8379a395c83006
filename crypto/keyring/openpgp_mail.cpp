#include "crypto/keyring/openpgp_mail.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "crypto/keyring/gpgme.h"

namespace zp::crypto {
namespace {

constexpr std::size_t kSignatureRoom = 1024 * 1024;

/// In memory, for this user alone, gone with the object.
class MemoryHome {
 public:
  static Result<MemoryHome> holding(ByteView armoured_key) {
    std::string path = "/dev/shm/zp-openpgp-XXXXXX";
    if (!::mkdtemp(path.data())) return fail_errno("make OpenPGP home in memory", path);
    MemoryHome home(std::move(path));
    TRY_DO(prepare_home(home.path_, HomeKind::kPublic));
    TRY_ASSIGN(const auto fingerprints, import_keys(home.path_, armoured_key));
    if (fingerprints.size() != 1) return fail(Code::kMalformed, "read OpenPGP key: there is more than one");
    home.fingerprint_ = fingerprints.front();
    return home;
  }
  MemoryHome(MemoryHome&& other) noexcept
      : path_(std::exchange(other.path_, {})), fingerprint_(std::move(other.fingerprint_)) {}
  MemoryHome& operator=(MemoryHome&&) = delete;
  ~MemoryHome() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const noexcept { return path_; }
  const std::string& fingerprint() const noexcept { return fingerprint_; }

 private:
  explicit MemoryHome(std::string path) : path_(std::move(path)) {}
  std::string path_, fingerprint_;
};

GpgData new_data() {
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new(&raw) == 0);
  return GpgData(raw);
}

std::string taken_text(GpgData data) {
  const Bytes bytes = bytes_of(std::move(data));
  return std::string(as_text(bytes));
}

/// gpg may die half-way and GPGME call it a success.
bool is_whole_armour(std::string_view armour, std::string_view kind) {
  const std::string begin = "-----BEGIN PGP " + std::string(kind),
                    end = "-----END PGP " + std::string(kind) + "-----\n";
  return armour.starts_with(begin) && armour.ends_with(end);
}

std::string micalg_of(gpgme_hash_algo_t algorithm) {
  const char* const name = gpgme_hash_algo_name(algorithm);
  std::string micalg = std::string("pgp-") + (name == nullptr ? "" : name);
  std::ranges::transform(micalg, micalg.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return micalg;
}

Result<void> check_usable(const OpenPgpKey& key, const std::string& fingerprint, std::int64_t now) {
  const auto refuse = [](const char* why) { return fail(Code::kRefused, "encrypt to OpenPGP key", why); };
  if (key.fingerprint != fingerprint) return refuse("it has another fingerprint than the one that was checked");
  if (key.revoked) return refuse("it is revoked");
  if (key.expires && *key.expires <= now) return refuse("it has expired");
  if (!key.can_encrypt) return refuse("it has no part that can encrypt");
  return {};
}

constexpr auto kEncryptFlags = static_cast<gpgme_encrypt_flags_t>(
    GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_COMPRESS | GPGME_ENCRYPT_NO_ENCRYPT_TO);

/// Two ends through which one thread hands bytes to another. No pipe: who writes to a closed one gets a signal.
class Channel {
 public:
  static Result<Channel> open() {
    Channel channel;
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.ends_) != 0) return fail_errno("open channel");
    return channel;
  }
  Channel(Channel&& other) noexcept : ends_{std::exchange(other.ends_[0], -1), std::exchange(other.ends_[1], -1)} {}
  Channel& operator=(Channel&&) = delete;
  ~Channel() {
    for (const int end : ends_)
      if (end >= 0) ::close(end);
  }
  int reading_end() const noexcept { return ends_[0]; }
  Result<void> write(ByteView bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return fail_errno("hand content to gpg");
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return {};
  }
  void no_more() const noexcept { ::shutdown(ends_[1], SHUT_WR); }
  void stop_reading() const noexcept { ::shutdown(ends_[0], SHUT_RD); }

 private:
  Channel() = default;
  int ends_[2] = {-1, -1};
};

/// Passes on what gpg writes and keeps its end, which tells whether it is whole.
class PassingSink {
 public:
  explicit PassingSink(const ByteSink& sink) : sink_(sink) {}
  GpgData data() {
    static gpgme_data_cbs callbacks{nullptr, &PassingSink::write, nullptr, nullptr};
    gpgme_data_t raw = nullptr;
    ZP_CHECK(gpgme_data_new_from_cbs(&raw, &callbacks, this) == 0);
    return GpgData(raw);
  }
  const Result<void>& passed() const noexcept { return passed_; }
  bool is_whole() const { return tail_.ends_with(kEnd); }

 private:
  static constexpr std::string_view kEnd = "-----END PGP MESSAGE-----\n";
  static ssize_t write(void* self, const void* from, std::size_t size) {
    auto& sink = *static_cast<PassingSink*>(self);
    const ByteView bytes(static_cast<const std::uint8_t*>(from), size);
    sink.passed_ = sink.sink_(bytes);
    if (!sink.passed_) {
      errno = EIO;
      return -1;
    }
    sink.tail_ += as_text(bytes.last(std::min(size, kEnd.size())));
    if (sink.tail_.size() > kEnd.size()) sink.tail_.erase(0, sink.tail_.size() - kEnd.size());
    return static_cast<ssize_t>(size);
  }
  const ByteSink& sink_;
  Result<void> passed_;
  std::string tail_;
};

}  // namespace

Result<OpenPgpKey> read_openpgp_key(ByteView armoured) {
  TRY_ASSIGN(const MemoryHome home, MemoryHome::holding(armoured));
  return find_key(home.path(), home.fingerprint());
}

Result<DetachedOpenPgp> sign_openpgp(const std::string& home, const std::string& fingerprint, ByteView content) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  gpgme_set_armor(context.get(), 1);
  if (const gpgme_error_t error = gpgme_signers_add(context.get(), key.get())) return fail_gpg(error, "sign mail");
  const GpgData from = data_over(content);
  GpgData into = new_data();
  if (const gpgme_error_t error = gpgme_op_sign(context.get(), from.get(), into.get(), GPGME_SIG_MODE_DETACH))
    return fail_gpg(error, "sign mail", fingerprint);
  const auto* const result = gpgme_op_sign_result(context.get());
  DetachedOpenPgp made{taken_text(std::move(into)), {}};
  if (result->signatures == nullptr || !is_whole_armour(made.armour, "SIGNATURE"))
    return fail(Code::kUnavailable, "sign mail: gpg did not run to its end");
  made.micalg = micalg_of(result->signatures->hash_algo);
  return made;
}

Result<std::string> encrypt_openpgp(ByteView armoured_key, const std::string& fingerprint, ByteView content,
                                    std::int64_t now) {
  TRY_ASSIGN(const MemoryHome home, MemoryHome::holding(armoured_key));
  TRY_ASSIGN(const OpenPgpKey known, find_key(home.path(), home.fingerprint()));
  TRY_DO(check_usable(known, fingerprint, now));
  TRY_ASSIGN(const GpgContext context, open_home(home.path()));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  gpgme_set_armor(context.get(), 1);
  gpgme_key_t recipients[] = {key.get(), nullptr};
  const GpgData from = data_over(content);
  GpgData into = new_data();
  if (const gpgme_error_t error = gpgme_op_encrypt(context.get(), recipients, kEncryptFlags, from.get(), into.get()))
    return fail_gpg(error, "encrypt to OpenPGP key");
  std::string armour = taken_text(std::move(into));
  if (!is_whole_armour(armour, "MESSAGE"))
    return fail(Code::kUnavailable, "encrypt to OpenPGP key: gpg did not run to its end");
  return armour;
}

Result<void> stream_encrypted_openpgp(ByteView armoured_key, const std::string& fingerprint,
                                      const ContentWriter& content, const ByteSink& sink, std::int64_t now) {
  TRY_ASSIGN(const MemoryHome home, MemoryHome::holding(armoured_key));
  TRY_ASSIGN(const OpenPgpKey known, find_key(home.path(), home.fingerprint()));
  TRY_DO(check_usable(known, fingerprint, now));
  TRY_ASSIGN(const GpgContext context, open_home(home.path()));
  TRY_ASSIGN(const GpgKey key, key_of(context.get(), fingerprint));
  gpgme_set_armor(context.get(), 1);
  gpgme_key_t recipients[] = {key.get(), nullptr};
  TRY_ASSIGN(const Channel channel, Channel::open());
  gpgme_data_t raw = nullptr;
  ZP_CHECK(gpgme_data_new_from_fd(&raw, channel.reading_end()) == 0);
  const GpgData from(raw);
  PassingSink passing(sink);
  const GpgData into = passing.data();
  Result<void> given;
  gpgme_error_t error = 0;
  {
    const std::jthread giving([&] {
      given = content([&](ByteView bytes) { return channel.write(bytes); });
      channel.no_more();
    });
    error = gpgme_op_encrypt(context.get(), recipients, kEncryptFlags, from.get(), into.get());
    channel.stop_reading();  // a gpg that gave up lets nobody wait
  }
  if (!passing.passed()) return passing.passed();
  if (error) return fail_gpg(error, "encrypt to OpenPGP key");
  if (!given) return given;
  if (!passing.is_whole()) return fail(Code::kUnavailable, "encrypt to OpenPGP key: gpg did not run to its end");
  return {};
}

Result<OpenedOpenPgp> open_openpgp(const std::string& home, const std::string& senders, ByteView message,
                                   std::size_t limit) {
  TRY_ASSIGN(const GpgContext context, open_home(home));
  const GpgData from = data_over(message);
  SecretSink sink(limit);
  const GpgData into = sink.data();
  if (const gpgme_error_t error = gpgme_op_decrypt_verify(context.get(), from.get(), into.get()))
    return fail_gpg(error, "open OpenPGP mail");
  const auto* const result = gpgme_op_decrypt_result(context.get());
  // gpg also "decrypts" what was never encrypted, and can be told to bear with what is not protected.
  if (result->recipients == nullptr || result->legacy_cipher_nomdc)
    return fail(Code::kTampered, "open OpenPGP mail: it is not encrypted and protected");
  OpenedOpenPgp opened{sink.taken(), {}};
  const auto* const verified = gpgme_op_verify_result(context.get());
  for (const auto* one = verified ? verified->signatures : nullptr; one; one = one->next) {
    OpenPgpSignature signature;
    signature.state = OpenPgpSignature::State::kNoKey;
    signature.key = one->fpr ? one->fpr : "";
    opened.signatures.push_back(std::move(signature));
  }
  if (opened.signatures.empty() || senders.empty()) return opened;
  // Our own home knows no senders: the encryption alone is taken off, and what is inside is checked in theirs.
  TRY_ASSIGN(const GpgContext again, open_home(home));
  const GpgData from_again = data_over(message);
  SecretSink inside(limit + kSignatureRoom);
  const GpgData into_again = inside.data();
  if (const gpgme_error_t error =
          gpgme_op_decrypt_ext(again.get(), GPGME_DECRYPT_UNWRAP, from_again.get(), into_again.get()))
    return fail_gpg(error, "open OpenPGP mail");
  const SecretBytes signed_message = inside.taken();
  TRY_ASSIGN(auto checked, verify_openpgp_message(senders, signed_message.view()));
  opened.signatures = std::move(checked.signatures);
  return opened;
}

}  // namespace zp::crypto
