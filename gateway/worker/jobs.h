// gateway/worker/jobs.h - doing what waits in the queue: leased, tried again with back-off, at last a dead letter that
// staff see.
//
// Every handler may run twice for one job (a crash, a lease that ran out): the second time changes nothing.
// Threads: any number of runners.
#ifndef GATEWAY_WORKER_JOBS_H_
#define GATEWAY_WORKER_JOBS_H_

#include "gateway/worker/tools.h"

namespace zp::gateway {

/// What becomes of a job that went well: done, or once more after a while (it waits for something; that is no failure).
struct Next {
  TimeMs again_in = 0;
  std::string payload = {};  // of that next time; empty: as it was
};

using Handler = Result<Next> (*)(const Tools& tools, const Job& job);

// One per kind of job; `subject` is what stands behind it.
Result<Next> inspect_document(const Tools& tools, const Job& job);    // document
Result<Next> rescan_document(const Tools& tools, const Job& job);     // document
Result<Next> evaluate_dossier(const Tools& tools, const Job& job);    // dossier
Result<Next> publish_status(const Tools& tools, const Job& job);      // dossier
Result<Next> make_receipt(const Tools& tools, const Job& job);        // submission
Result<Next> mail_receipt(const Tools& tools, const Job& job);        // submission
Result<Next> publish_message(const Tools& tools, const Job& job);     // message
Result<Next> reseal_messages(const Tools& tools, const Job& job);     // dossier
Result<Next> notify_recipient(const Tools& tools, const Job& job);    // message
Result<Next> remind_recipient(const Tools& tools, const Job& job);    // message
Result<Next> mark_undeliverable(const Tools& tools, const Job& job);  // message
Result<Next> send_again(const Tools& tools, const Job& job);          // message
Result<Next> mail_letter(const Tools& tools, const Job& job);         // message
Result<Next> mail_directly(const Tools& tools, const Job& job);       // message
Result<Next> find_other_way(const Tools& tools, const Job& job);      // message
Result<Next> receipt_came_back(const Tools& tools, const Job& job);   // submission
Result<Next> send_code_by_sms(const Tools& tools, const Job& job);    // message
Result<Next> print_message(const Tools& tools, const Job& job);       // message
Result<Next> write_package(const Tools& tools, const Job& job);       // dossier
Result<Next> remove_object(const Tools& tools, const Job& job);       // object
Result<Next> rewrap_keys(const Tools& tools, const Job& job);         // none: the whole key table
Result<Next> move_access(const Tools& tools, const Job& job);         // register of a client

/// Mails are handed over by threads of their own: a server that is slow to answer holds nothing else up.
enum class Work { kAll, kMails, kOthers };
/// Leases and does one due job; false if there is none.
Result<bool> do_one_job(const Tools& tools, Work work = Work::kAll);

/// Delay before try number `attempts` + 1: 5 s, doubling to an hour.
TimeMs back_off(std::uint32_t attempts) noexcept;

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_JOBS_H_
