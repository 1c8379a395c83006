#include "gateway/worker/thread.h"

#include <algorithm>
#include <map>

#include "gateway/casework/access_code.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/received_mail.h"
#include "gateway/casework/ways.h"

namespace zp::gateway {
namespace {

using Step = MailboxLetter::Step;

bool came_by_website(const Delivery& delivery) { return delivery.channel == "web" || delivery.channel == "reply"; }

std::string words_of(const Delivery& delivery) {
  if (delivery.channel == "mail") return "Een e-mail";
  return delivery.channel == "scan" ? "Post" : "Documenten";
}

/// Empty: there are none.
Result<std::string> words_in(const Tools& tools, const OpenDossier& open, const std::vector<FiledMail>& mails,
                             const Id& submission) {
  for (const FiledMail& mail : mails) {
    if (mail.delivery.submission != submission) continue;
    TRY_ASSIGN(auto read, read_mail(tools.office.objects, open, mail));
    return std::move(read.text);
  }
  return std::string();
}

Result<std::vector<Step>> received(const Tools& tools, StoreReader& store, const OpenDossier& open) {
  std::map<Id, std::vector<std::string>> names;
  TRY_ASSIGN(const auto documents, store.documents(open.dossier.id));
  for (const Document& one : documents) {
    TRY_ASSIGN(const auto details, open.keys.details(one));
    names[one.submission].push_back(details.name);
  }
  TRY_ASSIGN(const auto mails, mails_of(store, open));
  std::vector<Step> steps;
  for (const Delivery& one : open.profile.deliveries) {
    const bool is_report = one.channel == "mail" && !one.may_answer;  // of a mail server, or an absence
    if (is_report || one.received < open.profile.requester_since) continue;
    Step step{.time_ms = one.received, .from_us = false, .subject = words_of(one)};
    if (came_by_website(one)) {
      step.files = names[one.submission];
      TRY_ASSIGN(step.words, words_in(tools, open, mails, one.submission));
      if (!step.words.empty()) step.subject = step.files.empty() ? "Uw bericht" : "Uw bericht, met documenten";
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

/// A letter may have gone by several ways: it is one step, and opens where it lies ready.
Result<std::vector<Step>> sent(const Tools& tools, StoreReader& store, const Opened& opened) {
  std::vector<Step> steps;
  std::map<Id, std::size_t> step_of;
  TRY_ASSIGN(const auto messages, store.messages(opened.message.dossier));
  for (const Message& one : messages) {
    if (one.state == "recalled" || one.letter == Id{}) continue;
    TRY_ASSIGN(const auto letter, store.letter(one.letter));
    const auto info = info_of(tools.office, letter.name);
    if (!info || (*info)->written_to != kToRequester || one.created < opened.open->profile.requester_since) continue;
    TRY_ASSIGN(const auto data, opened.open->keys.message(one));
    const auto [found, is_new] = step_of.try_emplace(one.letter, steps.size());
    if (is_new) steps.push_back({.time_ms = one.created, .subject = data.subject});
    Step& step = steps[found->second];
    if (one.id == opened.message.id) step.is_this = true;
    if (one.id != opened.message.id && opens_with_code(one) && one.state != "queued" &&
        one.expires > tools.office.now())
      step.link = to_base64url(data.link_secret.view());
  }
  return steps;
}

}  // namespace

Result<std::vector<Step>> thread_of(const Tools& tools, const Opened& opened) {
  std::vector<Step> steps;
  // Who has an invitation has one code and no link: it opens what it is for, and names nothing else.
  if (opened.is_invitation()) return steps;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(steps, received(tools, store, *opened.open));
    TRY_ASSIGN(auto letters, sent(tools, store, opened));
    std::ranges::move(letters, std::back_inserter(steps));
    return {};
  }));
  std::ranges::stable_sort(steps, {}, &Step::time_ms);
  return steps;
}

}  // namespace zp::gateway
