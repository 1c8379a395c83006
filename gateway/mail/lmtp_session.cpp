#include "gateway/mail/lmtp_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "gateway/mail/mail_path.h"

namespace zp::gateway {
namespace {

constexpr const char* kNotHere = "550 5.1.1 no such recipient here\r\n";

std::string_view verb_of(std::string_view line) { return line.substr(0, line.find(' ')); }

bool is_verb(std::string_view line, std::string_view verb) {
  return line.size() == verb.size() && std::ranges::equal(line, verb, [](char a, char b) {
           return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
         });
}

bool starts_with(std::string_view line, std::string_view prefix) {
  return line.size() >= prefix.size() && is_verb(line.substr(0, prefix.size()), prefix);
}

bool has_8bit(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

const char* reply_for(const Error& error) {
  switch (error.code) {
    case Code::kNoSpace:
      return "452 4.3.1 disk nearly full, try again later\r\n";
    case Code::kTooLarge:
      return "552 5.3.4 message is too large\r\n";
    default:
      return "451 4.3.0 can't keep the message now, try again later\r\n";
  }
}

}  // namespace

LmtpSession::LmtpSession(const LmtpLimits& limits, MailIntake& intake) : limits_(limits), intake_(intake) {}

std::string LmtpSession::greeting() const { return "220 zegelpost LMTP\r\n"; }

std::string LmtpSession::take(ByteView bytes) {
  std::string replies;
  while (!bytes.empty() && !closed_) {
    const std::size_t used = receiving_ ? take_content(bytes, replies) : take_line(bytes, replies);
    bytes = bytes.subspan(used);
  }
  return replies;
}

std::size_t LmtpSession::take_line(ByteView bytes, std::string& replies) {
  const auto lf = std::ranges::find(bytes, '\n');
  const std::size_t used = static_cast<std::size_t>(lf - bytes.begin()) + (lf == bytes.end() ? 0 : 1);
  if (line_.size() + used > limits_.max_line_bytes) {
    closed_ = true;
    replies += "500 5.5.2 line too long\r\n";
    return used;
  }
  line_ += as_text(bytes.first(used));
  if (lf == bytes.end()) return used;
  // A bare LF here means a client that counts lines otherwise than we do: that is how commands are smuggled.
  const bool proper =
      line_.ends_with("\r\n") && line_.find('\r') == line_.size() - 2 && line_.find('\0') == std::string::npos;
  if (proper) {
    const std::string line = line_.substr(0, line_.size() - 2);
    replies += command(line);
  } else {
    closed_ = true;
    replies += "500 5.5.2 lines end with CR LF\r\n";
  }
  line_.clear();
  return used;
}

std::string LmtpSession::mistake(std::string reply) {
  if (++mistakes_ < limits_.max_mistakes) return reply;
  closed_ = true;
  return reply + "421 4.7.0 too many mistakes, closing\r\n";
}

void LmtpSession::reset() {
  writer_.reset();
  envelope_ = {};
  has_sender_ = utf8_ = receiving_ = false;
  received_ = 0;
  dots_ = {};
  outcome_ = {};
}

std::string LmtpSession::command(std::string_view line) {
  const std::string_view verb = verb_of(line);
  if (is_verb(verb, "LHLO")) {
    if (verb.size() + 1 >= line.size()) return mistake("501 5.5.4 LHLO needs a name\r\n");
    reset();
    greeted_ = true;
    return fmt::format(
        "250-zegelpost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {}\r\n",
        limits_.max_message_bytes);
  }
  if (is_verb(line, "QUIT")) {
    closed_ = true;
    return "221 2.0.0 bye\r\n";
  }
  if (is_verb(line, "RSET")) {
    reset();
    return "250 2.0.0 ok\r\n";
  }
  if (is_verb(verb, "NOOP")) return mistake("250 2.0.0 ok\r\n");  // counted: nobody needs twenty of them
  if (is_verb(verb, "VRFY")) return mistake("252 2.5.0 send mail and see\r\n");
  if (is_verb(verb, "HELO") || is_verb(verb, "EHLO")) return mistake("500 5.5.1 this is LMTP: LHLO\r\n");
  if (!greeted_) return mistake("503 5.5.1 LHLO first\r\n");
  if (starts_with(line, "MAIL FROM:")) return mail_from(line.substr(10));
  if (starts_with(line, "RCPT TO:")) return rcpt_to(line.substr(8));
  if (is_verb(line, "DATA")) return data();
  return mistake("500 5.5.1 unknown command\r\n");
}

std::string LmtpSession::mail_from(std::string_view rest) {
  if (has_sender_) return mistake("503 5.5.1 sender was given already\r\n");
  const auto path = parse_path(rest);
  if (!path) return mistake("501 5.1.7 malformed sender\r\n");
  for (const auto& [keyword, value] : path->parameters) {
    if (keyword == "SIZE") {
      std::uint64_t size = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
      if (error != std::errc() || end != value.data() + value.size()) return mistake("501 5.5.4 malformed SIZE\r\n");
      if (size > limits_.max_message_bytes) return reply_for({Code::kTooLarge, "receive mail"});
    } else if (keyword == "BODY") {
      if (!is_verb(value, "7BIT") && !is_verb(value, "8BITMIME")) return mistake("501 5.5.4 unknown BODY\r\n");
    } else if (keyword == "SMTPUTF8") {
      utf8_ = true;
    } else {
      return mistake("555 5.5.4 unknown parameter\r\n");
    }
  }
  if (has_8bit(path->address) && !utf8_) return mistake("553 5.6.7 address needs SMTPUTF8\r\n");
  if (auto space = intake_.check_space(); !space) return reply_for(space.error());
  envelope_.from = path->address;
  has_sender_ = true;
  return "250 2.1.0 ok\r\n";
}

std::string LmtpSession::rcpt_to(std::string_view rest) {
  if (!has_sender_) return mistake("503 5.5.1 MAIL first\r\n");
  const auto path = parse_path(rest);
  if (!path || path->address.empty()) return mistake("501 5.1.3 malformed recipient\r\n");
  if (!path->parameters.empty()) return mistake("555 5.5.4 unknown parameter\r\n");
  if (!is_ours(path->address, limits_.recipients)) return mistake(kNotHere);
  if (envelope_.to.size() == limits_.max_recipients) return "452 4.5.3 too many recipients\r\n";
  envelope_.to.push_back(path->address);
  return "250 2.1.5 ok\r\n";
}

std::string LmtpSession::data() {
  if (envelope_.to.empty()) return mistake("503 5.5.1 no valid recipients\r\n");
  auto writer = intake_.begin(envelope_);
  if (!writer) return reply_for(writer.error());
  writer_ = std::move(*writer);
  receiving_ = true;
  return "354 end with CRLF.CRLF\r\n";
}

std::size_t LmtpSession::take_content(ByteView bytes, std::string& replies) {
  const std::size_t used = dots_.take(bytes, [this](ByteView content) {
    received_ += content.size();
    if (outcome_ && received_ > limits_.max_message_bytes) {
      outcome_ = fail(Code::kTooLarge, "receive mail");
      writer_.reset();  // what was written so far goes at once; the rest is read and dropped
    }
    if (!outcome_) return;
    if (auto appended = writer_->append(content); !appended) {
      outcome_ = std::unexpected(appended.error());
      writer_.reset();
    }
  });
  if (dots_.ended()) replies += end_of_data();
  return used;
}

std::string LmtpSession::end_of_data() {
  if (outcome_) outcome_ = writer_->accept();
  const char* reply = outcome_ ? "250 2.0.0 kept\r\n" : reply_for(outcome_.error());
  std::string replies;
  for (std::size_t i = 0; i < envelope_.to.size(); ++i)
    replies += reply;  // one for each recipient: RFC 2033 section 4.2
  reset();
  return replies;
}

}  // namespace zp::gateway
