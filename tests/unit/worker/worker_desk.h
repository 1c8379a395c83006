// An office with a worker's tools and no servers, for tests that look into no document.
#ifndef TESTS_UNIT_WORKER_WORKER_DESK_H_
#define TESTS_UNIT_WORKER_WORKER_DESK_H_

#include "gateway/worker/jobs.h"
#include "intake/inspector.h"
#include "tests/unit/casework/desk.h"

namespace zp::gateway::test {

/// No cell can be had.
class NoCells final : public intake::Inspector {
 public:
  Result<intake::Inspection> inspect(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "inspect");
  }
  Result<intake::ParsedMail> parse_mail(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "parse mail");
  }
  Result<intake::ScanBatch> split_scan(ByteView) override { return fail(Code::kUnavailable, "split scan"); }
};

class WorkerDesk : public Desk {
 protected:
  WorkerDesk()
      : clamd_(""),
        smtp_(config_.smtp),
        time_stamps_(config_.keys),
        pages_(*templates::PageBook::load(ZP_SOURCE_DIR "/templates/messages")),
        pem_(crypto::SealKey::self_signed("Zegel van de proef", 30)),
        seal_(*crypto::SealKey::load(pem_.chain, pem_.key)),
        tools_{casework_->office(), *casework_, cells_, clamd_, smtp_, *pages_, seal_, time_stamps_, {}, {}} {
    config_.smtp.connections_per_domain = 2;
    config_.smtp.give_up_days = 5;
  }
  /// Until no job is due.
  void work() {
    for (auto did = do_one_job(tools_); did && *did;) did = do_one_job(tools_);
  }
  Result<void> change(const Id& id, const std::function<void(OpenDossier&)>& how) {
    return store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto open, open_dossier(vault_, store, id));
      how(open);
      return save_dossier(store, open, now_);
    });
  }

  NoCells cells_;
  Clamd clamd_;
  SmtpSender smtp_;
  TimeStampClient time_stamps_;
  std::unique_ptr<templates::PageBook> pages_;
  crypto::SealKey::Pem pem_;
  crypto::SealKey seal_;
  Tools tools_;
};

}  // namespace zp::gateway::test

#endif  // TESTS_UNIT_WORKER_WORKER_DESK_H_
