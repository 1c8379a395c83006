#include "gateway/dispatch/http_post.h"

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
constexpr milliseconds kWholeAnswer{10'000};
constexpr std::size_t kMostAnswer = 64 * 1024;

std::unique_ptr<Poco::Net::HTTPClientSession> connect(const Poco::URI& url, const std::string& ca_file) {
  if (url.getScheme() != "https") return std::make_unique<Poco::Net::HTTPClientSession>(url.getHost(), url.getPort());
  return std::make_unique<Poco::Net::HTTPSClientSession>(url.getHost(), url.getPort(), verifying_context(ca_file));
}

/// A server that sends a byte now and then ends here too.
Result<Bytes> read_answer(std::istream& stream, const char* operation) {
  const auto until = steady_clock::now() + kWholeAnswer;
  Bytes answer;
  for (int byte = stream.get(); byte != std::istream::traits_type::eof(); byte = stream.get()) {
    if (answer.size() == kMostAnswer || steady_clock::now() > until)
      return fail(Code::kUnavailable, operation, "the answer does not end");
    answer.push_back(static_cast<std::uint8_t>(byte));
  }
  return answer;
}

}  // namespace

Result<HttpAnswer> http_post(const HttpPost& post, ByteView body) {
  try {
    const Poco::URI url(post.url);
    const auto session = connect(url, post.ca_file);
    session->setTimeout(kTimeout, kTimeout, kTimeout);
    const std::string path = url.getPathAndQuery().empty() ? "/" : url.getPathAndQuery();
    Poco::Net::HTTPRequest head("POST", path, Poco::Net::HTTPMessage::HTTP_1_1);
    head.setContentType(post.content_type);
    head.setContentLength(static_cast<std::streamsize>(body.size()));
    if (!post.authorization.empty()) head.set("Authorization", post.authorization);
    session->sendRequest(head).write(reinterpret_cast<const char*>(body.data()),
                                     static_cast<std::streamsize>(body.size()));
    Poco::Net::HTTPResponse response;
    std::istream& stream = session->receiveResponse(response);
    TRY_ASSIGN(auto answer, read_answer(stream, post.operation));
    return HttpAnswer{response.getStatus(), response.getContentType(), std::move(answer)};
  } catch (const Poco::Exception& exception) {
    return fail(Code::kUnavailable, post.operation, exception.name());
  }
}

}  // namespace zp::gateway
