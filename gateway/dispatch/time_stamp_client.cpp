#include "gateway/dispatch/time_stamp_client.h"

#include <chrono>

#include "gateway/dispatch/http_post.h"

namespace zp::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLeaveAlone{60'000};

std::unexpected<Error> unavailable(std::string why) {
  return fail(Code::kUnavailable, "ask for a time-stamp", std::move(why));
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<Bytes> TimeStampClient::post(ByteView request) const {
  TRY_ASSIGN(auto answer, http_post({"ask for a time-stamp", config_.time_stamp_url, config_.time_stamp_ca,
                                     "application/timestamp-query"},
                                    request));
  if (answer.status != 200) return unavailable("status " + std::to_string(answer.status));
  if (answer.content_type != "application/timestamp-reply") return unavailable("the answer is no time-stamp");
  return std::move(answer.body);
}

Result<Bytes> TimeStampClient::ask(ByteView request) const {
  if (steady_ms() < not_before_) return unavailable("it did not answer a moment ago");
  auto answer = post(request);
  if (!answer) not_before_ = steady_ms() + kLeaveAlone.count();
  return answer;
}

}  // namespace zp::gateway
