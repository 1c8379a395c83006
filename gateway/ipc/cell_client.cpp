#include "gateway/ipc/cell_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>

#include "crypto/hash.h"
#include "gateway/ipc/cell_answer.h"
#include "gateway/ipc/memory_file.h"
#include "intake/cell/protocol.h"
#include "intake/judge.h"

namespace zp::gateway {
namespace {

using namespace intake::cell;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kAsk = "ask a cell";

// Time a document may take as a whole.
constexpr seconds kBase{40}, kPerPage{6};
constexpr milliseconds kPerMegabyte{500};

std::string options_json(const intake::InspectionRequest& request) {
  const nlohmann::json json = {{"declared_kind", request.declared_kind},
                               {"trust_anchors_pem", request.trust_anchors_pem},
                               {"as_of", request.as_of},
                               {"want_pages", request.want_pages},
                               {"page_dpi", request.page_dpi},
                               {"want_masked", request.want_masked},
                               {"somebody_waits", request.somebody_waits}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

using Progress = decltype(intake::InspectionRequest::progress);

enum class Ending {
  kDone,
  kCrash,
  kTimeout,   // the document took the cell's processor time
  kNoTime,    // it took too long by the clock
  kProtocol,  // bytes that a cell of ours would not send
  kNoCell,    // the connection ended, or nothing came, before a cell had the document
};

/// A machine that gives a cell no time says nothing about the document.
const char* hazard_of(Ending failed) {
  return failed == Ending::kTimeout ? "timeout" : failed == Ending::kNoTime ? "not-inspected" : "crash";
}

/// One connection: sends the document, reads frames within their budget and hands them to the answer.
class Conversation {
 public:
  Conversation(int socket, std::size_t document_bytes, const CellPatience& patience, const Progress& progress)
      : socket_(socket),
        patience_(patience),
        progress_(progress),
        allowed_(kBase + kPerMegabyte * (document_bytes >> 20)) {}

  bool send(Operation operation, int document, std::string_view json) {
    std::array<std::uint8_t, kRequestHeadBytes> head{};
    std::ranges::copy(kMagic, head.begin());
    head[4] = static_cast<std::uint8_t>(operation);
    put_u32(&head[8], static_cast<std::uint32_t>(json.size()));
    return send_head(head, document) && send_all(as_bytes(json));
  }

  Ending read(CellAnswer& answer) {
    while (true) {
      std::array<std::uint8_t, kFrameHeadBytes> head{};
      if (const Ending ending = read_exactly(head); ending != Ending::kDone) return heard_ ? ending : Ending::kNoCell;
      const auto kind = static_cast<FrameKind>(head[0]);
      const std::size_t length = get_u32(&head[1]);
      if (length > answer.allowed_bytes(kind)) return Ending::kProtocol;
      Bytes untrusted_payload(length);
      if (const Ending ending = read_exactly(untrusted_payload); ending != Ending::kDone) return ending;
      if (!heard_) begin();
      if (kind == FrameKind::kEnd) return answer.complete() ? Ending::kDone : Ending::kProtocol;
      if (kind == FrameKind::kTimeIsUp) return Ending::kTimeout;
      if (kind == FrameKind::kStopped) return Ending::kNoTime;
      if (kind == FrameKind::kProgress) {
        take_progress(untrusted_payload);
      } else if (!answer.take(kind, std::move(untrusted_payload))) {
        return Ending::kProtocol;
      }
    }
  }

 private:
  bool send_head(ByteView head, int document) {
    iovec part{const_cast<std::uint8_t*>(head.data()), head.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* first = CMSG_FIRSTHDR(&message);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(first), &document, sizeof document);
    return ::sendmsg(socket_, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(head.size());
  }

  bool send_all(ByteView bytes) {
    while (!bytes.empty()) {
      pollfd writable{socket_, POLLOUT, 0};
      if (::poll(&writable, 1, static_cast<int>(patience_.for_a_cell.count())) != 1) return false;
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }

  void begin() {
    heard_ = true;
    started_ = Clock::now();
  }

  void take_progress(ByteView untrusted_progress) {
    if (untrusted_progress.size() != 8) return;
    pages_ = std::min<std::size_t>(get_u32(&untrusted_progress[4]), kMaxPages);
    const std::size_t page = std::min<std::size_t>(get_u32(&untrusted_progress[0]), pages_);
    if (progress_ && page > 0) progress_(static_cast<int>(page), static_cast<int>(pages_));
  }

  Clock::time_point deadline() const {
    if (!heard_) return waiting_since_ + patience_.for_a_cell;
    const auto whole = std::min<Clock::duration>(allowed_ + kPerPage * static_cast<int>(pages_), patience_.in_all);
    return std::min(started_ + whole, Clock::now() + patience_.in_silence);
  }

  Ending read_exactly(std::span<std::uint8_t> into) {
    const auto until = deadline();
    while (!into.empty()) {
      const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
      pollfd readable{socket_, POLLIN, 0};
      const int ready = left > 0 ? ::poll(&readable, 1, static_cast<int>(left)) : 0;
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) return Ending::kNoTime;
      const ssize_t count = ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count <= 0) return Ending::kCrash;
      into = into.subspan(static_cast<std::size_t>(count));
    }
    return Ending::kDone;
  }

  int socket_;
  const CellPatience& patience_;
  const Progress& progress_;
  Clock::duration allowed_;
  std::size_t pages_ = 0;
  bool heard_ = false;
  Clock::time_point waiting_since_ = Clock::now(), started_;
};

class CellClient : public intake::Inspector {
 public:
  CellClient(std::string path, CellPatience patience) : path_(std::move(path)), patience_(patience) {}

  Result<intake::Inspection> inspect(ByteView document, const intake::InspectionRequest& request) override {
    InspectionAnswer answer(request);
    TRY_ASSIGN(const Ending ending,
               ask(Operation::kInspect, document, options_json(request), answer, request.progress));
    intake::Inspection inspection;
    if (ending == Ending::kDone)
      inspection = answer.inspection();
    else
      inspection.findings = intake::failed_inspection(hazard_of(ending));
    inspection.findings.sha256 = to_hex(crypto::sha256(document));
    inspection.findings.size = document.size();
    intake::judge(inspection.findings, request.as_of);
    return inspection;
  }

  Result<intake::ParsedMail> parse_mail(ByteView raw, const intake::InspectionRequest& request) override {
    MailAnswer answer(raw.size());
    TRY_ASSIGN(const Ending ending, ask(Operation::kParseMail, raw, options_json(request), answer));
    if (ending == Ending::kNoTime) return fail(Code::kTimeout, "parse mail");
    if (ending != Ending::kDone || answer.refused()) return fail(Code::kMalformed, "parse mail");
    return answer.mail();
  }

  Result<intake::ScanBatch> split_scan(ByteView batch) override {
    ScanAnswer answer(batch.size());
    TRY_ASSIGN(const Ending ending, ask(Operation::kSplitScan, batch, options_json({}), answer));
    if (ending == Ending::kNoTime) return fail(Code::kTimeout, "split scan");
    if (ending != Ending::kDone || answer.refused()) return fail(Code::kMalformed, "split scan");
    return answer.batch();
  }

 private:
  /// A crash counts when it happens twice: once could be the broker being stopped, or the machine being short of
  /// memory.
  Result<Ending> ask(Operation operation, ByteView document, const std::string& json, CellAnswer& answer,
                     const Progress& progress = {}) const {
    constexpr int kTries = 2;
    TRY_ASSIGN(const Descriptor sealed, sealed_in_memory(document));
    Ending ending = Ending::kNoCell;
    for (int i = 0; i < kTries; ++i) {
      answer.reset();
      TRY_ASSIGN(const Descriptor socket, connect_to_broker());
      Conversation conversation(socket.get(), document.size(), patience_, progress);
      if (!conversation.send(operation, sealed.get(), json)) continue;
      ending = conversation.read(answer);
      if (ending == Ending::kDone || ending == Ending::kTimeout || ending == Ending::kNoTime) break;
    }
    if (ending == Ending::kNoCell) return fail(Code::kUnavailable, kAsk, path_);
    return ending;
  }

  Result<Descriptor> connect_to_broker() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return fail(Code::kConfig, kAsk, path_);
    std::memcpy(address.sun_path, path_.data(), path_.size());
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) return fail_errno(kAsk);
    const timeval patience{patience_.for_a_cell.count() / 1000,
                           patience_.for_a_cell.count() % 1000 * 1000};  // a full backlog makes connect() wait
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    return fail(Code::kUnavailable, kAsk, path_, errno);
  }

  std::string path_;
  CellPatience patience_;
};

}  // namespace

std::unique_ptr<intake::Inspector> connect_cells(std::string broker_socket_path, CellPatience patience) {
  return std::make_unique<CellClient>(std::move(broker_socket_path), patience);
}

}  // namespace zp::gateway
