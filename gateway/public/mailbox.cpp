#include "gateway/public/mailbox.h"

#include "crypto/recipient_key.h"
#include "gateway/process/log.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kLinkBytes = 32;

}  // namespace

std::string OpenedMessage::cookie() const { return id.hex() + "." + to_base64url(key.bytes().view()); }

Result<Mailbox::Link> Mailbox::find(std::string_view untrusted_link, std::int64_t now_ms) const {
  const auto bytes = untrusted_link.size() <= 64 ? from_base64url(untrusted_link) : Result<Bytes>(Bytes());
  if (!bytes || bytes->size() != kLinkBytes) return fail(Code::kNotFound, "find message");
  auto secret = SecretBytes::copy_of(*bytes);
  const Id id = shelf_id(secret);
  TRY_ASSIGN(auto envelope, shelf_.envelope(id));
  if (envelope.expires_ms != 0 && envelope.expires_ms <= now_ms) return fail(Code::kNotFound, "find message: expired");
  const bool code_is_over = envelope.code_until_ms != 0 && envelope.code_until_ms <= now_ms;
  return Link{std::move(secret), id, std::move(envelope), code_is_over};
}

Result<MailboxLetter> Mailbox::read_letter(const Id& id, const crypto::DataKey& key) const {
  TRY_ASSIGN(const auto sealed, shelf_.body(id));
  TRY_ASSIGN(const auto text, crypto::open_bytes(key, {id, id, 0}, sealed));
  return MailboxLetter::parse(text.text());
}

Result<void> Mailbox::note(const char* event, const Id& shelf_id, std::int64_t now_ms) const {
  const Id id = Id::random();
  const TrayItem item{.kind = "event", .accepted_ms = now_ms, .sealed_keys = {}, .event = event, .subject = shelf_id};
  TRY_ASSIGN(const auto folder, tray_.begin(id));
  auto noted = replace_file(folder + "/item.json", as_bytes(item.json()));
  if (noted) noted = tray_.publish(id, folder, false);
  if (!noted) tray_.discard(id);
  return noted;
}

Result<Mailbox::Answer> Mailbox::open(const Link& link, std::string_view typed_code, std::int64_t now_ms) const {
  Answer answer;
  if (link.code_is_over) {
    answer.attempt.allowed = false;
    return answer;
  }
  TRY_ASSIGN(answer.attempt, attempts_.begin(counter(link), now_ms));
  if (!answer.attempt.allowed) return answer;
  const CodeSlot slot(slots_);
  auto key = crypto::recipient_key(link.envelope.lock, link.secret, typed_code);
  if (!key && key.error().code == Code::kUnavailable) return std::unexpected(key.error());
  auto letter = key ? read_letter(link.id, *key) : Result<MailboxLetter>(fail(Code::kTampered, "open message"));
  if (!letter && letter.error().code != Code::kTampered) return std::unexpected(letter.error());
  if (!letter) {
    if (answer.attempt.locks_now) {
      log(Level::kWarning, "message locked after wrong codes", {{"message", link.id.hex()}});
      TRY_DO(note("message-locked", link.id, now_ms));
    }
    return answer;
  }
  TRY_DO(attempts_.opened(counter(link), now_ms));
  TRY_DO(note("message-read", link.id, now_ms));
  answer.message.emplace(OpenedMessage{link.id, std::move(*key), std::move(*letter)});
  return answer;
}

std::optional<OpenedMessage> Mailbox::reopen(const Link& link, std::string_view cookie) const {
  const auto prefix = link.id.hex() + ".";
  if (link.code_is_over || !cookie.starts_with(prefix) || cookie.size() > 100) return std::nullopt;
  const auto bytes = from_base64url(cookie.substr(prefix.size()));
  if (!bytes) return std::nullopt;
  auto key = crypto::DataKey::from(SecretBytes::copy_of(*bytes));
  if (!key) return std::nullopt;
  auto letter = read_letter(link.id, *key);
  if (!letter) return std::nullopt;
  return OpenedMessage{link.id, std::move(*key), std::move(*letter)};
}

Result<crypto::ObjectReader> Mailbox::attachment(const OpenedMessage& message, std::uint32_t number) const {
  if (number >= message.letter.attachments.size()) return fail(Code::kNotFound, "read attachment", message.id.hex());
  TRY_ASSIGN(auto sealed, shelf_.attachment(message.id, number));
  // Held open: a message that is sealed anew meanwhile comes whole, as it was.
  auto file = std::make_shared<FileReader>(std::move(sealed));
  return crypto::ObjectReader::open(message.key, {message.id, message.id, number + 1},
                                    [file](std::span<std::uint8_t> buffer) { return file->read(buffer); });
}

}  // namespace zp::gateway
