#include "gateway/dispatch/time_stamp_client.h"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/URI.h>

#include <chrono>
#include <istream>
#include <memory>

#include "gateway/dispatch/tls_client.h"

namespace zp::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const Poco::Timespan kTimeout(5, 0);  // for each step: connecting, sending, a piece of the answer
constexpr milliseconds kWholeAnswer{10'000}, kLeaveAlone{60'000};
constexpr std::size_t kMostAnswer = 64 * 1024;

std::unexpected<Error> unavailable(std::string why) {
  return fail(Code::kUnavailable, "ask for a time-stamp", std::move(why));
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::unique_ptr<Poco::Net::HTTPClientSession> connect(const Poco::URI& url, const std::string& ca_file) {
  if (url.getScheme() != "https") return std::make_unique<Poco::Net::HTTPClientSession>(url.getHost(), url.getPort());
  return std::make_unique<Poco::Net::HTTPSClientSession>(url.getHost(), url.getPort(), verifying_context(ca_file));
}

/// A server that sends a byte now and then ends here too.
Result<Bytes> read_answer(std::istream& stream) {
  const auto until = steady_clock::now() + kWholeAnswer;
  Bytes answer;
  for (int byte = stream.get(); byte != std::istream::traits_type::eof(); byte = stream.get()) {
    if (answer.size() == kMostAnswer || steady_clock::now() > until) return unavailable("the answer does not end");
    answer.push_back(static_cast<std::uint8_t>(byte));
  }
  return answer;
}

}  // namespace

Result<Bytes> TimeStampClient::post(ByteView request) const {
  try {
    const Poco::URI url(config_.time_stamp_url);
    const auto session = connect(url, config_.time_stamp_ca);
    session->setTimeout(kTimeout, kTimeout, kTimeout);
    const std::string path = url.getPathAndQuery().empty() ? "/" : url.getPathAndQuery();
    Poco::Net::HTTPRequest head("POST", path, Poco::Net::HTTPMessage::HTTP_1_1);
    head.setContentType("application/timestamp-query");
    head.setContentLength(static_cast<std::streamsize>(request.size()));
    session->sendRequest(head).write(reinterpret_cast<const char*>(request.data()),
                                     static_cast<std::streamsize>(request.size()));
    Poco::Net::HTTPResponse response;
    std::istream& stream = session->receiveResponse(response);
    if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK)
      return unavailable("status " + std::to_string(response.getStatus()));
    if (response.getContentType() != "application/timestamp-reply") return unavailable("the answer is no time-stamp");
    return read_answer(stream);
  } catch (const Poco::Exception& exception) {
    return unavailable(exception.name());
  }
}

Result<Bytes> TimeStampClient::ask(ByteView request) const {
  if (steady_ms() < not_before_) return unavailable("it did not answer a moment ago");
  auto answer = post(request);
  if (!answer) not_before_ = steady_ms() + kLeaveAlone.count();
  return answer;
}

}  // namespace zp::gateway
