#include "intake/cell/mail_headers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "intake/cell/authentication.h"
#include "intake/text.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxHeader = 2000;
constexpr std::size_t kMaxAddress = 320;  // RFC 5321 4.5.3.1: 64 + 1 + 255
constexpr std::size_t kMaxRecipients = 200;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string field(GMimeMessage* message, const char* name) {
  const char* value = g_mime_object_get_header(GMIME_OBJECT(message), name);
  return value ? clean_text(value, kMaxHeader) : std::string();
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t") + 1);
  return text;
}

std::string without_brackets(const std::string& text) {
  const std::size_t open = text.find('<'), close = text.find('>', open == std::string::npos ? 0 : open);
  return open == std::string::npos || close == std::string::npos ? trimmed(text)
                                                                 : text.substr(open + 1, close - open - 1);
}

/// The mailboxes of a list, also those inside groups.
void collect(InternetAddressList* list, std::vector<InternetAddressMailbox*>& into, int depth = 0) {
  const int count = list && depth < 5 ? internet_address_list_length(list) : 0;
  for (int i = 0; i < count && into.size() < kMaxRecipients; ++i) {
    InternetAddress* address = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_MAILBOX(address))
      into.push_back(INTERNET_ADDRESS_MAILBOX(address));
    else if (INTERNET_ADDRESS_IS_GROUP(address)) {
      collect(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), into, depth + 1);
    }
  }
}

std::string address_of(InternetAddressMailbox* mailbox) {
  const char* address = internet_address_mailbox_get_addr(mailbox);
  return address ? clean_text(address, kMaxAddress) : std::string();
}

void read_senders(GMimeMessage* message, ParsedMail& mail) {
  std::vector<InternetAddressMailbox*> senders;
  collect(g_mime_message_get_from(message), senders);
  if (senders.empty()) return;
  mail.from_address = address_of(senders.front());
  if (const char* name = internet_address_get_name(INTERNET_ADDRESS(senders.front())))
    mail.from_name = clean_text(name, 256);
  if (senders.size() > 1 || has_field_twice(GMIME_OBJECT(message), "From"))
    mail.hazards.emplace_back("several-senders");
}

void read_recipients(GMimeMessage* message, ParsedMail& mail) {
  std::vector<InternetAddressMailbox*> recipients;
  collect(g_mime_message_get_to(message), recipients);
  collect(g_mime_message_get_cc(message), recipients);
  for (InternetAddressMailbox* one : recipients) mail.to.push_back(address_of(one));
}

bool from_a_robot(const ParsedMail& mail) {
  const std::string local = lower(mail.from_address.substr(0, mail.from_address.find('@')));
  constexpr std::array<std::string_view, 8> kRobots = {"mailer-daemon", "postmaster", "post_master", "majordomo",
                                                       "noreply",       "no-reply",   "donotreply",  "do-not-reply"};
  return std::ranges::find(kRobots, local) != kRobots.end() || local.starts_with("owner-") ||
         local.ends_with("-request") || local.ends_with("-owner") || local.ends_with("-bounces") || local == "bounces";
}

/// RFC 3834 section 2: what must never be answered by a program.
bool is_automatic(GMimeMessage* message, const ParsedMail& mail) {
  const std::string submitted = lower(trimmed(field(message, "Auto-Submitted")));
  if (!submitted.empty() && !submitted.starts_with("no")) return true;
  const std::string precedence = lower(trimmed(field(message, "Precedence")));
  if (precedence == "bulk" || precedence == "list" || precedence == "junk" || precedence == "auto_reply") return true;
  for (const char* name :
       {"List-Id", "List-Unsubscribe", "List-Post", "Mailing-List", "X-ML-Name", "X-MLServer", "X-Autoreply",
        "X-Autorespond", "X-Auto-Response-Suppress", "X-Failed-Recipients", "X-Loop"}) {
    if (!field(message, name).empty()) return true;
  }
  const std::string return_path = field(message, "Return-Path");
  if (!return_path.empty() && without_brackets(return_path).empty()) return true;
  GMimeObject* body = g_mime_message_get_mime_part(message);
  GMimeContentType* type = body ? g_mime_object_get_content_type(body) : nullptr;
  if (type && g_mime_content_type_is_type(type, "multipart", "report")) return true;
  return mail.from_address.empty() || from_a_robot(mail);
}

void read_authentications(GMimeMessage* message, ParsedMail& mail) {
  GMimeHeaderList* headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
  const int count = headers ? g_mime_header_list_get_count(headers) : 0;
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(headers, i);
    if (!header || g_ascii_strcasecmp(g_mime_header_get_name(header), "Authentication-Results") != 0) continue;
    const char* value = g_mime_header_get_raw_value(header);
    for (AuthenticationResult& one : read_authentication(value ? value : ""))
      if (mail.authentication.size() < kMaxAuthentication) mail.authentication.push_back(std::move(one));
  }
}

std::string date_of(GMimeMessage* message) {
  GDateTime* date = g_mime_message_get_date(message);
  if (!date) return {};
  const std::unique_ptr<char, void (*)(void*)> text(g_date_time_format_iso8601(date), g_free);
  return text ? text.get() : "";
}

}  // namespace

bool has_field_twice(GMimeObject* object, const char* name) {
  GMimeHeaderList* headers = g_mime_object_get_header_list(object);
  const int count = headers ? g_mime_header_list_get_count(headers) : 0;
  int seen = 0;
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(headers, i);
    seen += header && g_ascii_strcasecmp(g_mime_header_get_name(header), name) == 0;
  }
  return seen > 1;
}

void read_headers(GMimeMessage* message, ParsedMail& mail) {
  read_senders(message, mail);
  read_recipients(message, mail);
  const char* subject = g_mime_message_get_subject(message);
  mail.subject = subject ? clean_text(subject, kMaxHeader) : "";
  const char* id = g_mime_message_get_message_id(message);
  mail.message_id = id ? clean_text(id, kMaxHeader) : "";
  mail.in_reply_to = without_brackets(field(message, "In-Reply-To"));
  mail.date = date_of(message);
  mail.automatic = is_automatic(message, mail);
  read_authentications(message, mail);
}

}  // namespace zp::intake::cell
