#include "gateway/casework/overview.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace zp::gateway {
namespace {

using Json = nlohmann::ordered_json;

struct Part {
  const char* key;
  const char* label;
  std::vector<Overview::Item> Overview::*items;
};

constexpr std::array<Part, 4> kParts = {{{"gegevens", "Gegeven", &Overview::data},
                                         {"documenten", "Document", &Overview::documents},
                                         {"berichten", "Bericht", &Overview::messages},
                                         {"ingezien", "Ingezien", &Overview::looks}}};

std::string cell(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string row(std::initializer_list<std::string_view> cells) {
  std::string line;
  for (const std::string_view one : cells) line += (line.empty() ? "" : ";") + cell(one);
  return line + "\r\n";
}

}  // namespace

std::string overview_json(const Overview& overview, const std::string& organisation, const std::string& date,
                          bool given_only) {
  Json json = {{"organisatie", organisation}, {"gemaakt_op", date}, {"dossiers", overview.dossiers}};
  for (const Part& part : kParts) {
    Json rows = Json::array();
    for (const Overview::Item& item : overview.*part.items)
      if (item.given || !given_only)
        rows.push_back({{"dossier", item.dossier},
                        {"wat", item.what},
                        {"wanneer", item.when},
                        {"inhoud", item.detail},
                        {"van", item.source}});
    if (!rows.empty() || !given_only) json[part.key] = std::move(rows);
  }
  if (given_only) return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  Json rows = Json::array();
  for (const Overview::Recipient& one : overview.recipients)
    rows.push_back(
        {{"dossier", one.dossier}, {"ontvanger", one.name}, {"wat", one.what}, {"verstuurd_op", one.sent_on}});
  json["ontvangers"] = std::move(rows);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string overview_csv(const Overview& overview, bool given_only) {
  std::string table = "\xEF\xBB\xBF" + row({"soort", "dossier", "wat", "wanneer", "inhoud", "van"});
  for (const Part& part : kParts)
    for (const Overview::Item& item : overview.*part.items)
      if (item.given || !given_only)
        table += row({part.label, item.dossier, item.what, item.when, item.detail, item.source});
  if (given_only) return table;
  for (const Overview::Recipient& one : overview.recipients)
    table += row({"Ontvanger", one.dossier, one.what, one.sent_on, one.name, ""});
  return table;
}

}  // namespace zp::gateway
