#include "gateway/worker/message_steps.h"

#include "crypto/hash.h"
#include "crypto/recipient_key.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/mail_queue.h"
#include "gateway/casework/restriction.h"
#include "gateway/process/process.h"
#include "gateway/worker/sealing.h"

namespace zp::gateway {
namespace {

/// Drawn with the date of sending and signed with the organisation's seal; the same letter each time.
Result<Bytes> draw_signed(const Tools& tools, const Opened& opened) {
  templates::RenderOptions options;
  options.date = opened.fields.date;
  options.reference = opened.open->dossier.reference;
  options.signature_placeholder = true;
  options.wording = opened.fields.wording;
  options.genuine_page = genuine_page(tools.office.config);
  options.genuine_code = opened.fields.genuine_code;
  options.moment = utc_time(opened.message.created).substr(0, 19) + "Z";
  TRY_ASSIGN(auto pdf, tools.office.letters.render(opened.letter.name, opened.fields.fields, options));
  return seal_pdf(tools, std::move(pdf), {opened.message.dossier.hex(), opened.letter.id.hex(), {}});
}

}  // namespace

Result<Opened> open_message(const Tools& tools, const Id& id) {
  Opened opened;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(opened.message, store.message(id));
    TRY_ASSIGN(opened.open, open_dossier(tools.office.vault, store, opened.message.dossier));
    TRY_ASSIGN(opened.data, opened.open->keys.message(opened.message));
    if (opened.is_invitation()) return {};
    TRY_ASSIGN(opened.letter, store.letter(opened.message.letter));
    TRY_ASSIGN(opened.fields, opened.open->keys.letter(opened.letter));
    TRY_ASSIGN(opened.documents, listed_documents(store, *opened.open));
    return {};
  }));
  return opened;
}

unsigned mail_number(const Opened& opened) { return opened.data.resent == 0 ? 0 : 1 + opened.data.resent; }

bool is_held(const Tools& tools, const Opened& opened) {
  if (!opened.open->dossier.restricted) return false;
  const auto info = info_of(tools.office, opened.letter.name);
  return opened.is_invitation() || !info || !may_leave_while_restricted(**info);
}

Result<void> tell_the_door(const Tools& tools, const Opened& opened, ByteView pdf) {
  const std::string& day = opened.fields.date;
  if (opened.fields.genuine_code.empty()) return {};
  const std::string code = crypto::normalise_access_code(opened.fields.genuine_code);
  TRY_DO(tools.office.shelf.publish_letter(genuine_id(opened.open->dossier.reference, code), day));
  return tools.office.shelf.publish_letter(genuine_id_of_file(crypto::sha256(pdf)), day);
}

Result<Bytes> letter_of(const Tools& tools, Opened& opened) {
  if (opened.letter.object != Id{}) {
    ObjectRow row;
    TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(row, store.object(opened.letter.object));
      return {};
    }));
    TRY_ASSIGN(const auto kept, opened.open->keys.get(tools.office.objects, row));
    return Bytes(kept.view().begin(), kept.view().end());
  }
  TRY_ASSIGN(auto pdf, draw_signed(tools, opened));
  TRY_ASSIGN(const auto row,
             opened.open->keys.put(tools.office.objects, "letter", pdf, derived_id("letter", opened.letter.id)));
  TRY_DO(tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(opened.letter, store.letter(opened.letter.id));
    opened.letter.object = row.id;
    opened.fields.sha256 = to_hex(crypto::sha256(pdf));
    opened.open->keys.seal(opened.fields, opened.letter);
    TRY_DO(store.add_object(row));
    return store.put_letter(opened.letter);
  }));
  return pdf;
}

Result<std::vector<SecretBytes>> enclosures_of(const Tools& tools, const Opened& opened) {
  std::vector<ObjectRow> rows;
  TRY_DO(tools.office.store.read([&](StoreReader& store) -> Result<void> {
    for (const Enclosure& one : opened.fields.enclosures) {
      TRY_ASSIGN(auto row, store.object(one.object));
      rows.push_back(std::move(row));
    }
    return {};
  }));
  std::vector<SecretBytes> contents;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(auto content, opened.open->keys.get(tools.office.objects, rows[i]));
    if (to_hex(crypto::sha256(content.view())) != opened.fields.enclosures[i].sha256)
      return fail(Code::kTampered, "send enclosure", rows[i].id.hex());
    contents.push_back(std::move(content));
  }
  return contents;
}

Result<MailParts> mail_parts(const Tools& tools, Opened& opened) {
  MailParts parts;
  TRY_ASSIGN(parts.pdf, letter_of(tools, opened));
  TRY_DO(tell_the_door(tools, opened, parts.pdf));
  TRY_ASSIGN(parts.enclosures, enclosures_of(tools, opened));
  parts.attached.push_back({opened.data.file_name, "application/pdf", parts.pdf});
  for (std::size_t i = 0; i < parts.enclosures.size(); ++i)
    parts.attached.push_back(
        {opened.fields.enclosures[i].name, opened.fields.enclosures[i].type, parts.enclosures[i].view()});
  return parts;
}

Result<void> note_in_dossier(const Tools& tools, const Id& dossier, const std::string& line, const std::string& task) {
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, dossier));
    open.profile.history.push_back({tools.office.now(), "zegelpost", line});
    if (!task.empty()) open.profile.tasks.push_back(task);
    return save_dossier(store, open, tools.office.now());
  });
}

Result<void> advance(const Tools& tools, const Id& id, const char* state, const std::string& line,
                     const std::string& task, const char* mail_job,
                     const std::function<void(Message&, MessageData&)>& more) {
  return tools.office.store.write([&](StoreWriter& store) -> Result<void> {
    TRY_ASSIGN(auto message, store.message(id));
    if (message.state == "recalled" || message.state == "expired") return {};
    TRY_ASSIGN(auto open, open_dossier(tools.office.vault, store, message.dossier));
    TRY_ASSIGN(auto data, open.keys.message(message));
    if (message.state != "read" || std::string_view(state) == "undeliverable") message.state = state;
    if (more) more(message, data);
    open.keys.seal(data, message);
    TRY_DO(store.put_message(message));
    open.profile.history.push_back({tools.office.now(), "zegelpost", line});
    if (!task.empty()) open.profile.tasks.push_back(task);
    TRY_DO(save_dossier(store, open, tools.office.now()));
    if (!mail_job) return {};
    return add_mail_job(tools.office.vault, store, new_job(mail_job, id, tools.office.now()), data.email);
  });
}

}  // namespace zp::gateway
