#include <algorithm>

#include "crypto/base/text.h"
#include "gateway/casework/access_code.h"
#include "gateway/casework/access_fields.h"
#include "gateway/casework/letter_fields.h"
#include "gateway/casework/letter_steps.h"
#include "gateway/casework/mobile_number.h"
#include "gateway/casework/ways.h"
#include "gateway/http/form.h"
#include "gateway/staff/dossier_view.h"
#include "gateway/staff/letter_menu.h"
#include "gateway/staff/letter_view.h"
#include "gateway/staff/sentences.h"
#include "gateway/staff/workbench.h"

namespace zp::gateway {
namespace {

static_assert(kMostLookBytes < kMaxFieldBytes);  // else a letter with many looks could not be edited

using nlohmann::json;

constexpr std::string_view kBetweenCells = " | ";

json table_rows(const templates::LetterField& table, const std::vector<std::string>& lines) {
  json rows = json::array();
  for (const std::string& line : lines) {
    json row = json::object();
    std::size_t begin = 0;
    for (const auto& column : table.columns) {
      const std::size_t end = std::min(line.find('|', begin), line.size());
      row[column.name] = std::string(trim(std::string_view(line).substr(begin, end - begin)));
      begin = std::min(end + 1, line.size());
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Only decisions have tables that a person fills: in other letters they list what the dossier holds.
bool typed_by_people(const templates::LetterInfo& info, const templates::LetterField& field) {
  if (field.type == "table")
    return info.needs_approval &&
           std::ranges::none_of(field.columns, [](const auto& c) { return c.type == "size" || c.type == "number"; });
  return field.type != "number" && field.type != "size";
}

/// What a person may type: texts, dates, yes or no, lists (one item a line), tables (one row a line).
json editable_fields(const templates::LetterInfo& info, const json& values, const Profile& profile, bool may_edit) {
  json rows = json::array();
  for (const auto& field : info.fields) {
    if (!typed_by_people(info, field)) continue;
    const json value = values.value(field.name, json());
    const std::string text = field_text(field, value);
    std::string about = field.about;
    if (field.type == "table") {
      about += " Per regel:";
      for (const auto& column : field.columns)
        about += (&column == &field.columns.front() ? " " : std::string(kBetweenCells)) + column.label;
    }
    rows.push_back({{"name", field.name},
                    {"about", about},
                    {"value", text},
                    {"required", field.required},
                    {"is_date", field.type == "date"},
                    {"is_flag", field.type == "flag"},
                    {"is_on", value == true},
                    {"is_long", field.type == "multiline" || field.type == "list" || field.type == "table"},
                    {"locked", !may_edit || follows_from_terms(profile, field.name)},
                    {"is_line", field.type == "text" || field.type == "time"}});
  }
  return rows;
}

/// Each field that still needs something, once, with where it stands in the form.
json lacking_json(const templates::LetterInfo& info, const std::vector<templates::FieldMistake>& mistakes) {
  json rows = json::array();
  std::string last;
  for (const templates::FieldMistake& one : mistakes) {
    const auto field = std::ranges::find(info.fields, one.name, &templates::LetterField::name);
    if (field == info.fields.end() || one.name == last) continue;
    last = one.name;
    rows.push_back({{"name", one.name},
                    {"about", field->about},
                    {"wrong", !one.wrong.empty()},
                    {"in_form", typed_by_people(info, *field)}});
  }
  return rows;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

/// Only what the form held; casework keeps the rest.
json fields_of(const templates::LetterInfo& info, const Form& form) {
  json values = json::object();
  for (const auto& field : info.fields) {
    const auto found = form.find("veld-" + field.name);
    if (found == form.end()) continue;
    if (field.type == "flag")
      values[field.name] = found->second == "ja";
    else if (field.type == "list")
      values[field.name] = lines_of(found->second);
    else if (field.type == "table")
      values[field.name] = table_rows(field, lines_of(found->second));
    else
      values[field.name] = found->second;
  }
  return values;
}

const templates::LetterInfo* letter_named(const Office& office, const std::string& name) {
  const auto& letters = office.letters.letters();
  const auto found = std::ranges::find(letters, name, &templates::LetterInfo::name);
  return found == letters.end() ? nullptr : &*found;
}

std::string letter_path(const Visit& visit, const Id& dossier, const Id& letter) {
  return "/dossier/" + dossier.hex() + "/brief/" + letter.hex() + "?doel=" + percent_encode(visit.actor.purpose);
}

Result<Way> way_for(const Office& office, const Id& dossier, bool to_requester, const intake::LetterClass& letter_class,
                    const DirectWay& direct) {
  Way way;
  TRY_DO(office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto open, open_dossier(office.vault, store, dossier));
    TRY_ASSIGN(way, choose_way(office, store, open, to_requester, letter_class, direct));
    return {};
  }));
  return way;
}

/// Why the dossier does not let the letter go yet, in Dutch; empty: it does.
Result<std::string> held_by(const Office& office, const Id& dossier, const templates::LetterInfo& info,
                            const LetterData& letter) {
  const auto checked = office.store.read([&](StoreReader& store) -> Result<void> {
    TRY_ASSIGN(const auto open, open_dossier(office.vault, store, dossier));
    return check_letter(office, store, open, info, letter);
  });
  if (checked) return std::string();
  if (checked.error().code != Code::kRefused) return std::unexpected(checked.error());
  return sentence_for(checked.error());
}

/// The ways it may go by, which is proposed, and to whom.
Result<json> ways_json(const Office& office, const DossierView& view, const LetterView& letter, bool to_requester,
                       bool may_send) {
  const Person& requester = view.profile.requester;
  const intake::LetterClass& letter_class = class_of(office, letter.row.name, letter.data);
  const DirectWay direct = to_requester && may_send ? direct_way(office, requester.email) : DirectWay{};
  TRY_ASSIGN(const Way way, way_for(office, view.dossier.id, to_requester, letter_class, direct));
  const std::string mobile = mobile_number(requester.telephone);
  json data{{"class", {{"title", letter_class.title}, {"about", letter_class.about}}},
            {"may_mailbox", to_requester && !requester.email.empty() && letter_class.rule_for(kByMailbox) != nullptr},
            {"way",
             {{"words", route_words(way.route)},
              {"why", way.why},
              {"policy", way.policy},
              {"lacking", way.lacking},
              {"waits", !way.lacking.empty()}}},
            {"encrypted", way.key.has_value()},
            {"by_mailbox", way.route == kByMailbox},
            {"by_post", way.route == kByPost},
            {"direct", may_go_straight(letter_class, direct)},
            {"by_tls", way.route == kByTls},
            {"email", requester.email},
            {"has_code", code_serves(office, view.profile)},
            {"code_way", code_words(office, view.profile)},
            {"may_sms", office.config.sms.configured() && !mobile.empty()},
            {"sms_digits", last_digits(mobile)}};
  if (way.key)
    data["key"] = {{"route", way.route},
                   {"words", route_words(way.route)},
                   {"fingerprint", way.key->fingerprint},
                   {"until", way.key->until}};
  return data;
}

/// {recipient, address}: as the letter has them, for the post.
json addressee_json(const DossierView& view, const LetterView& letter, bool to_requester, const std::string& typed) {
  const std::string addressee = letter.data.fields.value("addressee", "");
  std::string address;
  if (to_requester)
    for (const auto& line : view.profile.requester.address) address += line + "\n";
  else if (addressee.contains('\n'))
    address = addressee.substr(addressee.find('\n') + 1);
  return {{"recipient", to_requester ? view.profile.requester.name : addressee.substr(0, addressee.find('\n'))},
          {"address", typed.empty() ? address : typed}};
}

}  // namespace

Result<Response> Workbench::draft(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  const std::string name = visit.value("brief");
  const templates::LetterInfo* const info = letter_named(casework_.office(), name);
  const json fields = info ? fields_of(*info, visit.form) : json::object();
  TRY_ASSIGN(const Id letter, casework_.draft(visit.actor, dossier, name, fields));
  return Response::redirect(letter_path(visit, dossier, letter));
}

Result<Response> Workbench::letter(Visit& visit) {
  if (visit.actor.purpose.empty()) return choose_purpose(visit);
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("letter"));
  TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
  const auto found =
      std::ranges::find(view.letters, id, [](const LetterView& letter_view) { return letter_view.row.id; });
  if (found == view.letters.end()) return fail(Code::kNotFound, "find letter", id.hex());
  const std::string& state = found->row.state;
  json data{{"id", id.hex()},
            {"dossier", dossier.hex()},
            {"reference", view.dossier.reference},
            {"title", found->title},
            {"state", letter_state(state)},
            {"needs_approval", found->needs_approval},
            {"return_reason", found->data.return_reason},
            {"is_returned", !found->data.return_reason.empty()}};
  const templates::LetterInfo* info = letter_named(casework_.office(), found->row.name);
  data["ground"] = info ? info->legal_ground : "";
  const bool draft_now = state == "draft";
  data["may_edit"] = draft_now && info && may(view, Act::kDraft);
  if (info) {
    TRY_ASSIGN(const auto passages, casework_.office().letters.passages(info->name));
    data["parts"] = passages_json(passages, found->data.wording);
    data["changes"] = changes_json(*info, passages, found->data);
    data["own_words"] = !found->data.wording.empty();
    data.update(decides_json(view, *info, found->data, casework_.office()));
  }
  data["fields"] =
      info ? editable_fields(*info, found->data.fields, view.profile, data["may_edit"].get<bool>()) : json::array();
  data["lacking"] = json::array();
  if (draft_now && info) {
    TRY_ASSIGN(const auto mistakes, mistakes_in(casework_.office(), found->row, found->data, view.dossier.reference));
    data["lacking"] = lacking_json(*info, mistakes);
    TRY_ASSIGN(data["held_by"], held_by(casework_.office(), dossier, *info, found->data));
  }
  data["has_lacking"] = !data["lacking"].empty();
  data["may_propose"] = draft_now && found->needs_approval && may(view, Act::kPropose);
  data["own"] = found->row.author == visit.actor.user;
  const bool wrote =
      std::ranges::find(found->data.changes, visit.actor.name, &LetterChange::who) != found->data.changes.end();
  const auto& away = visit.actor.replaces;
  const bool own_by_replacement =
      !away.empty() && std::ranges::all_of(away, [&](const Id& one) { return one == found->row.author; });
  data["may_approve"] = state == "proposed" && may(view, Act::kApprove) && found->row.author != visit.actor.user &&
                        !own_by_replacement && !wrote;
  data["wrote_along"] =
      state == "proposed" && wrote && found->row.author != visit.actor.user && may(view, Act::kApprove);
  data["own_waits"] = state == "proposed" && found->row.author == visit.actor.user;
  data["may_send"] = (state == "approved" || (draft_now && !found->needs_approval)) && may(view, Act::kSend);
  data["may_withdraw"] = state != "sent" && state != "withdrawn" && may(view, Act::kWithdrawLetter);
  data["may_enclose"] = draft_now && may(view, Act::kEnclose);
  data["may_enclose_data"] = may(view, Act::kMakeOverview);
  data.update(enclosures_json(view, found->data));
  const bool to_requester = info && info->written_to == "verzoeker";
  TRY_ASSIGN(const json ways, ways_json(casework_.office(), view, *found, to_requester, data["may_send"].get<bool>()));
  data.update(ways);
  data.update(addressee_json(view, *found, to_requester, visit.value("adres")));
  return show("brief", std::move(data), visit);
}

Result<Response> Workbench::letter_pdf(Visit& visit) {
  TRY_ASSIGN(const Id id, visit.id("letter"));
  TRY_ASSIGN(const Bytes pdf, casework_.letter_pdf(visit.actor, id));
  Response response = Response::bytes(std::string(as_text(pdf)), "application/pdf");
  return response;
}

Result<Response> Workbench::letter_act(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id id, visit.id("letter"));
  const std::string name = visit.value("actie");
  if (name == "opslaan") {
    TRY_ASSIGN(const DossierView view, casework_.open(visit.actor, dossier));
    const auto found =
        std::ranges::find(view.letters, id, [](const LetterView& letter_view) { return letter_view.row.id; });
    const templates::LetterInfo* info =
        found == view.letters.end() ? nullptr : letter_named(casework_.office(), found->row.name);
    if (!info) return fail(Code::kNotFound, "find letter", id.hex());
    TRY_DO(casework_.edit_letter(visit.actor, id, fields_of(*info, visit.form)));
    return Response::redirect(letter_path(visit, dossier, id));
  }
  if (name == "bijlage-document" || name == "bijlage-weg") {
    TRY_ASSIGN(const Id object, Id::parse(visit.value("wat")));
    TRY_DO(name == "bijlage-weg" ? casework_.leave_out(visit.actor, id, object)
                                 : casework_.enclose_document(visit.actor, id, object));
    return Response::redirect(letter_path(visit, dossier, id));
  }
  if (name == "versturen") {
    TRY_DO(casework_.send(visit.actor, id, {visit.value("weg"), visit.value("code"), lines_of(visit.value("adres"))}));
    return back_to_dossier(visit, dossier);
  }
  if (name == "rechten") {
    TRY_DO(casework_.decide_on(visit.actor, id, typed_rights(casework_.office().rules, visit.form)));
    return Response::redirect(letter_path(visit, dossier, id));
  }
  if (name == "bijlage-gegevens")
    TRY_DO(casework_.enclose_overview(visit.actor, id));
  else if (name == "voorstellen")
    TRY_DO(casework_.propose(visit.actor, id));
  else if (name == "goedkeuren")
    TRY_DO(casework_.approve(visit.actor, id));
  else if (name == "teruggeven")
    TRY_DO(casework_.give_back(visit.actor, id, visit.value("reden")));
  else if (name == "intrekken")
    TRY_DO(casework_.withdraw(visit.actor, id));
  else
    return fail(Code::kMalformed, "act on letter");
  return Response::redirect(letter_path(visit, dossier, id));
}

Result<Response> Workbench::recall(Visit& visit) {
  TRY_ASSIGN(const Id dossier, visit.id("dossier"));
  TRY_ASSIGN(const Id message, visit.id("message"));
  TRY_DO(casework_.recall(visit.actor, message));
  return back_to_dossier(visit, dossier);
}

}  // namespace zp::gateway
