// Looks once into a mailbox of a configuration and prints what it kept: "SIZE SHA-256" of each message, as it came. For
// tests that compare bytes; the door's own messages can't be read back.
#include <cstdio>

#include "crypto/hash.h"
#include "gateway/mail/mailbox_round.h"
#include "gateway/store/files.h"

using namespace zp;
using namespace zp::gateway;

namespace {

class PrintingIntake : public MailIntake {
 public:
  struct Writer : MailWriter {
    Result<void> append(ByteView bytes) override {
      size += bytes.size();
      hash.append(bytes);
      return {};
    }
    Result<void> accept() override {
      std::printf("%zu %s\n", size, to_hex(hash.finish()).c_str());
      return {};
    }
    std::size_t size = 0;
    crypto::Sha256 hash;
  };
  Result<void> check_space() override { return {}; }
  Result<std::unique_ptr<MailWriter>> begin(const MailEnvelope&) override { return std::make_unique<Writer>(); }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto config = Config::load(argv[1]);
  const auto mailboxes = config ? load_mailboxes(*config) : std::unexpected(config.error());
  if (!mailboxes || mailboxes->empty()) return 2;
  const MailboxConfig& mailbox = mailboxes->front();
  const auto secret = read_secret_file(mailbox.secret_file);
  if (!secret) return 2;
  PrintingIntake intake;
  MailboxState state;
  MailboxRound round(mailbox.address, {.max_message_bytes = config->mail.max_message_bytes}, intake, state,
                     [](const MailboxState&) -> Result<void> { return {}; });
  Result<bool> more = true;
  while (more && *more) more = round.look(*open_remote_mailbox(mailbox, *secret, [] { return false; }), 1);
  std::printf("left %zu\n", state.left.size());
  if (!more) std::printf("error %s\n", more.error().message().c_str());
  return more ? 0 : 1;
}
