#include "gateway/courier/proven_line.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace zp::gateway {
namespace {

constexpr int kConnectMs = 20'000;
constexpr timeval kPatience{60, 0};
constexpr std::size_t kMaxLine = 4096, kMaxLines = 128;

std::unexpected<Error> broken(const char* what) { return fail(Code::kUnavailable, "talk to mail server", what); }
std::unexpected<Error> unproven(std::string why) { return fail(Code::kDenied, "prove mail server", std::move(why)); }

struct Peer {
  sockaddr_storage address{};
  socklen_t length = 0;
};

Peer peer_of(const std::string& address, std::uint32_t port) {
  Peer peer;
  auto* const four = reinterpret_cast<sockaddr_in*>(&peer.address);
  auto* const six = reinterpret_cast<sockaddr_in6*>(&peer.address);
  const auto number = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = number;
    peer.length = sizeof *four;
  } else if (::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = number;
    peer.length = sizeof *six;
  }
  return peer;
}

/// False: not within its time.
bool connected(int fd, const Peer& peer) {
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&peer.address), peer.length) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd waiting{fd, POLLOUT, 0};
  int error = 0;
  socklen_t length = sizeof error;
  return ::poll(&waiting, 1, kConnectMs) == 1 && ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 &&
         error == 0;
}

/// How many of the records OpenSSL can use; it logs none of the others.
int add_tlsa(SSL* ssl, const MailServer& server) {
  int usable = 0;
  for (const TlsaRecord& one : server.tlsa)
    if (SSL_dane_tlsa_add(ssl, one.usage, one.selector, one.matching, one.data.data(), one.data.size()) == 1) ++usable;
  return usable;
}

/// RFC 7672 section 3.1 and 3.2: with DANE-EE the key counts and no name; with DANE-TA also the name of the server or of
/// the domain.
bool demand_dane(SSL* ssl, const MailServer& server, const std::string& domain) {
  SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  return SSL_dane_enable(ssl, server.tlsa_base.c_str()) == 1 && SSL_add1_host(ssl, server.name.c_str()) == 1 &&
         SSL_add1_host(ssl, domain.c_str()) == 1 && add_tlsa(ssl, server) > 0;
}

/// RFC 8461 section 4.2.
bool demand_name(SSL_CTX* context, SSL* ssl, const MailServer& server, const std::string& ca_file) {
  const int anchors = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                      : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
  std::string name = server.name;  // SSL_set_tlsext_host_name() is a macro with a cast that the compiler warns about
  return anchors == 1 && SSL_set1_host(ssl, name.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

}  // namespace

void ProvenLine::FreeSsl::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }
void ProvenLine::FreeSsl::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

ProvenLine::ProvenLine(ProvenLine&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      deadline_(other.deadline_),
      ahead_(std::move(other.ahead_)),
      context_(std::move(other.context_)),
      ssl_(std::move(other.ssl_)) {}

ProvenLine::~ProvenLine() {
  ssl_.reset();
  if (fd_ >= 0) ::close(fd_);
}

Result<ProvenLine> ProvenLine::connect(const std::string& address, std::uint32_t port, Deadline deadline) {
  const Peer peer = peer_of(address, port);
  ProvenLine line(::socket(peer.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), deadline);
  if (peer.length == 0 || line.fd_ < 0 || !connected(line.fd_, peer)) return broken("no connection");
  if (::fcntl(line.fd_, F_SETFL, 0) != 0) return broken("no connection");
  ::setsockopt(line.fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(line.fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  return line;
}

Result<void> ProvenLine::fill() {
  if (std::chrono::steady_clock::now() > deadline_) return broken("too slow");
  std::array<char, kMaxLine> buffer;
  const auto got = ssl_ ? static_cast<ssize_t>(SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size())))
                        : ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return broken("the line broke");
  ahead_.append(buffer.data(), static_cast<std::size_t>(got));
  return {};
}

Result<Reply> ProvenLine::read() {
  Reply reply;
  for (std::size_t lines = 0; lines < kMaxLines; ++lines) {
    std::size_t end = ahead_.find('\n');
    while (end == std::string::npos) {
      if (ahead_.size() > kMaxLine) return broken("a line without end");
      TRY_DO(fill());
      end = ahead_.find('\n');
    }
    std::string line = ahead_.substr(0, end);
    ahead_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    const bool digits = line.size() >= 3 && line.find_first_not_of("0123456789") >= 3;
    if (!digits || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) return broken("no reply of SMTP");
    reply.code = std::stoi(line.substr(0, 3));
    reply.text += line.substr(std::min<std::size_t>(4, line.size())) + "\n";
    if (line.size() == 3 || line[3] == ' ') return reply;
  }
  return broken("a reply without end");
}

Result<void> ProvenLine::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (std::chrono::steady_clock::now() > deadline_) return broken("too slow");
    const std::string_view piece = bytes.substr(0, 16 * 1024);
    const auto sent = ssl_ ? static_cast<ssize_t>(SSL_write(ssl_.get(), piece.data(), static_cast<int>(piece.size())))
                           : ::send(fd_, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) return broken("the line broke");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<Reply> ProvenLine::ask(const std::string& command) {
  TRY_DO(write(command + "\r\n"));
  return read();
}

Result<void> ProvenLine::prove(const MailServer& server, const std::string& domain, const std::string& ca_file) {
  // What came in the clear must not be read as if it had come through the tunnel.
  if (!ahead_.empty()) return unproven("it spoke before the handshake");
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_ || SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION) != 1) return unproven("no TLS here");
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_AUTO_RETRY);
  const bool dane = !server.tlsa.empty();
  if (dane && SSL_CTX_dane_enable(context_.get()) != 1) return unproven("no DANE here");
  std::unique_ptr<ssl_st, FreeSsl> ssl(SSL_new(context_.get()));
  if (!ssl) return unproven("no TLS here");
  SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool demanded =
      dane ? demand_dane(ssl.get(), server, domain) : demand_name(context_.get(), ssl.get(), server, ca_file);
  if (!demanded || SSL_set_fd(ssl.get(), fd_) != 1) return unproven("nothing to prove it by");
  const bool shaken = SSL_connect(ssl.get()) == 1;
  const long verified = SSL_get_verify_result(ssl.get());
  if (verified != X509_V_OK) return unproven(X509_verify_cert_error_string(verified));
  if (!shaken) return unproven("the handshake failed");
  if (dane && SSL_get0_dane_authority(ssl.get(), nullptr, nullptr) < 0) return unproven("no TLSA record fits");
  ssl_ = std::move(ssl);
  return {};
}

std::string ProvenLine::tls() const {
  return ssl_ ? std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get()) : std::string();
}

}  // namespace zp::gateway
