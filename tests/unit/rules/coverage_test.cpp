// Every sentence of the authority's texts that states a rule is covered by a rule that cites it literally, and no rule cites
// a sentence that does not stand there. coverage.yaml is the table; beside the texts themselves (ZP_SOURCES, a folder that is
// no part of the sources) it is also held to be complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "intake/rules/cited.h"

namespace zp::intake {
namespace {

namespace fs = std::filesystem;

/// One space between words, none before a comma, no bullets.
std::string normal(std::string text) {
  for (const auto& [from, to] : {std::pair("\u00a0", " "), std::pair("•", " ")})
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
      text.replace(at, std::string(from).size(), to);
  text = std::regex_replace(text, std::regex("\\s+"), " ");
  text = std::regex_replace(text, std::regex(" ,"), ",");
  return std::regex_replace(text, std::regex("^ | $"), "");
}

struct Sentence {
  std::string text;
  std::vector<std::string> rules;
};
struct Table {
  std::vector<Sentence> sentences;
  std::vector<std::string> passed_over;
};

const Table& table() {
  static const Table kTable = [] {
    Table made;
    for (const YAML::Node& text : YAML::LoadFile(ZP_SOURCE_DIR "/tests/unit/rules/coverage.yaml")["texts"]) {
      for (const YAML::Node& one : text["sentences"])
        made.sentences.push_back({normal(one["text"].as<std::string>()), one["rules"].as<std::vector<std::string>>()});
      for (const YAML::Node& one : text["passed_over"])
        made.passed_over.push_back(normal(one["begins"].as<std::string>()));
    }
    return made;
  }();
  return kTable;
}

const std::map<std::string, CitedRule>& rules() {
  static const std::map<std::string, CitedRule> kRules = [] {
    const auto requests = RuleBook::load(ZP_SOURCE_DIR "/intake/rules/requests");
    const auto desk = Desk::load(ZP_SOURCE_DIR "/intake/rules/balie.yaml");
    const auto house = load_house_rules(ZP_SOURCE_DIR "/intake/rules/huisregels.yaml");
    const auto ways = WayPolicy::load(ZP_SOURCE_DIR "/intake/rules/verzendwegen.yaml");
    if (!ways) throw std::runtime_error(ways.error().message());
    if (!requests) throw std::runtime_error(requests.error().message());
    if (!desk) throw std::runtime_error(desk.error().message());
    if (!house) throw std::runtime_error(house.error().message());
    std::map<std::string, CitedRule> made;
    for (const CitedRule& rule : cited_rules(*requests, *desk, *ways, *house))
      EXPECT_TRUE(made.emplace(rule.name, rule).second) << rule.name;
    return made;
  }();
  return kRules;
}

bool cites(const CitedRule& rule, const std::string& sentence) {
  const std::string cited = normal(rule.source_text);
  return sentence.contains(cited) || cited.contains(sentence);
}

TEST(Coverage, GivesEverySentenceARuleThatCitesIt) {
  for (const Sentence& sentence : table().sentences) {
    EXPECT_FALSE(sentence.rules.empty()) << sentence.text;
    for (const std::string& name : sentence.rules) {
      const auto rule = rules().find(name);
      ASSERT_NE(rule, rules().end()) << "no rule '" << name << "' for: " << sentence.text;
      EXPECT_TRUE(cites(rule->second, sentence.text)) << name << " does not cite: " << sentence.text;
    }
  }
}

TEST(Coverage, LetsNoRuleCiteWhatDoesNotStandInTheTexts) {
  for (const auto& [name, rule] : rules()) {
    if (!rule.source.starts_with("CIZ")) continue;
    EXPECT_TRUE(std::ranges::any_of(table().sentences, [&](const Sentence& one) { return cites(rule, one.text); }))
        << name << ": " << rule.source_text;
  }
}

TEST(Coverage, GivesEveryRuleASourceAndAText) {
  for (const auto& [name, rule] : rules()) {
    EXPECT_FALSE(rule.source.empty()) << name;
    EXPECT_FALSE(rule.text.empty()) << name;
  }
}

std::vector<std::string> sentences_of(const fs::path& file) {
  static const std::regex kEnd("([.?!:]) +");
  std::vector<std::string> sentences;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream parts(std::regex_replace(normal(line), kEnd, "$1\n"));
    for (std::string part; std::getline(parts, part);)
      if (!part.empty()) sentences.push_back(part);
  }
  return sentences;
}

TEST(Coverage, LeavesNoSentenceOfTheTextsOut) {
  const char* const named = std::getenv("ZP_SOURCES");
  const fs::path folder = named ? fs::path(named) : fs::path(ZP_SOURCE_DIR) / "../shared/sources";
  if (!fs::exists(folder)) GTEST_SKIP() << "the texts are not here: set ZP_SOURCES";
  std::size_t seen = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() != ".txt") continue;
    for (const std::string& sentence : sentences_of(file.path())) {
      ++seen;
      const bool covered =
          std::ranges::any_of(table().sentences, [&](const Sentence& one) { return one.text.contains(sentence); }) ||
          std::ranges::any_of(table().passed_over,
                              [&](const std::string& begin) { return sentence.starts_with(begin); });
      EXPECT_TRUE(covered) << file.path().filename() << ": " << sentence;
    }
  }
  EXPECT_GT(seen, 100u);
}

}  // namespace
}  // namespace zp::intake
