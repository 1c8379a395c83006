// An intake in memory that can fail at each step.
#ifndef TESTS_UNIT_MAIL_MEMORY_INTAKE_H_
#define TESTS_UNIT_MAIL_MEMORY_INTAKE_H_

#include <optional>
#include <string>
#include <vector>

#include "gateway/mail/lmtp_session.h"

namespace zp::gateway {

class MemoryIntake : public MailIntake {
 public:
  struct Writer : MailWriter {
    Writer(MemoryIntake& owner, MailEnvelope e) : intake(owner), envelope(std::move(e)) { ++intake.open; }
    ~Writer() override { --intake.open; }
    Result<void> append(ByteView bytes) override {
      if (intake.append_fails) return fail(*intake.append_fails, "append");
      content += as_text(bytes);
      return {};
    }
    Result<void> accept() override {
      if (intake.accept_fails) return fail(*intake.accept_fails, "accept");
      intake.accepted.push_back(content);
      intake.envelopes.push_back(envelope);
      return {};
    }
    MemoryIntake& intake;
    MailEnvelope envelope;
    std::string content;
  };

  Result<void> check_space() override {
    if (space_fails) return fail(*space_fails, "space");
    return {};
  }
  Result<std::unique_ptr<MailWriter>> begin(const MailEnvelope& envelope) override {
    if (begin_fails) return fail(*begin_fails, "begin");
    return std::make_unique<Writer>(*this, envelope);
  }

  std::optional<Code> space_fails, begin_fails, append_fails, accept_fails;
  std::vector<std::string> accepted;
  std::vector<MailEnvelope> envelopes;
  int open = 0;
};

}  // namespace zp::gateway

#endif  // TESTS_UNIT_MAIL_MEMORY_INTAKE_H_
