// A letter in other words: what staff may change for one letter, and what they can't.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "templates/letter/letter.h"
#include "templates/letter/preview.h"

namespace zp::templates {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class WordingTest : public testing::Test {
 protected:
  WordingTest() {
    std::string name = (fs::temp_directory_path() / "zp-wording-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    fs::create_directory(folder_ / "clauses");
    std::ofstream(folder_ / "clauses/bezwaar.md") << "## Bezwaar\n\nU kunt bezwaar maken.\n";
    write("Beste {{thing}}.\n\n{{!vast}}\n## De wet\n\nDit moet erin.\n{{!/vast}}\n\nGroet {{name}}.\n");
  }
  ~WordingTest() override { fs::remove_all(folder_); }

  void write(const std::string& text) {
    std::ofstream(folder_ / "proef.md")
        << "---\ntitle: Proef\nsubject: Proef\npurpose: p\nlegal_ground: g\nannounced_as: Proef\nlegal_effect: geen\n"
           "retention: r\nwritten_to: verzoeker\nterm: geen\naddressee: to\nremedy: bezwaar\nfields:\n"
           "  to: {type: multiline, about: a}\n  reference: {type: text, about: a}\n"
           "  thing: {type: text, about: Waar het over gaat.}\n  name: {type: text, about: a, required: false}\n---\n"
        << text;
  }
  std::unique_ptr<LetterPress> press() {
    auto loaded = LetterPress::load(folder_, {"CIZ", "Postbus 1", "voet", "Hier", "010", "fg@example.nl", {}});
    EXPECT_TRUE(loaded) << loaded.error().message();
    return std::move(*loaded);
  }
  std::string refusal(const Wording& wording) {
    const auto fits = press()->check_wording("proef", wording);
    if (fits) return "none";
    EXPECT_EQ(fits.error().code, Code::kRefused);
    return fits.error().subject;
  }
  Result<Bytes> pdf(const Wording& wording) {
    return press()->render("proef", {{"to", "A"}, {"thing", "appels"}, {"name", "Nemo"}},
                           {.date = "2026-11-22", .reference = "ZP-1", .moment = {}, .wording = wording});
  }

  fs::path folder_;
};

TEST_F(WordingTest, APreviewReadsAsTheLetterWillAndNamesWhatIsStillMissing) {
  const auto letters = press();
  const LetterInfo& info = letters->letters().front();
  const auto read = [&](const std::string& passage, const nlohmann::json& data) {
    return preview(info, {"CIZ", "Postbus 1", "", "Hier", "010", "fg@example.nl", {}}, "2026-11-22", passage, data);
  };
  const std::string passage = "## Over {{thing}}\n\n{{#name}}Groet **{{name}}**, {{date}}.{{/name}}\n";
  const auto filled = read(passage, {{"thing", "*appels*"}, {"name", "Nemo"}});
  ASSERT_TRUE(filled) << filled.error().message();
  EXPECT_EQ(filled->at(0)["heading"]["runs"][0]["text"], "Over *appels*");
  EXPECT_EQ(filled->at(1)["paragraph"]["runs"][1], nlohmann::json({{"text", "Nemo"}, {"bold", true}}));
  EXPECT_EQ(filled->at(1)["paragraph"]["runs"][2]["text"], ", 22 november 2026.");
  const auto empty = read(passage, nlohmann::json::object());
  ASSERT_TRUE(empty) << empty.error().message();
  ASSERT_EQ(empty->size(), 1U);
  EXPECT_EQ(empty->at(0)["heading"]["runs"][0]["text"], "Over [Waar het over gaat]");
  EXPECT_FALSE(read("{{#thing}}", nlohmann::json::object()));
  EXPECT_FALSE(read("<b>vet</b>", nlohmann::json::object()));
}

TEST_F(WordingTest, APassageBetweenMarksAndEveryRemedyClauseIsFixed) {
  const auto passages = press()->passages("proef");
  ASSERT_TRUE(passages);
  ASSERT_EQ(passages->size(), 4U);
  EXPECT_FALSE(passages->at(0).fixed);
  EXPECT_TRUE(passages->at(1).fixed);
  EXPECT_THAT(passages->at(1).text, HasSubstr("Dit moet erin."));
  EXPECT_FALSE(passages->at(2).fixed);
  EXPECT_TRUE(passages->at(3).fixed);
  EXPECT_THAT(passages->at(3).text, HasSubstr("bezwaar maken"));
}

TEST_F(WordingTest, TheWordsOfTheTemplateGiveTheSameLetter) {
  EXPECT_EQ(*pdf({}), *pdf({"Beste {{thing}}.\n\n", "\nGroet {{name}}.\n"}));
  EXPECT_NE(*pdf({}), *pdf({"Hallo {{thing}}.\n\n", "\nGroet {{name}}.\n"}));
}

TEST_F(WordingTest, AFieldThatMustBePrintedStays) {
  EXPECT_THAT(refusal({"Beste lezer.\n", "Groet {{name}}.\n"}), HasSubstr("thing moet in de tekst blijven"));
  EXPECT_EQ(refusal({"Beste lezer.\n", "Groet, over {{thing}}.\n"}), "none");  // the optional one may go
}

TEST_F(WordingTest, WhatALetterCannotSetIsNamedInDutchWithItsLine) {
  EXPECT_THAT(refusal({"Beste {{thing}}.\n\n*schuin*\n", "x\n"}), HasSubstr("Deel 1 van de tekst, regel 3"));
  EXPECT_THAT(refusal({"Beste {{thing}}.\n", "{{iets}}\n"}), HasSubstr("{{iets}} is geen veld"));
  EXPECT_THAT(refusal({"{{#name}}{{thing}}\n", "{{/name}}\n"}), HasSubstr("accolades"));
  EXPECT_THAT(refusal({"Beste {{thing}}.\n"}), HasSubstr("anders ingedeeld"));
  EXPECT_THAT(refusal({"{{thing}}" + std::string(30'000, 'a'), "x\n"}), HasSubstr("te lang"));
}

TEST_F(WordingTest, NoPassageCanSwallowAFixedOne) {
  // An open fence would hide what follows if the text were one.
  EXPECT_EQ(*pdf({"{{thing}}\n\n```text to\n", "x\n"}), *pdf({"{{thing}}\n\n```text to\n```\n", "x\n"}));
  const auto shorter = pdf({"{{thing}}\n\n- een lijst\n", "x\n"});
  ASSERT_TRUE(shorter) << shorter.error().message();
}

TEST_F(WordingTest, MarksComeInPairs) {
  for (const char* text :
       {"a\n{{!vast}}\nb {{thing}}\n", "a {{thing}}\n{{!/vast}}\nb\n", "{{!vast}}\n{{!vast}}\na {{thing}}\n"}) {
    write(text);
    const auto loaded = LetterPress::load(folder_, {});
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().subject, HasSubstr("{{!vast}}"));
  }
}

}  // namespace
}  // namespace zp::templates
