// publish_message SHELF CODE EXPIRES_MS [invitation|CODE_UNTIL_MS [BYTES]]: puts a message with one attachment on the shelf, as the
// worker would, and prints its link secret. An invitation's comes from its code.
#include <cstdio>
#include <cstdlib>

#include "crypto/object.h"
#include "crypto/recipient_key.h"
#include "gateway/store/shelf.h"

using namespace zp;

namespace {

Result<std::string> publish(const std::string& folder, const std::string& code, std::int64_t expires_ms,
                            std::string_view more, std::size_t bytes) {
  const bool invitation = more == "invitation";
  TRY_ASSIGN(const auto shelf, gateway::Shelf::open(folder));
  auto secret = SecretBytes::random(32);
  if (invitation) {
    TRY_ASSIGN(secret, crypto::link_secret_of_code(code));
  }
  const Id id = gateway::shelf_id(secret);
  gateway::Envelope envelope{.lock = crypto::RecipientLock::fresh(),
                             .expires_ms = expires_ms,
                             .code_until_ms = invitation ? 0 : std::atoll(more.data()),
                             .code_hint = "zelf gekozen",
                             .attachments = 1};
  TRY_ASSIGN(const auto key, crypto::recipient_key(envelope.lock, secret, code));
  std::string pdf = "%PDF-1.7 the letter";
  for (std::size_t i = 0; pdf.size() < bytes; ++i) pdf += static_cast<char>(i * 7 + i / 251);
  gateway::MailboxLetter letter{
      .sender = "Zorgloket Voorbeeld",
      .recipient = "mevrouw Zeldenrust",
      .reference = "ZP-4K7M-9XQ2-R",
      .email = "zeldenrust@voorbeeld.example",
      .kind = "informatie-mentor-curator-bewindvoerder",
      .subject = "Wij missen nog een document",
      .legal_effect = "Stuurt u niets, dan kunnen wij uw verzoek niet behandelen.",
      .term = "uiterlijk 7 december 2026",
      .paragraphs = {"Geachte mevrouw Zeldenrust,", "Wij missen de beschikking van de rechter."},
      .sent_ms = 1,
      .attachments =
          {{.name = "brief.pdf", .type = "application/pdf", .sha256 = std::string(64, '0'), .size = pdf.size()}},
      .asked = {{.slot = "court-order", .label = "Beschikking van de rechter", .explanation = "Alle pagina's."}},
      .thread = {{.time_ms = 1, .subject = "Ontvangstbevestiging", .link = std::string(43, 'A')},
                 {.time_ms = 2, .from_us = false, .subject = "Documenten", .files = {"verzoek.pdf"}},
                 {.time_ms = 3, .subject = "Wij missen nog een document", .is_this = true}}};
  TRY_DO(shelf.publish_message(id, envelope, crypto::seal_bytes(key, {id, id, 0}, as_bytes(letter.json())),
                               {crypto::seal_bytes(key, {id, id, 1}, as_bytes(pdf))}));
  return to_base64url(secret.view());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 6) return 2;
  const auto link = publish(argv[1], argv[2], std::atoll(argv[3]), argc > 4 ? argv[4] : "0",
                            argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 0);
  if (!link) {
    std::fprintf(stderr, "%s\n", link.error().message().c_str());
    return 1;
  }
  std::puts(link->c_str());
  return 0;
}
