// gateway/courier/resolver.h - libunbound as Dns: every answer is validated here, whatever the resolver says that it is asked through.
//
// Threads: may be shared; calls wait for the name servers, each at its own pace. Answers are kept for as long as they say.
#ifndef GATEWAY_COURIER_RESOLVER_H_
#define GATEWAY_COURIER_RESOLVER_H_

#include <memory>

#include "gateway/config/config.h"
#include "gateway/courier/dns.h"

struct ub_ctx;

namespace zp::gateway {

class Resolver final : public Dns {
 public:
  /// kConfig: the trust anchor can't be read, or the resolver is no address.
  static Result<std::unique_ptr<Resolver>> open(const CourierConfig& config);
  ~Resolver() override;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  Result<Answer> ask(const std::string& name, RecordType type) const override;
  /// The zone of the trust anchor: its own records must be secure.
  const std::string& anchor() const noexcept { return anchor_; }

 private:
  Resolver(ub_ctx* context, std::string anchor) : context_(context), anchor_(std::move(anchor)) {}
  ub_ctx* context_;
  std::string anchor_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_COURIER_RESOLVER_H_
