#include "gateway/dispatch/mail_text.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Net/MailMessage.h>
#include <Poco/Net/QuotedPrintableEncoder.h>
#include <Poco/Timestamp.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace zp::gateway {
namespace {

constexpr std::size_t kMaxField = 400;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}
bool fits_header(std::string_view text) { return text.size() <= kMaxField && std::ranges::none_of(text, is_control); }

bool is_message_id(std::string_view id) {
  return !id.empty() && fits_header(id) && is_ascii(id) && id.find_first_of(" <>()\"") == std::string_view::npos;
}

std::string encoded(const std::string& text) {
  return is_ascii(text) ? text : Poco::Net::MailMessage::encodeWord(text, "UTF-8");
}

/// A display name in quotes when it is ASCII, encoded otherwise.
std::string display_name(const std::string& name) {
  if (!is_ascii(name)) return encoded(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string quoted_printable(std::string_view text) {
  std::ostringstream out;
  Poco::Net::QuotedPrintableEncoder encoder(out);
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Blanks at the end of a line get lost or changed on the way: they do not go out.
    const std::size_t word = text.find_first_not_of(" \t\r", i);
    if (word != i && (word == std::string_view::npos || text[word] == '\n')) continue;
    if (text[i] == '\r') continue;
    if (text[i] == '\n') encoder << '\r';
    encoder << text[i];
  }
  encoder.close();
  return out.str();
}

std::string_view domain_of(std::string_view address) { return address.substr(address.rfind('@') + 1); }

}  // namespace

Result<std::string> compose(const OutgoingMail& mail) {
  const auto refuse = [](const char* field) { return fail(Code::kRefused, "compose mail", field); };
  if (!is_plain_address(mail.from)) return refuse("from");
  const std::string to = wire_address(mail.to);
  if (to.empty()) return refuse("to");
  if (!fits_header(mail.from_name)) return refuse("from_name");
  if (!fits_header(mail.subject)) return refuse("subject");
  if (!is_message_id(mail.message_id)) return refuse("message_id");
  if (!mail.in_reply_to.empty() && !is_message_id(mail.in_reply_to)) return refuse("in_reply_to");
  if (mail.text.find('\0') != std::string::npos) return refuse("text");
  const std::string date =
      Poco::DateTimeFormatter::format(Poco::Timestamp(mail.date * 1000), Poco::DateTimeFormat::RFC1123_FORMAT, 0);
  std::string head = fmt::format("Date: {}\r\nFrom: {} <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\n", date,
                                 display_name(mail.from_name), mail.from, to, encoded(mail.subject), mail.message_id);
  if (!mail.in_reply_to.empty()) head += fmt::format("In-Reply-To: <{0}>\r\nReferences: <{0}>\r\n", mail.in_reply_to);
  head += fmt::format("Auto-Submitted: {}\r\n", mail.reply ? "auto-replied" : "auto-generated");
  head +=
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
      "Content-Language: nl\r\n\r\n";
  return head + quoted_printable(mail.text) + "\r\n";
}

std::string our_message_id(const Id& subject, unsigned number, std::string_view from) {
  return fmt::format("zp.{}.{}@{}", subject.hex(), number, domain_of(from));
}

std::string find_our_message_id(std::string_view text, std::string_view from) {
  const std::string tail = fmt::format("@{}", domain_of(from));
  for (std::size_t at = text.find("<zp."); at != std::string_view::npos; at = text.find("<zp.", at + 1)) {
    const std::string_view id = text.substr(at + 1, text.substr(at, 200).find('>') - 1);
    if (id.size() > 36 && Id::parse(id.substr(3, 32)) && id.ends_with(tail) && is_message_id(id))
      return std::string(id);
  }
  return {};
}

}  // namespace zp::gateway
