// gateway/http/watchdog.h - holds every connection to its deadline.
//
// Socket time-outs count from one received byte to the next, so a client that sends one byte a second stays
// for ever. Here a thread looks at all connections a few times a second and shuts the sockets of those that
// are late; the connection's own thread then sees the end of the stream. Threads: all members may be called
// from any.
#ifndef GATEWAY_HTTP_WATCHDOG_H_
#define GATEWAY_HTTP_WATCHDOG_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace zp::gateway {

using Clock = std::chrono::steady_clock;

/// kIdle and kHead may be ended early when places run out; kWorking (the handler thinks) has no deadline.
enum class Phase { kIdle, kHead, kBody, kWorking, kWriting };

class Watchdog {
 public:
  /// One connection's place; leaves the watch on destruction, which must come before its socket is closed.
  class Watch {
   public:
    Watch(Watchdog& dog, int fd);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Past the deadline of kHead and kBody only the reading half is shut, so that an answer may still go
    /// out.
    void set(Phase phase, Clock::time_point deadline);
    /// The deadline passed, or the place was needed.
    bool late() const;
    /// Shuts the reading half now. From any thread while the watch lives.
    void interrupt();

   private:
    friend class Watchdog;
    Watchdog& dog_;
    std::list<Watch*>::iterator place_;
    const int fd_;
    Phase phase_ = Phase::kIdle;
    Clock::time_point deadline_, since_;
    bool late_ = false;
  };

  /// With more than three quarters of `places` taken, the connections that have longest sent no request go
  /// before their time.
  explicit Watchdog(std::size_t places);
  ~Watchdog();

  /// Ends idle connections now and tells the others not to stay.
  void begin_stop();
  bool stopping() const;
  /// Waits until no connection is left; shuts what is left at `deadline`.
  void finish_stop(Clock::time_point deadline);

 private:
  void run();
  void look(Clock::time_point now);

  const std::size_t places_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watch*> watches_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_WATCHDOG_H_
