// Letters end to end as far as no PDF reader is needed: contracts of fields, refusals, determinism, signing.
#include "templates/letter/letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "crypto/cms.h"
#include "crypto/hash.h"

namespace zp::templates {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHead =
    "---\ntitle: Proef\nsubject: \"Over {{thing}}\"\npurpose: p\nlegal_ground: g\nannounced_as: Proef\nlegal_effect: "
    "geen\nretention: r\nwritten_to: verzoeker\nterm: geen\naddressee: "
    "to\n"
    "fields:\n"
    "  to: {type: multiline, about: a}\n"
    "  reference: {type: text, about: a}\n"
    "  thing: {type: text, about: a}\n"
    "  on: {type: date, about: a, required: false}\n"
    "  rows: {type: table, about: a, required: false, columns: {size: {type: size, label: Grootte}, note: "
    "{type: text, required: false}}}\n";

class LetterTest : public testing::Test {
 protected:
  LetterTest() {
    std::string name = (fs::temp_directory_path() / "zp-letters-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    letter("---\nBeste {{thing}}.\n");
  }
  ~LetterTest() override { fs::remove_all(folder_); }

  void letter(const std::string& rest) { std::ofstream(folder_ / "proef.md") << kHead << rest; }
  Result<std::unique_ptr<LetterPress>> press() {
    return LetterPress::load(
        folder_, {"Zorgkantoor", "Postbus 1, 1000 AA Hier", "voet", "Hier", "010", "fg@example.nl", {"regel"}});
  }
  std::string mistake() {
    auto loaded = press();
    if (loaded) return "none";
    EXPECT_EQ(loaded.error().code, Code::kConfig);
    return loaded.error().subject;
  }
  static json data() { return {{"to", "A. Nemo\nStraat 1"}, {"reference", "ZP-1"}, {"thing", "appels"}}; }
  Result<Bytes> pdf(const json& values, RenderOptions options = {.date = "2026-11-22", .reference = {}, .moment = {}}) {
    auto loaded = press();
    EXPECT_TRUE(loaded) << loaded.error().subject;
    return loaded ? (*loaded)->render("proef", values, options) : Result<Bytes>(std::unexpected(loaded.error()));
  }
  std::string refusal(const json& values) {
    auto made = pdf(values);
    if (made) return "none";
    EXPECT_EQ(made.error().code, Code::kRefused);
    return made.error().subject;
  }

  fs::path folder_;
};

TEST_F(LetterTest, OneOfTwoFieldsMayBeEnough) {
  letter(
      "  why: {type: text, about: a, unless: own}\n  own: {type: flag, about: a, required: false}\n---\nBeste "
      "{{why}}.\n");
  EXPECT_THAT(refusal(data()), HasSubstr("missing: why"));
  auto values = data();
  values["own"] = false;
  EXPECT_THAT(refusal(values), HasSubstr("missing: why"));
  values["own"] = true;
  EXPECT_EQ(refusal(values), "none");
  values.erase("own");
  values["why"] = "daarom";
  EXPECT_EQ(refusal(values), "none");
  letter("  why: {type: text, about: a, unless: nobody}\n---\nBeste {{why}}.\n");
  EXPECT_THAT(mistake(), HasSubstr("unless names another field"));
}

TEST_F(LetterTest, RendersTheSameBytesFromTheSameData) {
  auto one = pdf(data()), two = pdf(data());
  ASSERT_TRUE(one && two);
  EXPECT_EQ(*one, *two);
  auto other = data();
  other["thing"] = "peren";
  EXPECT_NE(*one, *pdf(other));
}

TEST_F(LetterTest, NamesEveryMissingWrongAndUnknownFieldAtOnce) {
  const json values = {{"reference", "ZP-1"},
                       {"to", " "},
                       {"on", "2026-02-30"},
                       {"colour", "red"},
                       {"rows", {{{"size", -1}}, {{"note", "x"}}}}};
  EXPECT_EQ(refusal(values),
            "proef: missing: to, thing, rows[2].size; wrong: on (date, YYYY-MM-DD), rows[1].size (whole "
            "number of bytes); unknown: colour");
}

TEST_F(LetterTest, DoesNotEchoAnUnknownNameThatCouldBeContent) {
  auto values = data();
  values["Jan Jansen"] = 1;
  EXPECT_THAT(refusal(values), AllOf(HasSubstr("a name that no field has"), Not(HasSubstr("Jansen"))));
}

TEST_F(LetterTest, RefusesTextOverTwoLinesInATextField) {
  auto values = data();
  values["thing"] = "een\ntwee";
  EXPECT_THAT(refusal(values), HasSubstr("thing (text on one line"));
}

TEST_F(LetterTest, NamesCharactersThatNoFontCanPrint) {
  auto values = data();
  values["thing"] = "appel \U0001F34E en \u6F22";
  EXPECT_EQ(refusal(values), "no font can print U+6F22, U+1F34E");
}

TEST_F(LetterTest, SpellsOutWhatCannotBePrintedWhenNobodyCanBeAsked) {
  const RenderOptions options{.date = "2026-11-22", .reference = {}, .moment = {}, .spell_out_unprintable = true};
  auto values = data(), expected = data();
  values["thing"] =
      "appel \U0001F34E\u202E\xC3 Z\u030C"
      "iz\u030Cek";
  expected["thing"] = "appel [U+1F34E][U+202E]\uFFFD \u017Di\u017Eek";
  auto spelled = pdf(values, options), written = pdf(expected);
  ASSERT_TRUE(spelled) << spelled.error().subject;
  ASSERT_TRUE(written);
  EXPECT_EQ(*spelled, *written);
}

TEST_F(LetterTest, RefusesControlAndDirectionCharactersByNumber) {
  auto values = data();
  values["thing"] = "appel\u202Egpj";
  EXPECT_EQ(refusal(values), "proef: wrong: thing (U+202E cannot be printed)");
  values["thing"] = std::string("appel\0x", 7);
  EXPECT_THAT(refusal(values), HasSubstr("U+0000"));
  values["thing"] = "appel\xC3";
  EXPECT_THAT(refusal(values), HasSubstr("not UTF-8"));
}

TEST_F(LetterTest, RefusesADateThatIsNone) {
  auto made = pdf(data(), {.date = "22-11-2026", .reference = {}, .moment = {}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kRefused);
}

TEST_F(LetterTest, TakesTheReferenceFromTheOptionsWhenTheDataLackIt) {
  auto values = data();
  values.erase("reference");
  EXPECT_THAT(refusal(values), HasSubstr("missing: reference"));
  EXPECT_TRUE(pdf(values, {.date = "2026-11-22", .reference = "ZP-1", .moment = {}}));
}

TEST_F(LetterTest, AnUnknownLetterIsNotFound) {
  auto loaded = press();
  ASSERT_TRUE(loaded);
  auto made = (*loaded)->render("anders", data(), {.date = "2026-11-22", .reference = {}, .moment = {}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kNotFound);
}

TEST_F(LetterTest, TellsTheContractOfEachLetter) {
  auto loaded = press();
  ASSERT_TRUE(loaded);
  const LetterInfo& info = (*loaded)->letters().at(0);
  EXPECT_EQ(info.name, "proef");
  EXPECT_TRUE(info.needs_approval);
  ASSERT_EQ(info.fields.size(), 5U);
  EXPECT_EQ(info.fields[4].columns.at(0).type, "size");
}

TEST_F(LetterTest, RefusesFrontMatterThatIsNotUnderstood) {
  letter("colour: red\n---\nx\n");
  EXPECT_THAT(mistake(), AllOf(HasSubstr("proef.md"), HasSubstr("unknown key colour")));
  std::ofstream(folder_ / "proef.md") << "Beste";
  EXPECT_THAT(mistake(), HasSubstr("front matter"));
  std::ofstream(folder_ / "proef.md") << "---\ntitle: [\n---\nx";
  EXPECT_THAT(mistake(), HasSubstr("proef.md"));
}

TEST_F(LetterTest, RefusesAFieldThatNobodyDeclared) {
  letter("---\nBeste {{nobody}}.\n");
  EXPECT_THAT(mistake(), HasSubstr("{{nobody}} is no field"));
  letter("---\n{{#rows}}{{size}}{{/rows}} {{size}}\n");
  EXPECT_THAT(mistake(), HasSubstr("{{size}} is no field"));
}

TEST_F(LetterTest, RefusesRawValuesAndWhatCannotBeSet) {
  letter("---\n{{{thing}}}\n");
  EXPECT_THAT(mistake(), HasSubstr("unescaped"));
  letter("---\n*cursief*\n");
  EXPECT_THAT(mistake(), HasSubstr("emph is not used"));
  letter("---\n# Kop\n");
  EXPECT_THAT(mistake(), HasSubstr("headings"));
  letter("---\n<b>x</b>\n");
  EXPECT_THAT(mistake(), HasSubstr("html"));
  letter("---\n```table thing\n```\n");
  EXPECT_THAT(mistake(), HasSubstr("thing is text"));
  letter("---\n[x](http://example.nl)\n");
  EXPECT_THAT(mistake(), HasSubstr("https://"));
}

TEST_F(LetterTest, RefusesARemedyWithoutItsClause) {
  letter("remedy: beroep\n---\nx\n");
  EXPECT_THAT(mistake(), HasSubstr("clauses/beroep.md"));
}

TEST_F(LetterTest, ALetterThatStartsATermPrintsItsLastDay) {
  const std::string head = kHead;
  const auto with_term = [&](const std::string& term) {
    std::string changed = head;
    changed.replace(changed.find("term: geen"), 10, "term: " + term);
    std::ofstream(folder_ / "proef.md") << changed << "---\nx\n";
  };
  with_term("aanvulling");
  EXPECT_THAT(mistake(), HasSubstr("complete_before"));
  with_term("verlenging");
  EXPECT_THAT(mistake(), HasSubstr("new_term"));
  with_term("ooit");
  EXPECT_THAT(mistake(), HasSubstr("term is antwoord"));
  with_term("antwoord");
  EXPECT_EQ(mistake(), "none");
}

class SignedLetterTest : public LetterTest {
 protected:
  Bytes signed_pdf() {
    auto made =
        pdf(data(),
            {.date = "2026-11-22", .reference = {}, .signature_placeholder = true, .moment = "2026-11-22T10:05:00Z"});
    EXPECT_TRUE(made);
    const auto pem = crypto::SealKey::self_signed("Zegel van de proef", 30);
    auto key = crypto::SealKey::load(pem.chain, pem.key);
    EXPECT_TRUE(key);
    auto done = sign_pdf(std::move(*made), [&](ByteView digest) { return key->sign_digest(digest); });
    EXPECT_TRUE(done);
    return std::move(*done);
  }
  /// Integrity of the signature as the file states it: /ByteRange and /Contents.
  static crypto::Integrity integrity(const Bytes& pdf) {
    const std::string text(pdf.begin(), pdf.end());
    std::size_t start = 0, length = 0, after = 0, rest = 0;
    const auto at = text.find("/ByteRange [ ");
    EXPECT_EQ(std::sscanf(text.c_str() + at, "/ByteRange [ %zu %zu %zu %zu ]", &start, &length, &after, &rest), 4);
    EXPECT_EQ(after + rest, pdf.size());
    const auto cms = from_hex(std::string_view(text).substr(length + 1, after - length - 2));
    EXPECT_TRUE(cms);
    const std::vector<ByteView> content = {ByteView(pdf).first(length), ByteView(pdf).subspan(after)};
    return crypto::verify_detached(*cms, content, crypto::CmsForm::kDetached, {}, 1795341900).integrity;
  }
};

TEST_F(SignedLetterTest, TheSignatureCoversEveryByteOutsideItself) {
  Bytes pdf = signed_pdf();
  EXPECT_EQ(integrity(pdf), crypto::Integrity::kOk);
  for (const std::size_t at : {std::size_t{9}, std::size_t{2000}, pdf.size() - 20}) {
    pdf[at] ^= 1;
    EXPECT_EQ(integrity(pdf), crypto::Integrity::kBroken) << at;
    pdf[at] ^= 1;
  }
}

TEST_F(SignedLetterTest, RefusesAPdfWithoutRoomForASignature) {
  auto made = pdf(data());
  ASSERT_TRUE(made);
  auto done = sign_pdf(std::move(*made), [](ByteView) { return Result<Bytes>(Bytes(10)); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kMalformed);
}

TEST_F(SignedLetterTest, RefusesASignatureThatDoesNotFitAndPassesOnAFailure) {
  auto made = pdf(data(), {.date = "2026-11-22", .reference = {}, .signature_placeholder = true, .moment = {}});
  ASSERT_TRUE(made);
  auto big = sign_pdf(*made, [](ByteView) { return Result<Bytes>(Bytes(100'000)); });
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().code, Code::kTooLarge);
  auto failed = sign_pdf(*made, [](ByteView) { return Result<Bytes>(fail(Code::kUnavailable, "seal")); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace zp::templates
