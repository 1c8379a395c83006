#include "templates/letter/letter.h"

#include <fmt/chrono.h>
#include <yaml-cpp/yaml.h>

#include <chrono>
#include <fstream>
#include <iostream>

#include "gateway/cli/parse.h"
#include "gateway/config/data_folder.h"

namespace zp::gateway {
namespace {

using nlohmann::json;

constexpr int kWrongUse = 2;
constexpr const char* kHelp =
    "Formal letters from templates/letters, without a running instance.\n"
    "  zegelpost letter list\n"
    "  zegelpost letter render ontvangstbevestiging --data samples/letters/ontvangstbevestiging.yaml "
    "--output brief.pdf\n"
    "The data are YAML with the fields that the letter's front matter declares. In a real instance staff and "
    "worker fill them in, and the\n"
    "letterhead comes from the configuration; here it comes from organisation.yaml beside the letters.\n"
    "Exit status: 0 done; 1 refused (each missing or wrong field is named); 2 wrong use.";

/// Quoted scalars are text; plain ones are numbers or flags where they look so.
json to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    json object = json::object();
    for (const auto& entry : node) object[entry.first.as<std::string>()] = to_json(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    json list = json::array();
    for (const auto& item : node) list.push_back(to_json(item));
    return list;
  }
  if (!node.IsScalar()) return nullptr;
  if (node.Tag() == "?") {
    if (bool flag = false; YAML::convert<bool>::decode(node, flag)) return flag;
    if (std::int64_t whole = 0; YAML::convert<std::int64_t>::decode(node, whole)) return whole;
    if (double number = 0; YAML::convert<double>::decode(node, number)) return number;
  }
  return node.as<std::string>();
}

Result<json> read_yaml(const std::string& path) {
  try {
    return to_json(YAML::LoadFile(path));
  } catch (const YAML::BadFile&) {
    return fail(Code::kNotFound, "read YAML", path + " cannot be read");
  } catch (const YAML::Exception& error) {
    return fail(Code::kMalformed, "read YAML", path + ": " + error.what());
  }
}

Result<templates::Organisation> read_organisation(const std::string& path) {
  TRY_ASSIGN(const json values, read_yaml(path));
  const auto text = [&](const char* key) {
    return values.value(key, json("")).is_string() ? values.value(key, std::string()) : std::string();
  };
  templates::Organisation organisation{
      text("name"), text("return_address"), text("footer"), text("place"), text("telephone"), text("fg_email"),
      {},           text("digital_channel")};
  for (const json& line : values.value("contact_lines", json::array()))
    if (line.is_string()) organisation.contact_lines.push_back(line);
  if (organisation.name.empty()) return fail(Code::kConfig, "read organisation", path + ": name is missing");
  return organisation;
}

Result<std::unique_ptr<templates::LetterPress>> load_press() {
  const std::string folder = data_folder() + "/templates/letters";
  TRY_ASSIGN(templates::Organisation organisation, read_organisation(folder + "/organisation.yaml"));
  return templates::LetterPress::load(folder, std::move(organisation));
}

int list() {
  const auto press = load_press();
  if (!press) return report("letter", press.error());
  for (const templates::LetterInfo& letter : (*press)->letters()) std::cout << letter.name << "\n";
  return 0;
}

struct RenderArguments {
  std::string name, data, output, date;
};

int render(const RenderArguments& arguments) {
  const auto data = read_yaml(arguments.data);
  if (!data) {
    report("letter", data.error());
    return kWrongUse;
  }
  const auto press = load_press();
  if (!press) return report("letter", press.error());
  const auto pdf = (*press)->render(arguments.name, *data, {.date = arguments.date, .reference = {}, .moment = {}});
  if (!pdf) {
    const int status = report("letter", pdf.error());
    if (pdf.error().code != Code::kNotFound) return status;
    std::cerr << "'zegelpost letter list' prints the names of the letters.\n";
    return kWrongUse;
  }
  std::ofstream out(arguments.output, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(pdf->data()), static_cast<std::streamsize>(pdf->size()));
  out.close();
  if (!out) return report("letter", fail_errno("write letter", arguments.output).error());
  return 0;
}

int letter(const Arguments& arguments) {
  CLI::App app{kHelp, "zegelpost letter"};
  app.require_subcommand(1);
  const CLI::App* listing = app.add_subcommand("list", "the names of all letters, one on a line");
  CLI::App* rendering = app.add_subcommand("render", "write one letter as PDF/A-2a and PDF/UA-1");
  RenderArguments given;
  given.date = fmt::format("{:%Y-%m-%d}",
                           fmt::localtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  rendering->add_option("name", given.name, "as 'letter list' prints it")->required();
  rendering->add_option("--data", given.data, "YAML file with the fields")->required();
  rendering->add_option("--output", given.output, "PDF file to write")->required();
  rendering->add_option("--date", given.date, "date of the letter, YYYY-MM-DD; today when left out");
  if (const auto status = parse(app, arguments)) return *status;
  return *listing ? list() : render(given);
}

}  // namespace

const Command kLetter{"letter", "list the formal letters or render one as PDF", letter};

}  // namespace zp::gateway
