#include "gateway/casework/received_mail.h"

#include <algorithm>

#include "intake/inspector.h"

namespace zp::gateway {
namespace {

using Json = nlohmann::json;

Result<FiledMail> find_mail(StoreReader& store, const OpenDossier& open, const Id& submission) {
  TRY_ASSIGN(auto mails, mails_of(store, open));
  const auto found =
      std::ranges::find(mails, submission, [](const FiledMail& mail) { return mail.delivery.submission; });
  if (found == mails.end()) return fail(Code::kNotFound, "find mail", submission.hex());
  return std::move(*found);
}

}  // namespace

std::string ReceivedMail::json() const {
  return Json{{"format", 1},        {"from", from}, {"to", to},         {"date", date},
              {"subject", subject}, {"text", text}, {"is_cut", is_cut}, {"is_partial", is_partial},
              {"sha256", sha256}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ReceivedMail> ReceivedMail::parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(Code::kMalformed, "read what a mail says");
  try {
    return ReceivedMail{.from = json.value("from", ""),
                        .to = json.value("to", std::vector<std::string>{}),
                        .date = json.value("date", ""),
                        .subject = json.value("subject", ""),
                        .text = json.value("text", ""),
                        .is_cut = json.value("is_cut", false),
                        .is_partial = json.value("is_partial", false),
                        .sha256 = json.value("sha256", "")};
  } catch (const Json::exception&) {
    return fail(Code::kMalformed, "read what a mail says");
  }
}

bool parts_may_be_used(const std::vector<MailDocument>& parts) noexcept {
  return std::ranges::all_of(parts, &MailDocument::may_be_used);
}

Result<std::vector<FiledMail>> mails_of(StoreReader& store, const OpenDossier& open) {
  TRY_ASSIGN(const auto objects, store.objects(open.dossier.id));
  TRY_ASSIGN(const auto documents, store.documents(open.dossier.id));
  std::vector<FiledMail> mails;
  for (const Delivery& delivery : open.profile.deliveries) {
    std::optional<ObjectRow> raw, text;
    for (const ObjectRow& object : objects) {
      if (object.context != delivery.submission) continue;
      if (object.role == kRawMail) raw = object;
      if (object.role == kMailText) text = object;
    }
    if (!raw && !text) continue;
    FiledMail mail{delivery, std::move(raw), std::move(text), {}};
    for (const Document& document : documents) {
      if (document.submission != delivery.submission) continue;
      TRY_ASSIGN(const auto details, open.keys.details(document));
      mail.parts.push_back({document.id, details.name, details.malware, details.may_be_used()});
    }
    mails.push_back(std::move(mail));
  }
  return mails;
}

Result<ReceivedMail> read_mail(ObjectStore& objects, const OpenDossier& open, const FiledMail& filed) {
  if (filed.text) {
    TRY_ASSIGN(const auto json, open.keys.get(objects, *filed.text));
    return ReceivedMail::parse(json.text());
  }
  const bool opened_it = open.profile.deliveries.front().submission == filed.delivery.submission;
  return ReceivedMail{
      .subject = filed.delivery.subject, .text = opened_it ? open.profile.mail_text : "", .is_partial = !opened_it};
}

Result<MailView> Casework::mail(const Actor& actor, const Id& dossier, const Id& submission) {
  TRY_DO(look(actor, Act::kViewMail, dossier, submission));
  MailView view;
  std::optional<OpenDossier> open;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(open, open_dossier(office_.vault, store, dossier));
    TRY_ASSIGN(view.filed, find_mail(store, *open, submission));
    return {};
  }));
  view.reference = open->dossier.reference;
  view.may_download = view.filed.raw && role_for(actor, Act::kDownloadOriginal).has_value();
  TRY_ASSIGN(view.mail, read_mail(office_.objects, *open, view.filed));
  return view;
}

Result<void> Casework::raw_mail(const Actor& actor, const Id& dossier, const Id& submission,
                                const crypto::ByteSink& sink) {
  TRY_DO(look(actor, Act::kDownloadOriginal, dossier, submission, "mail"));
  FiledMail filed;
  std::optional<OpenDossier> open;
  TRY_DO(office_.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(open, open_dossier(office_.vault, store, dossier));
    TRY_ASSIGN(filed, find_mail(store, *open, submission));
    return {};
  }));
  if (!filed.raw) return fail(Code::kNotFound, "hand out mail", submission.hex());
  if (!parts_may_be_used(filed.parts))
    return fail(
        Code::kRefused, "hand out mail",
        "De virusscanner heeft niet elke bijlage van deze e-mail goedgekeurd. Het origineel kan pas open als dat "
        "alsnog gebeurt, of als iemand die bijlage vrijgeeft.");
  return open->keys.stream(office_.objects, *filed.raw, sink);
}

}  // namespace zp::gateway
