// The body of a message on the shelf: nlohmann/json stays in here.
#include <nlohmann/json.hpp>

#include "gateway/store/shelf.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

}  // namespace

std::string MailboxLetter::json() const {
  Json out = {{"sender", sender}, {"recipient", recipient}, {"reference", reference}, {"subject", subject}, {"kind", kind}, {"due", due},
              {"letter_text", letter_text}, {"reply_kind", reply_kind}, {"sent_ms", sent_ms}};
  Json& files = out["attachments"] = Json::array();
  for (const Attachment& one : attachments) files.push_back({{"name", one.name}, {"type", one.type}, {"sha256", one.sha256}, {"size", one.size}});
  Json& slots = out["reply_slots"] = Json::array();
  for (const ReplySlot& one : reply_slots)
    slots.push_back({{"slot", one.slot}, {"label", one.label}, {"explanation", one.explanation}, {"why", one.why}, {"source", one.source},
                     {"source_text", one.source_text}});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The worker wrote it and the seal vouches for it; a mistake of ours in it must not take the door down.
Result<MailboxLetter> MailboxLetter::parse(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    MailboxLetter letter{.sender = json.at("sender"), .recipient = json.at("recipient"), .reference = json.at("reference"),
                         .subject = json.at("subject"), .kind = json.at("kind"), .due = json.at("due"), .letter_text = json.at("letter_text"),
                         .reply_kind = json.at("reply_kind"), .sent_ms = json.at("sent_ms"), .attachments = {}, .reply_slots = {}};
    for (const Json& one : json.at("attachments"))
      letter.attachments.push_back({one.at("name"), one.at("type"), one.at("sha256"), one.at("size")});
    for (const Json& one : json.at("reply_slots"))
      letter.reply_slots.push_back({one.at("slot"), one.at("label"), one.at("explanation"), one.at("why"), one.at("source"), one.at("source_text")});
    return letter;
  } catch (const Json::exception&) {
    return fail(Code::kMalformed, "read mailbox letter");
  }
}

}  // namespace zp::gateway
