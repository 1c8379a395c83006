// What Zegelpost holds about a person, and what goes with a letter.
#include <algorithm>

#include "gateway/casework/letter_fields.h"
#include "gateway/http/csrf.h"
#include "gateway/process/process.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

constexpr std::size_t kMostUpload = 64 * 1024 * 1024;

json items_json(const std::vector<Overview::Item>& items) {
  json rows = json::array();
  for (const Overview::Item& item : items)
    rows.push_back({{"dossier", item.dossier},
                    {"what", item.what},
                    {"when", item.when},
                    {"detail", in_dutch(item.detail)},
                    {"source", item.source}});
  return rows;
}

json recipients_json(const std::vector<Overview::Recipient>& recipients) {
  json rows = json::array();
  for (const Overview::Recipient& one : recipients) {
    std::string addressee = one.name;
    for (const std::string& line : one.address) addressee += "\n" + line;
    rows.push_back({{"dossier", one.dossier},
                    {"name", one.name},
                    {"what", one.what},
                    {"addressee", addressee},
                    {"sent_on", one.sent_on},
                    {"day", in_dutch(one.sent_on)}});
  }
  return rows;
}

json dossiers_json(const Overview& overview) {
  json rows = json::array();
  for (std::size_t i = 0; i < overview.dossiers.size(); ++i)
    rows.push_back({{"id", overview.ids[i].hex()}, {"reference", overview.dossiers[i]}});
  return rows;
}

}  // namespace

Result<Response> Workbench::overview(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id id, visit.id("dossier"));
  TRY_ASSIGN(const Overview overview, casework_.overview(visit.actor, id));
  json parts = json::array({{{"title", "Gegevens"}, {"rows", items_json(overview.data)}},
                            {{"title", "Documenten"}, {"rows", items_json(overview.documents)}},
                            {{"title", "Berichten"}, {"rows", items_json(overview.messages)}},
                            {{"title", "Wie het zag"}, {"rows", items_json(overview.looks)}}});
  for (json& part : parts) part["none"] = part["rows"].empty();
  return show("overzicht",
              {{"id", id.hex()},
               {"reference", overview.dossiers.front()},
               {"dossiers", dossiers_json(overview)},
               {"several", overview.dossiers.size() > 1},
               {"parts", std::move(parts)},
               {"recipients", recipients_json(overview.recipients)},
               {"has_recipients", !overview.recipients.empty()},
               {"may_draft", role_for(visit.actor, Act::kDraft).has_value()}},
              visit);
}

Result<Response> Workbench::enclosure(Visit& visit) {
  TRY_ASSIGN(const Id letter, visit.id("letter"));
  TRY_ASSIGN(const Id object, visit.id("object"));
  TRY_ASSIGN(const EnclosureContent found, casework_.enclosure(visit.actor, letter, object));
  // Never shown in the page: it may be a stranger's.
  return std::move(
      Response::bytes(std::string(found.content.text()), "application/octet-stream").as_download(found.about.name));
}

Result<Response> Workbench::add_document(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  bool trusted = false;
  std::string name, origin, content;
  MultipartSink sink;
  sink.field = [&](const std::string& field, const std::string& value) -> Result<void> {
    if (field == kCsrfField) trusted = is_own_form(visit, value);
    if (field == "herkomst") origin = value;
    return {};
  };
  sink.file_begin = [&](const FilePart& part) -> Result<void> {
    if (!trusted) return fail(Code::kDenied, "check form token");
    name = part.file_name;
    return {};
  };
  sink.file_data = [&](ByteView bytes) -> Result<void> {
    if (content.size() + bytes.size() > kMostUpload)
      return fail(Code::kRefused, "add document", "Kies een bestand dat niet groter is dan 64 MB.");
    content += as_text(bytes);
    return {};
  };
  sink.file_end = [] { return Result<void>(); };
  if (!is_multipart(visit.request)) return fail(Code::kMalformed, "add document");
  TRY_DO(read_multipart(visit.request, sink));
  if (!trusted) return fail(Code::kDenied, "check form token");
  TRY_DO(casework_.add_document(visit.actor, dossier, name, origin, as_bytes(content)));
  return back_to_dossier(visit, dossier);
}

}  // namespace zp::gateway
