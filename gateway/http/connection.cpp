#include "gateway/http/connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>

#include "gateway/process/log.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kWriteBytes = 64 * 1024;
constexpr auto kWriteTime = std::chrono::seconds(30);  // for each kWriteBytes

void add_security_headers(Response& response) {
  static constexpr std::array<std::pair<const char*, const char*>, 9> kHeaders{{
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
       "connect-src 'self'; "
       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
      {"Strict-Transport-Security", "max-age=63072000; includeSubDomains"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cache-Control", "no-store"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
  }};
  for (const auto& [name, value] : kHeaders)
    if (!response.has(name)) response.set(name, value);
}

std::string head_text(const Response& response, bool keep_alive) {
  Poco::Net::HTTPResponse head;
  head.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
  head.setVersion(Poco::Net::HTTPMessage::HTTP_1_1);
  head.setDate(Poco::Timestamp());
  if (!response.content_type.empty()) head.setContentType(response.content_type);
  if (response.status != 204 && response.status != 304 && !response.has("Content-Length"))
    head.setContentLength64(static_cast<Poco::Int64>(response.stream ? response.stream_bytes : response.body.size()));
  for (const auto& [name, value] : response.headers) head.add(name, value);
  head.setKeepAlive(keep_alive);
  std::ostringstream out;
  head.write(out);
  return std::move(out).str();
}

}  // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, ConnectionContext& context)
    : TCPServerConnection(socket), context_(context) {}

void Connection::run() {
  {
    Watchdog::Watch watch(context_.watchdog, socket().impl()->sockfd());
    watch.set(Phase::kIdle, Clock::now() + std::chrono::seconds(context_.options.head_seconds));
    std::string text;
    while (read_head(watch, text)) {
      auto head = parse_head(text);
      if (!head) {
        refuse(watch, head.error().status, head.error().reason);
        break;
      }
      if (serve(watch, std::move(*head)) == Next::kClose) break;
      watch.set(Phase::kIdle, Clock::now() + std::chrono::seconds(context_.options.idle_seconds));
      if (context_.watchdog.stopping()) break;
    }
  }
  try {
    socket().shutdown();
  } catch (const Poco::Exception&) {
    // The client has gone already.
  }
}

std::size_t Connection::receive(std::span<std::uint8_t> buffer) noexcept {
  try {
    const int got = socket().receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  } catch (...) {
    return 0;
  }
}

bool Connection::read_head(Watchdog::Watch& watch, std::string& head) {
  std::array<std::uint8_t, kReadBytes> buffer;
  bool started = false;
  for (std::size_t searched = 0;;) {
    if (!started && !pending_.empty()) {
      watch.set(Phase::kHead, Clock::now() + std::chrono::seconds(context_.options.head_seconds));
      started = true;
    }
    const auto end = pending_.find("\r\n\r\n", searched);
    if (end != std::string::npos && end + 4 <= kMaxHeadBytes) {
      head = pending_.substr(0, end + 4);
      pending_.erase(0, end + 4);
      return true;
    }
    if (pending_.size() > kMaxHeadBytes) {
      refuse(watch, 431, "head too long");
      return false;
    }
    searched = pending_.size() < 3 ? 0 : pending_.size() - 3;
    const auto got = receive(buffer);
    if (got == 0) {
      if (started && watch.late()) refuse(watch, 408, "head too slow");
      return false;
    }
    pending_.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
}

Result<std::size_t> Connection::read_body(Watchdog::Watch& watch, Clock::time_point started, const Request& request,
                                          std::span<std::uint8_t> buffer) {
  const auto& options = context_.options;
  const auto earned = std::chrono::seconds(options.body_grace_seconds +
                                           request.body_read / std::max(1u, options.body_min_bytes_per_second));
  watch.set(Phase::kBody, started + earned);
  if (owes_continue_) {
    owes_continue_ = false;
    if (!send(watch, "HTTP/1.1 100 Continue\r\n\r\n")) return fail(Code::kIo, "read body");
    watch.set(Phase::kBody, started + earned);
  }
  std::size_t got = std::min(pending_.size(), buffer.size());
  if (got > 0) {
    std::memcpy(buffer.data(), pending_.data(), got);
    pending_.erase(0, got);
  } else {
    got = receive(buffer);
  }
  const bool late = got == 0 && watch.late();
  watch.set(Phase::kWorking, {});
  if (late) return fail(Code::kTimeout, "read body");
  return got;
}

Response Connection::call_handler(Request& request) const {
  try {
    return context_.handler(request);
  } catch (const std::exception&) {
    // what() may quote content, so it is not logged.
    log(Level::kError, "handler failed", {{"route", request.route}});
    return Response::error(500);
  }
}

Connection::Next Connection::serve(Watchdog::Watch& watch, Head head) {
  const auto started = Clock::now();
  Request& request = head.request;
  owes_continue_ = head.expects_continue && request.content_length > 0;
  const auto proxy_address = context_.options.behind_proxy ? request.header("x-real-ip") : std::string_view();
  request.remote_address =
      proxy_address.empty() ? socket().peerAddress().host().toString() : std::string(proxy_address);
  request.source = [&](std::span<std::uint8_t> buffer) { return read_body(watch, started, request, buffer); };
  request.interrupt = [&watch] { watch.interrupt(); };
  watch.set(Phase::kWorking, {});
  Response response = call_handler(request);
  const auto left = request.content_length - request.body_read;
  const bool keep = head.keep_alive && left == 0 && !context_.watchdog.stopping();
  const bool whole = write(watch, response, &request, keep);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started).count();
  log(Level::kInfo, "request",
      {{"method", request.method},
       {"route", request.route.empty() ? "-" : request.route},
       {"status", response.status},
       {"received", request.body_read},
       {"sent", response.stream ? response.stream_bytes : response.body.size()},
       {"ms", took}});
  if (keep && whole) return Next::kKeep;
  if (left > 0 && !owes_continue_) drain(watch, left, context_.options.drain_seconds);
  return Next::kClose;
}

void Connection::drain(Watchdog::Watch& watch, std::uint64_t left, std::uint32_t seconds) {
  // Closing with unread bytes in the socket makes the kernel reset the connection, and the client never sees
  // the answer.
  left = std::min(left, context_.options.drain_bytes);
  left -= std::min<std::uint64_t>(left, pending_.size());
  watch.set(Phase::kBody, Clock::now() + std::chrono::seconds(seconds));
  std::array<std::uint8_t, kReadBytes> buffer;
  while (left > 0) {
    const auto got = receive(buffer);
    if (got == 0) return;
    left -= std::min<std::uint64_t>(left, got);
  }
}

void Connection::refuse(Watchdog::Watch& watch, int status, const char* reason) {
  log(Level::kInfo, "request refused", {{"reason", reason}, {"status", status}});
  auto response = Response::error(status);
  write(watch, response, nullptr, false);
  drain(watch, kMaxHeadBytes, 1);
}

bool Connection::send(Watchdog::Watch& watch, std::string_view bytes) {
  try {
    while (!bytes.empty()) {
      watch.set(Phase::kWriting, Clock::now() + kWriteTime);
      const auto chunk = bytes.substr(0, kWriteBytes);
      const int sent = socket().sendBytes(chunk.data(), static_cast<int>(chunk.size()));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

bool Connection::send_stream(Watchdog::Watch& watch, const Response& response) {
  std::vector<std::uint8_t> buffer(kWriteBytes);
  for (std::uint64_t left = response.stream_bytes; left > 0;) {
    const auto got = response.stream(std::span(buffer).first(std::min<std::uint64_t>(left, buffer.size())));
    if (!got) log_error("answer not sent whole", got.error());
    if (!got || *got == 0 || !send(watch, as_text(std::span(buffer).first(*got)))) return false;
    left -= *got;
  }
  return true;
}

bool Connection::write(Watchdog::Watch& watch, Response& response, const Request* request, bool keep_alive) {
  if (response.status >= 400 && response.body.empty() && response.content_type.empty()) {
    if (context_.options.error_page) {
      context_.options.error_page(response, request);
    } else {
      const auto page = plain_error_page(response.status);
      response.content_type = page.content_type;
      response.body = page.body;
    }
  }
  add_security_headers(response);
  std::string bytes = head_text(response, keep_alive);
  const bool with_body = !(request && request->method == "HEAD") && response.status != 204 && response.status != 304;
  // One write for what fits: two small ones would wait for the client's delayed acknowledgement.
  if (with_body && response.body.size() <= kWriteBytes) bytes += response.body;
  if (!send(watch, bytes)) return false;
  if (with_body && response.stream) return send_stream(watch, response);
  return !with_body || response.body.size() <= kWriteBytes || send(watch, response.body);
}

}  // namespace zp::gateway
