// The body of a message on the shelf: nlohmann/json stays in here.
#include <nlohmann/json.hpp>

#include "gateway/store/shelf.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

}  // namespace

std::string MailboxLetter::json() const {
  Json out = {{"sender", sender},
              {"email", email},
              {"recipient", recipient},
              {"reference", reference},
              {"kind", kind},
              {"subject", subject},
              {"legal_effect", legal_effect},
              {"term", term},
              {"paragraphs", paragraphs},
              {"sent_ms", sent_ms},
              {"may_reply", may_reply},
              {"attachments", Json::array()},
              {"asked", Json::array()},
              {"thread", Json::array()}};
  for (const Attachment& one : attachments)
    out["attachments"].push_back({{"name", one.name}, {"type", one.type}, {"sha256", one.sha256}, {"size", one.size}});
  for (const Asked& one : asked)
    out["asked"].push_back({{"slot", one.slot}, {"label", one.label}, {"explanation", one.explanation}});
  for (const Step& one : thread)
    out["thread"].push_back({{"time_ms", one.time_ms},
                             {"from_us", one.from_us},
                             {"subject", one.subject},
                             {"files", one.files},
                             {"link", one.link},
                             {"is_this", one.is_this},
                             {"words", one.words}});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The worker wrote it and the seal vouches for it; a mistake of ours in it must not take the door down.
Result<MailboxLetter> MailboxLetter::parse(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    MailboxLetter letter;
    letter.sender = json.at("sender");
    letter.email = json.value("email", "");  // older messages have none
    letter.recipient = json.at("recipient");
    letter.reference = json.at("reference");
    letter.kind = json.at("kind");
    letter.subject = json.at("subject");
    letter.legal_effect = json.at("legal_effect");
    letter.term = json.at("term");
    letter.paragraphs = json.at("paragraphs").get<std::vector<std::string>>();
    letter.sent_ms = json.at("sent_ms");
    letter.may_reply = json.at("may_reply");
    for (const Json& one : json.at("attachments"))
      letter.attachments.push_back({one.at("name"), one.at("type"), one.at("sha256"), one.at("size")});
    for (const Json& one : json.at("asked"))
      letter.asked.push_back({one.at("slot"), one.at("label"), one.at("explanation")});
    for (const Json& one : json.value("thread", Json::array()))  // older messages have none
      letter.thread.push_back({one.at("time_ms"), one.at("from_us"), one.at("subject"),
                               one.at("files").get<std::vector<std::string>>(), one.at("link"), one.at("is_this"),
                               one.value("words", "")});
    return letter;
  } catch (const Json::exception&) {
    return fail(Code::kMalformed, "read mailbox letter");
  }
}

}  // namespace zp::gateway
