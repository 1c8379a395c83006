#include "templates/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace zp::templates {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PageBookTest : public testing::Test {
 protected:
  PageBookTest() {
    std::string name = (fs::temp_directory_path() / "zp-pages-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~PageBookTest() override { fs::remove_all(folder_); }

  void file(const std::string& path, const std::string& text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::string rendered(const std::string& page, const nlohmann::json& data) {
    auto book = PageBook::load(folder_);
    if (!book) return "load: " + book.error().subject;
    auto text = (*book)->render(page, data);
    return text ? *text : std::string("render: ") + text.error().subject;
  }
  std::string mistake() {
    auto book = PageBook::load(folder_);
    if (book) return "none";
    EXPECT_EQ(book.error().code, Code::kConfig);
    return book.error().subject;
  }

  fs::path folder_;
};

TEST_F(PageBookTest, EscapesValuesInHtml) {
  file("a.html", "<p title=\"{{t}}\">{{t}}</p>");
  EXPECT_EQ(rendered("a", {{"t", "<b>\"'&"}}),
            "<p title=\"&lt;b&gt;&quot;&apos;&amp;\">&lt;b&gt;&quot;&apos;&amp;</p>");
}

TEST_F(PageBookTest, LeavesValuesInMailTextsAsTheyAre) {
  file("mail/a.txt", "Beste {{name}}");
  EXPECT_EQ(rendered("mail/a", {{"name", "O'Brien & Zn."}}), "Beste O'Brien & Zn.");
}

TEST_F(PageBookTest, FindsPartialsByPathAlsoInsidePartials) {
  file("portal/a.html", "{{> partials/head}}\n<p>{{x}}</p>\n");
  file("partials/head.html", "<head>{{> partials/title }}</head>\n");
  file("partials/title.html", "<title>{{x}}</title>\n");
  EXPECT_EQ(rendered("portal/a", {{"x", "1<2"}}), "<head><title>1&lt;2</title></head>\n<p>1&lt;2</p>\n");
}

TEST_F(PageBookTest, AValueCannotPoseAsAPartialOrATag) {
  file("a.html", "{{x}}");
  EXPECT_EQ(rendered("a", {{"x", "{{> secret}}{{y}}"}, {"y", "no"}}), "{{&gt; secret}}{{y}}");
}

TEST_F(PageBookTest, RefusesUnescapedValuesAtLoad) {
  for (const char* raw : {"{{{x}}}", "{{&x}}", "{{ & x }}"}) {
    file("a.html", raw);
    EXPECT_THAT(mistake(), HasSubstr("a.html: unescaped")) << raw;
  }
}

TEST_F(PageBookTest, RefusesUnescapedValuesHiddenInAPartialOrBehindOtherDelimiters) {
  file("a.html", "{{> b}}");
  file("b.html", "{{{x}}}");
  EXPECT_THAT(mistake(), HasSubstr("unescaped"));
  file("b.html", "{{=<% %>=}}<%&x%>");
  EXPECT_THAT(mistake(), HasSubstr("delimiters"));
}

TEST_F(PageBookTest, NamesTheFileWithABrokenSectionOrPartial) {
  file("good.html", "{{x}}");
  file("bad.html", "{{#list}}x");
  EXPECT_THAT(mistake(), HasSubstr("bad.html"));
  file("bad.html", "{{> gone}}");
  EXPECT_THAT(mistake(), HasSubstr("no partial gone.html"));
  file("bad.html", "{{> bad}}");
  EXPECT_THAT(mistake(), HasSubstr("contain each other"));
}

TEST_F(PageBookTest, RendersListsObjectsNumbersAndConditions) {
  file("a.html", "{{#files}}<li>{{name}} {{size}}{{#ok}} goed{{/ok}}{{^ok}} fout{{/ok}}</li>{{/files}}{{who.first}}");
  EXPECT_EQ(rendered("a", {{"files",
                            {{{"name", "a"}, {"size", 12}, {"ok", true}}, {{"name", "b"}, {"size", 0}, {"ok", false}}}},
                           {"who", {{"first", "An"}}}}),
            "<li>a 12 goed</li><li>b 0 fout</li>An");
}

TEST_F(PageBookTest, EmptyTextAndNullAreNoInASection) {
  file("a.html", "[{{#x}}yes{{/x}}{{^x}}no{{/x}}{{x}}]");
  EXPECT_EQ(rendered("a", {{"x", ""}}), "[no]");
  EXPECT_EQ(rendered("a", {{"x", nullptr}}), "[no]");
  EXPECT_EQ(rendered("a", {{"x", "t"}}), "[yest]");
}

TEST_F(PageBookTest, AnUnknownPageIsNotFound) {
  file("a.html", "x");
  auto book = PageBook::load(folder_);
  ASSERT_TRUE(book);
  auto page = (*book)->render("b", {});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::kNotFound);
}

TEST_F(PageBookTest, AMissingFolderIsAMistakeInTheConfiguration) {
  auto book = PageBook::load((folder_ / "gone").string());
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().code, Code::kConfig);
}

}  // namespace
}  // namespace zp::templates
