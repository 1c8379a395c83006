#include "intake/cell/connection.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "intake/json_reader.h"

namespace zp::intake::cell {
namespace {

constexpr const char* kReceive = "receive document";

Result<void> read_all(int fd, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const ssize_t count = ::read(fd, into.data(), into.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(Code::kMalformed, kReceive);
    into = into.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

/// The head and the descriptor that travels with its first byte.
Result<int> receive_head(int client, std::span<std::uint8_t> head) {
  iovec part{head.data(), head.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t count = 0;
  do {
    count = ::recvmsg(client, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  const cmsghdr* first = count > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (!first || first->cmsg_type != SCM_RIGHTS) return fail(Code::kMalformed, kReceive);
  int document = -1;
  std::memcpy(&document, CMSG_DATA(first), sizeof document);
  TRY_DO(read_all(client, head.subspan(static_cast<std::size_t>(count))));
  return document;
}

Result<ByteView> map_document(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail_errno(kReceive);
  if (status.st_size == 0) return ByteView{};
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) return fail_errno(kReceive);
  return ByteView{static_cast<const std::uint8_t*>(mapped), size};
}

Result<InspectionRequest> parse_options(std::string_view text) {
  const auto json = parse_json(text);
  if (!json.is_object()) return fail(Code::kMalformed, kReceive);
  JsonReader reader(kReceive);
  InspectionRequest options;
  options.declared_kind = reader.text(json, "declared_kind", 64);
  options.trust_anchors_pem = reader.text(json, "trust_anchors_pem", kMaxRequestJson, Lines::kKeep);
  options.as_of = reader.text(json, "as_of", 10);
  options.want_pages = reader.flag(json, "want_pages");
  options.page_dpi = static_cast<int>(reader.integer(json, "page_dpi", 36, 300, 110));
  options.want_masked = reader.flag(json, "want_masked");
  options.somebody_waits = reader.flag(json, "somebody_waits");
  if (reader.failed()) return std::unexpected(reader.error());
  return options;
}

int time_limit_client = -1;

void on_time_limit(int) {
  constexpr std::array<std::uint8_t, kFrameHeadBytes> kTimeIsUp = {'T', 0, 0, 0, 0};
  [[maybe_unused]] const ssize_t sent =
      ::send(time_limit_client, kTimeIsUp.data(), kTimeIsUp.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::_exit(0);
}

}  // namespace

Result<Request> Connection::receive() {
  std::array<std::uint8_t, kRequestHeadBytes> head{};
  TRY_ASSIGN(const int document, receive_head(client_, head));
  const std::uint32_t json_bytes = get_u32(&head[8]);
  const bool known =
      head[4] >= static_cast<int>(Operation::kInspect) && head[4] <= static_cast<int>(Operation::kSplitScan);
  if (as_text(head).substr(0, 4) != kMagic || !known || json_bytes > kMaxRequestJson)
    return fail(Code::kMalformed, kReceive);
  Request request;
  request.operation = static_cast<Operation>(head[4]);
  Bytes json(json_bytes);
  TRY_DO(read_all(client_, json));
  TRY_ASSIGN(request.options, parse_options(as_text(json)));
  TRY_ASSIGN(request.document, map_document(document));
  ::close(document);
  return request;
}

void Connection::write_all(ByteView bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(0);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void Connection::frame(FrameKind kind, ByteView payload) const {
  std::array<std::uint8_t, kFrameHeadBytes> head{static_cast<std::uint8_t>(kind)};
  put_u32(&head[1], static_cast<std::uint32_t>(payload.size()));
  write_all(head);
  write_all(payload);
}

void Connection::progress(int page, int pages) const {
  std::array<std::uint8_t, 8> payload{};
  put_u32(&payload[0], static_cast<std::uint32_t>(page));
  put_u32(&payload[4], static_cast<std::uint32_t>(pages));
  begin_step();
  frame(FrameKind::kProgress, ByteView(payload));
  if (broker_ >= 0) {
    [[maybe_unused]] const ssize_t sent = ::send(broker_, "p", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
}

void Connection::image(int page, bool masked, std::uint32_t width, std::uint32_t height, ByteView rgb) const {
  std::array<std::uint8_t, kFrameHeadBytes + kImageHeadBytes> head{static_cast<std::uint8_t>(FrameKind::kImage)};
  put_u32(&head[1], static_cast<std::uint32_t>(kImageHeadBytes + rgb.size()));
  put_u32(&head[5], static_cast<std::uint32_t>(page));
  put_u32(&head[9], width);
  put_u32(&head[13], height);
  head[17] = masked;
  write_all(head);
  write_all(rgb);
}

void Connection::end() const {
  if (broker_ >= 0) {
    [[maybe_unused]] const ssize_t sent = ::send(broker_, "e", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  frame(FrameKind::kEnd, ByteView{});
}

void Connection::report_time_limit() const {
  time_limit_client = client_;
  struct sigaction action {};
  action.sa_handler = on_time_limit;
  ::sigaction(SIGXCPU, &action, nullptr);
  ::sigaction(SIGPROF, &action, nullptr);
  begin_step();
}

void Connection::begin_step() const {
  if (time_limit_client != client_) return;
  const itimerval step{{0, 0}, {processor_per_step_.count(), 0}};
  ::setitimer(ITIMER_PROF, &step, nullptr);
}

}  // namespace zp::intake::cell
