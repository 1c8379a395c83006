#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "intake/rules/read_rules.h"
#include "intake/rules/requirements.h"

namespace zp::intake {
namespace {

namespace fs = std::filesystem;

const Names kTerms = {"avg", "wlz", "weeks", "none"};
const Names kKinds = {"form",     "court-order",       "mandate", "consent", "letter",
                      "decision", "identity-document", "custody", "unknown"};

DocumentRule read_document(const YAML::Node& node, const std::string& file) {
  YamlMap map(node, file);
  DocumentRule document;
  document.slot = name_of(map, "slot", '-');
  document.label = map.text("label");
  document.explanation = map.text("explanation");
  document.why = map.text("why");
  document.source = map.text("source");
  document.source_text = map.text("source_text");
  document.when = read_condition(map, "when", file);
  document.needs_signature = map.flag_or("needs_signature", false);
  document.identity_document = map.flag_or("identity_document", false);
  document.mask = map.flag_or("mask", false);
  document.holders = map.texts("holders");
  document.accepts = map.texts("accepts");
  document.on_file = map.text_or("on_file", "");
  document.before = map.texts("before");
  for (const std::string& kind : document.accepts)
    if (!contains(kKinds, kind))
      map.refuse("accepts", fmt::format("has '{}': known are {}", kind, fmt::join(kKinds, ", ")));
  if (document.holders.empty() == document.identity_document) map.refuse("holders", "go with identity_document: true");
  map.refuse_unknown_keys();
  return document;
}

/// `key: {weeks: N, ground: TEXT}`; absent: 0.
int read_more_weeks(YamlMap& map, const std::string& key, const std::string& file, std::string& ground) {
  const YAML::Node node = map.node(key);
  if (!node) return 0;
  YamlMap more(node, file);
  const int weeks = more.number("weeks", 1, 52);
  ground = more.text("ground");
  more.refuse_unknown_keys();
  return weeks;
}

WeeksRule read_weeks(YamlMap& request, const std::string& file) {
  const YAML::Node node = request.node("weeks");
  if (!node) request.refuse("weeks", "is missing");
  YamlMap map(node, file);
  WeeksRule rule;
  rule.label = map.text("label");
  rule.weeks = map.number("weeks", 1, 52);
  rule.ground = map.text("ground");
  rule.after_remedy = one_of(map, "from", {"receipt", "remedy-term"}) == "remedy-term";
  rule.carried = map.flag_or("carried", true);
  rule.committee_weeks = read_more_weeks(map, "committee", file, rule.committee_ground);
  rule.adjourned_weeks = read_more_weeks(map, "adjourned", file, rule.adjourned_ground);
  rule.refusal_weeks = read_more_weeks(map, "refusal", file, rule.refusal_ground);
  rule.stands_still = map.text_or("stands_still", "");
  map.refuse_unknown_keys();
  return rule;
}

/// A slip in a name would silently count another term.
void check_weeks(const RequestRule& rule, const YamlMap& map) {
  const RecordRule* const matter = rule.book.record(kMatter);
  const FieldRule* const announced = matter ? field_named(matter->fields, "bekendgemaakt") : nullptr;
  if (rule.weeks.after_remedy && (!announced || announced->type != "date"))
    map.refuse("weeks", fmt::format("count from the record '{}' with the date 'bekendgemaakt'", kMatter));
  if (rule.weeks.committee_weeks > 0 && !rule.book.record(kCommittee))
    map.refuse("weeks", fmt::format("need the record '{}'", kCommittee));
  if (rule.weeks.adjourned_weeks > 0 && !rule.book.measure(kAdjourns))
    map.refuse("weeks", fmt::format("need the measure '{}'", kAdjourns));
}

void check_whole(const RequestRule& rule, const YamlMap& map) {
  Names names, slots;
  for (const FieldRule& field : rule.fields) {
    if (contains(names, field.name)) map.refuse("fields", fmt::format("has '{}' twice", field.name));
    names.push_back(field.name);
    check_condition(rule.fields, field.required_when, "fields", map);
  }
  for (const DocumentRule& document : rule.documents) {
    if (contains(slots, document.slot)) map.refuse("documents", fmt::format("has '{}' twice", document.slot));
    slots.push_back(document.slot);
    check_condition(rule.fields, document.when, "documents", map);
    for (const std::string& holder : document.holders)
      if (!contains(names, holder + "_name")) map.refuse("documents", fmt::format("need the field '{}_name'", holder));
  }
}

RequestRule read_request(const fs::path& path) {
  const std::string file = path.string();
  YamlMap map(read_yaml(file), file);
  RequestRule rule;
  rule.name = path.stem().string();
  if (!is_name(rule.name, '-'))
    throw Mistake{fmt::format("{}:1: the file name must be made of a-z, 0-9 and '-'", file)};
  rule.title = map.text("title");
  rule.intro = map.text("intro");
  rule.group = map.text_or("group", "");
  rule.legal_ground = map.text("legal_ground");
  rule.purpose = map.text_or("purpose", "");
  rule.source = map.text_or("source", "");
  rule.source_text = map.text_or("source_text", "");
  rule.term = one_of(map, "term", kTerms);
  if (rule.term == "weeks") rule.weeks = read_weeks(map, file);
  rule.term_source = map.text("term_source");
  rule.term_ground = map.text_or("term_ground", "");
  rule.application = map.flag_or("application", false);
  rule.completion_days = map.number("completion_days", 1, 90);
  rule.retention_days = map.number("retention_days", 0, 36500);
  rule.asks_with = map.text_or("asks_with", rule.asks_with);
  rule.phrases = map.texts("phrases");
  rule.fields = read_list(map, "fields", file, read_field);
  rule.documents = read_list(map, "documents", file, read_document);
  rule.book = read_record_book(map, file);
  rule.made_by_staff = map.flag_or("made_by_staff", false);
  rule.is_register = map.flag_or("is_register", false);
  rule.hand_over = map.flag_or("hand_over", false);
  if (rule.made_by_staff && rule.book.records.empty()) map.refuse("made_by_staff", "needs records to begin with");
  map.refuse_unknown_keys();
  check_whole(rule, map);
  check_weeks(rule, map);
  return rule;
}

}  // namespace

Result<RuleBook> RuleBook::load(const std::string& folder) {
  return reading<RuleBook>("load rules", folder, [&folder] {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
      if (entry->path().extension() == ".yaml") files.push_back(entry->path());
    if (error || files.empty()) throw Mistake{fmt::format("{}:1: no rules (*.yaml) can be read here", folder)};
    std::ranges::sort(files);
    RuleBook book;
    for (const fs::path& file : files) {
      try {
        book.requests_.push_back(read_request(file));
      } catch (const YAML::Exception& broken) {
        throw Mistake{fmt::format("{}:{}: {}", file.string(), broken.mark.line + 1, broken.msg)};
      }
    }
    return book;
  });
}

const RequestRule* RuleBook::find(std::string_view name) const {
  const auto found = std::ranges::find(requests_, name, &RequestRule::name);
  return found == requests_.end() ? nullptr : &*found;
}

}  // namespace zp::intake
