// gateway/public/inspections.h - shows a sender within seconds what is seen in a document: a few threads that
// hand files to cells.
//
// The queue lives in memory with the secrets of the drafts it works for, and forgets them when done. What a
// restart or a busy broker leaves undone is queued again when the sender's page asks for findings. Threads:
// all members may be called from any thread.
#ifndef GATEWAY_PUBLIC_INSPECTIONS_H_
#define GATEWAY_PUBLIC_INSPECTIONS_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/public/uploads.h"
#include "intake/inspector.h"

namespace zp::gateway {

class Inspections {
 public:
  struct Options {
    std::uint64_t inspect_bytes = 0;  // larger files wait for the inner zone
    std::string trust_anchors_pem;
    std::uint32_t threads = 2;
  };
  /// Borrows all but the options. start() begins the work once the Uploads are made.
  Inspections(const DraftStore& drafts, intake::Inspector& inspector, Options options);
  ~Inspections();
  void start(const Uploads& uploads);

  /// No effect if it is queued already.
  void add(const DraftSecret& secret, const Id& object);
  /// Queues every complete file without findings.
  void add_all(const DraftSecret& secret, const Draft& draft);
  /// Waits until nothing of this draft is queued or at work.
  void wait_for(const Draft& draft, std::chrono::milliseconds patience);
  struct PagesSeen {
    int page = 0, pages = 0;
  };
  /// How far a file is that is looked at now; zeros if it is not, or has not got to a page.
  PagesSeen seen(const Id& object) const;

 private:
  struct Task {
    DraftSecret secret;
    Id object;
  };
  void work();
  Result<void> inspect(const Task& task);

  const DraftStore& drafts_;
  intake::Inspector& inspector_;
  const Options options_;
  const Uploads* uploads_ = nullptr;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::map<Id, PagesSeen> busy_;  // queued or at work
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_INSPECTIONS_H_
