// Text, Markdown, lines and pages, without a PDF.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "templates/letter/layout.h"
#include "templates/letter/lines.h"
#include "templates/letter/markdown.h"
#include "templates/letter/text.h"

namespace zp::templates {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string text_of(const Line& line) {
  std::u32string text;
  for (const Span& span : line.spans)
    for (const Glyph& glyph : span.glyphs) text += glyph.c;
  return to_utf8(text);
}

Result<std::vector<Block>> blocks(const std::string& markdown) {
  return read_markdown(markdown, [](const std::string&, const std::string&) { return std::vector<Block>{}; });
}

TEST(TextTest, ComposesToNfcAndDropsSoftHyphens) {
  EXPECT_EQ(clean_text("Z\u030C"
                       "iz\u030Cek co\u00ADde")
                .value(),
            "Žižek code");
}

TEST(TextTest, RefusesLettersThatRunFromRightToLeftByNumber) {
  for (const auto& [text, name] : {std::pair{"Sjalom \u05E9\u05DC\u05D5\u05DD", "U+05E9"},
                                   std::pair{"\u0645\u062D\u0645\u062F", "U+0645"},  // Arabic
                                   std::pair{"\u0710", "U+0710"},                    // Syriac
                                   std::pair{"\U0001E900", "U+1E900"}}) {            // Adlam
    const auto refused = clean_text(text);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Code::kRefused);
    EXPECT_THAT(refused.error().subject, HasSubstr(name));
  }
  EXPECT_EQ(spelled_out("a\u05D0b", [](char32_t) { return true; }), "a[U+05D0]b");
}

TEST(TextTest, SpellsDatesTimesAndSizesInDutch) {
  EXPECT_EQ(dutch_date("2026-03-01"), "1 maart 2026");
  EXPECT_EQ(dutch_date("2028-02-29"), "29 februari 2028");
  for (const char* none : {"2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "2026-01-01x", ""})
    EXPECT_FALSE(dutch_date(none)) << none;
  EXPECT_EQ(dutch_time("2026-11-22T09:05"), "22 november 2026 om 9.05 uur");
  EXPECT_FALSE(dutch_time("2026-11-22T24:00"));
  EXPECT_EQ(dutch_size(0), "0 bytes");
  EXPECT_EQ(dutch_size(999), "999 bytes");
  EXPECT_EQ(dutch_size(1'234'567), "1,2 MB");
  EXPECT_EQ(dutch_size(999'950), "1,0 MB");
  EXPECT_EQ(dutch_size(45'600'000), "46 MB");
}

TEST(TextTest, AValueCannotBecomeMarkdown) {
  for (const std::string value :
       {"# kop", "**vet** *cursief* _x_", "[klik](https://evil.example)", "<https://evil.example>",
        "<script>x</script>", "1. een", "- een", "> citaat", "```table files", "    code", "&lt;", "a\\", "a | b",
        "---", "![x](y)", "{{thing}}", "Smith & Zn. `x`"}) {
    const auto read = blocks("Begin " + escape_markdown(value) + "\n");
    ASSERT_TRUE(read) << value;
    ASSERT_EQ(read->size(), 1U) << value;
    const auto& runs = std::get<Paragraph>(read->front()).runs;
    ASSERT_EQ(runs.size(), 1U) << value;
    EXPECT_EQ(runs[0].text, U"Begin " + to_u32(value.substr(value.find_first_not_of(' ')))) << value;
    const auto alone = blocks(escape_markdown(value) + "\n");
    ASSERT_TRUE(alone) << value;
    EXPECT_TRUE(std::holds_alternative<Paragraph>(alone->front())) << value;
  }
}

TEST(TextTest, LineEndsOfAValueStayInItsParagraph) {
  const auto read = blocks("- " + escape_markdown("een\n\n\n# twee\n    drie\n") + "\n");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  const auto& item = std::get<List>(read->front()).items.at(0);
  ASSERT_EQ(item.size(), 1U);
  EXPECT_THAT(to_utf8(item[0].at(0).text), HasSubstr("# twee\ndrie"));
}

class LinesTest : public testing::Test {
 protected:
  static const FaceBook& faces() {
    static const auto loaded = FaceBook::load();
    return *loaded;
  }
  static const Hyphenator& hyphenator() {
    static const auto loaded = Hyphenator::load();
    return *loaded;
  }
  std::vector<std::string> lines(std::u32string text, double width) {
    std::vector<std::string> out;
    for (const Line& line : type_.lines({{std::move(text)}}, width, 10)) {
      EXPECT_LE(line.width, width + 0.01) << text_of(line);
      out.push_back(text_of(line));
    }
    return out;
  }
  Typesetter type_{faces(), hyphenator()};
};

TEST_F(LinesTest, KeepsTheSpaceAtALineEndSoThatWordsDoNotMerge) {
  EXPECT_THAT(lines(U"een twee drie vier", 50), ElementsAre("een twee ", "drie vier"));
}

TEST_F(LinesTest, EvensOutLinesInsteadOfFillingTheFirst) {
  // Greedy breaking would leave "a" and a short word alone on the second of three lines.
  const auto made = lines(U"aaaa bbbb cc dddddddddd ee", 62);
  EXPECT_EQ(made.size(), 3U);
}

TEST_F(LinesTest, BreaksAtForcedLineEndsAndKeepsEmptyLines) {
  EXPECT_THAT(lines(U"een\n\ntwee", 100), ElementsAre("een", "", "twee"));
}

TEST_F(LinesTest, CutsWhatIsWiderThanALine) {
  const auto made = lines(std::u32string(64, U'f'), 60);
  EXPECT_GT(made.size(), 2U);
  std::string all;
  for (const auto& line : made) all += line;
  EXPECT_EQ(all, std::string(64, 'f'));
}

TEST_F(LinesTest, DividesLongWordsWithASoftHyphenButNeverNames) {
  EXPECT_THAT(lines(U"x arbeidsongeschiktheidsverzekering", 100), testing::Contains(testing::EndsWith("\u00AD")));
  for (const auto& line : lines(U"x Vandenbroeckenhuizen-Verzonnenstein", 100))
    EXPECT_THAT(line, testing::Not(HasSubstr("\u00AD")));
}

TEST_F(LinesTest, DividesAWordThatAPunctuationMarkFollows) {
  for (const std::u32string word :
       {U"vertegenwoordigingsbevoegdheid,", U"(vertegenwoordigingsbevoegdheid)",
        U"vertegenwoordigingsbevoegdheid.\u201D", U"\u201Cvertegenwoordigingsbevoegdheid"}) {
    const auto made = lines(word, 70);
    ASSERT_GT(made.size(), 1U);
    std::string all;
    for (std::size_t i = 0; i < made.size(); ++i) {
      const bool goes_on = i + 1 < made.size();
      EXPECT_EQ(made[i].ends_with("\u00AD"), goes_on) << made[i];
      all += goes_on ? made[i].substr(0, made[i].size() - 2) : made[i];
    }
    EXPECT_EQ(all, to_utf8(word));
  }
}

TEST_F(LinesTest, NeverPutsAHyphenInAnAddress) {
  for (const std::u32string address :
       {U"https://voorbeeld.nl/vertegenwoordiging/gezondheidszorg", U"gezondheidszorg@vertegenwoordiging.nl"})
    for (const auto& line : lines(address, 70)) EXPECT_THAT(line, testing::Not(HasSubstr("\u00AD")));
}

TEST_F(LinesTest, KernsPairs) {
  const auto& face = faces().face(0);
  const auto glyphs = face.shape(U"AV");
  EXPECT_LT(glyphs[0].advance, face.width(U'A'));
}

TEST_F(LinesTest, FindsAnotherFaceForALetterThatTheFirstLacks) {
  const Line line = type_.line(U"a\u2011b", Weight::kRegular, 10);  // non-breaking hyphen
  ASSERT_EQ(line.spans.size(), 3U);
  EXPECT_NE(line.spans[1].face, line.spans[0].face);
  EXPECT_TRUE(type_.unprintable().empty());
}

class PagesTest : public LinesTest {
 protected:
  DisplayList laid_out(std::vector<Block> body) {
    LetterDocument letter{{U"A. Nemo"}, {{U"Datum", U"1 mei 2026"}}, U"Onderwerp", std::move(body), {U"Groet,", U"B."}};
    auto list = lay_out(letter, {"Organisatie", "Postbus", "voet", "Hier", "", "", {}}, faces(), hyphenator());
    EXPECT_TRUE(list);
    return std::move(*list);
  }
  static int lines_on(const DisplayList& list, const Element& element, int page) {
    int count = 0;
    for (const auto& kid : element.kids)
      if (const auto* content = std::get_if<ContentRef>(&kid)) count += content->page == page ? 1 : 0;
    (void)list;
    return count;
  }
  static std::u32string rows(int lines) {
    std::u32string text = U"regel";
    for (int i = 1; i < lines; ++i) text += U"\nregel";
    return text;
  }
  static Paragraph paragraph(int lines) { return {{{rows(lines)}}}; }
  static int first_page(const Element& element) {
    for (const auto& kid : element.kids) {
      if (const auto* content = std::get_if<ContentRef>(&kid)) return content->page;
      if (const int page = first_page(*std::get<Element*>(kid)); page >= 0) return page;
    }
    return -1;
  }
  static const Element& only(const DisplayList& list, const char* type) {
    return *std::ranges::find(list.elements, type, &Element::type);
  }
  static bool has_text(const Page& page, const std::string& wanted) {
    return std::ranges::any_of(page.marks, [&](const Mark& mark) {
      const auto* text = std::get_if<TextMark>(&mark);
      if (text == nullptr) return false;
      std::u32string all;
      for (const Glyph& glyph : text->glyphs) all += glyph.c;
      return to_utf8(all) == wanted;
    });
  }
};

TEST_F(PagesTest, NoLineOfAParagraphStandsAloneOnAPage) {
  for (int before = 1; before < 60; ++before) {
    const DisplayList list = laid_out({paragraph(before), paragraph(4), paragraph(5)});
    for (const Element& element : list.elements) {
      if (element.type != "P" || element.kids.size() < 2) continue;
      for (int page = 0; page < static_cast<int>(list.pages.size()); ++page)
        EXPECT_NE(lines_on(list, element, page), 1) << before;
    }
  }
}

TEST_F(PagesTest, AHeadingStaysWithWhatFollows) {
  for (const int after : {1, 2, 3, 4}) {
    for (int before = 1; before < 60; ++before) {
      const DisplayList list = laid_out({paragraph(before), Heading{2, {{U"Kop"}}}, paragraph(after)});
      const auto heading = std::ranges::find(list.elements, "H2", &Element::type);
      const auto next = std::next(heading);
      EXPECT_EQ(std::get<ContentRef>(heading->kids[0]).page, std::get<ContentRef>(next->kids[0]).page)
          << before << " lines before, " << after << " after";
    }
  }
}

TEST_F(PagesTest, AHeadingStaysWithTheHeadAndTheFirstRowOfATable) {
  for (const int high : {1, 4, 9, 27, 60}) {
    for (int before = 1; before < 50; ++before) {
      const Table table{{{U"Naam"}, {U"Waarde"}}, {{U"x", rows(high)}, {U"y", U"z"}}};
      const DisplayList list = laid_out({paragraph(before), Heading{2, {{U"Kop"}}}, table});
      const int page = first_page(only(list, "H2"));
      EXPECT_EQ(page, first_page(only(list, "THead"))) << before << " lines before, " << high << " in the row";
      EXPECT_EQ(page, first_page(only(list, "TBody"))) << before << " lines before, " << high << " in the row";
    }
  }
}

TEST_F(PagesTest, EachHeadingIsABookmarkWhereItStands) {
  const DisplayList list =
      laid_out({Heading{2, {{U"Één"}}}, paragraph(70), Heading{3, {{U"Twee"}, {U" en meer"}}}, paragraph(3)});
  ASSERT_EQ(list.bookmarks.size(), 3U);
  EXPECT_EQ(list.bookmarks[0].title, "Onderwerp");
  EXPECT_EQ(list.bookmarks[1].title, "Één");
  EXPECT_EQ(list.bookmarks[2].title, "Twee en meer");
  for (int i = 0; i < 3; ++i) {
    const Bookmark& bookmark = list.bookmarks[static_cast<std::size_t>(i)];
    EXPECT_EQ(bookmark.level, i + 1);
    EXPECT_EQ(bookmark.heading->type, "H" + std::to_string(i + 1));
    EXPECT_EQ(bookmark.page, first_page(*bookmark.heading));
    EXPECT_GT(bookmark.top, kPageHeight / 10);
  }
}

TEST_F(PagesTest, TheClosingDoesNotStandAloneOnItsPage) {
  for (int before = 1; before < 60; ++before) {
    const DisplayList list = laid_out({paragraph(before), paragraph(6)});
    const auto last = static_cast<int>(list.pages.size()) - 1;
    const Element& text = list.elements[list.elements.size() - 3];
    EXPECT_GE(lines_on(list, text, last), 2) << before;
  }
}

TEST_F(PagesTest, ATableRepeatsItsHeadAsAnArtifactAndKeepsRowsWhole) {
  Table table{{{U"Naam", 1, false}, {U"Waarde", 1, true}}, {}};
  for (int i = 0; i < 120; ++i) table.rows.push_back({U"regel", U"een\ntwee"});
  const DisplayList list = laid_out({table});
  ASSERT_GT(list.pages.size(), 3U);
  EXPECT_EQ(std::ranges::count(list.elements, "THead", &Element::type), 1);
  for (const Element& element : list.elements)
    if (element.type == "TR") {
      EXPECT_EQ(element.kids.size(), 2U);
    }
  for (const Element& element : list.elements)
    if (element.type == "TD") {
      EXPECT_EQ(element.kids.size(), 1U);
    }
}

TEST_F(PagesTest, ARowHigherThanAPageGoesOnOnTheNext) {
  const DisplayList list = laid_out({Table{{{U"Naam"}, {U"Waarde"}}, {{U"x", rows(200)}}}});
  ASSERT_GT(list.pages.size(), 3U);
  for (const Page& page : list.pages) EXPECT_EQ(has_text(page, "Naam"), has_text(page, "regel"));
  EXPECT_EQ(std::ranges::count(list.elements, "THead", &Element::type), 1);
}

TEST_F(PagesTest, NoLineOfARowStandsAloneOnAPage) {
  for (int high = 28; high < 130; ++high) {
    const DisplayList list = laid_out({Table{{{U"Naam"}, {U"Waarde"}}, {{U"x", rows(high)}}}});
    for (const Page& page : list.pages) {
      const auto lines = std::ranges::count_if(page.marks, [](const Mark& mark) {
        const auto* text = std::get_if<TextMark>(&mark);
        return text != nullptr && text->size == 9 && text->glyphs.size() == 5 && text->glyphs[0].c == U'r';
      });
      EXPECT_NE(lines, 1) << high;
    }
  }
}

TEST_F(PagesTest, EveryMarkLiesWithinThePage) {
  Table table{{{U"Naam", 1, false}, {U"Waarde", 1, true}}, {{U"x", std::u32string(500, U'w')}}};
  const DisplayList list = laid_out({paragraph(80), table, Paragraph{{{std::u32string(900, U'm')}}}});
  for (const Page& page : list.pages)
    for (const Mark& mark : page.marks)
      if (const auto* text = std::get_if<TextMark>(&mark)) {
        EXPECT_GT(text->y, 30);
        EXPECT_LT(text->y, kPageHeight - 30);
        EXPECT_GE(text->x, 60);
        EXPECT_LT(text->x, kPageWidth - 60);
      }
}

}  // namespace
}  // namespace zp::templates
