#include "gateway/worker/sealing.h"

#include "crypto/time_stamp.h"
#include "gateway/process/log.h"
#include "templates/letter/letter.h"

namespace zp::gateway {
namespace {

Result<Bytes> stamped(const Tools& tools, Bytes cms, const Touched& about) {
  auto with_time = crypto::add_time_stamp(cms, [&](ByteView request) { return tools.time_stamps.ask(request); });
  Touched entry = about;
  if (!with_time) {
    log_error("sealed without a time-stamp", with_time.error(), {{"dossier", about.dossier}, {"object", about.object}});
    entry.detail = "PAdES B-B, no time-stamp: " + with_time.error().subject;
  } else {
    entry.detail = "PAdES B-T";
  }
  TRY_DO(
      tools.office.ledger.record(tools.actor, "worker", act_name(Act::kTimeStamp), entry, with_time ? "ok" : "failed"));
  return with_time ? std::move(*with_time) : std::move(cms);
}

}  // namespace

Result<Bytes> seal_pdf(const Tools& tools, Bytes pdf, const Touched& about) {
  return templates::sign_pdf(std::move(pdf), [&](ByteView digest) -> Result<Bytes> {
    TRY_ASSIGN(auto cms, tools.seal.sign_digest(digest));
    return tools.time_stamps.configured() ? stamped(tools, std::move(cms), about) : std::move(cms);
  });
}

}  // namespace zp::gateway
