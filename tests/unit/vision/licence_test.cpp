#include "intake/cell/vision/licence.h"

#include <gtest/gtest.h>

#include <sstream>

namespace zp::intake::vision {
namespace {

// Lines of words, as a machine read them.
std::string expiry_of(const std::vector<std::string>& lines) {
  std::vector<Word> words;
  for (std::size_t line = 0; line < lines.size(); ++line) {
    std::istringstream in(lines[line]);
    for (std::string text; in >> text;) words.push_back({text, {}, 1, static_cast<int>(line)});
  }
  return printed_expiry(words);
}

TEST(PrintedExpiry, IsTheDateBeside4b) {
  EXPECT_EQ(expiry_of({"3. 31-12-1985 Nergensstad", "4a. 09-03-2024", "4b. 10-03-2034", "5. 5999999991"}),
            "2034-03-10");
  EXPECT_EQ(expiry_of({"3. 31.12.1985", "4b. 10.03.2034"}), "2034-03-10");
  EXPECT_EQ(expiry_of({"4a. 18.01.19 4b. 18.01.34"}), "2034-01-18");
}

TEST(PrintedExpiry, IsTheLaterDateWhereTheLettersAreUnclear) {
  EXPECT_EQ(expiry_of({"4a. 09-03-2024", "40. 10-03-2034"}), "2034-03-10");
  EXPECT_EQ(expiry_of({"ab. 10-03-2034"}), "2034-03-10");
}

TEST(PrintedExpiry, IsNotTheDayOfIssueOrBirth) {
  EXPECT_EQ(expiry_of({"3. 31-12-1985", "4a. 09-03-2024", "5. 5999999991"}), "");
  EXPECT_EQ(expiry_of({"31-12-1985"}), "");
}

TEST(PrintedExpiry, PassesOverWhatIsNoDate) {
  EXPECT_EQ(expiry_of({"4b. 31-02-2034"}), "");
  EXPECT_EQ(expiry_of({"4b. 09-13-2034"}), "");
  EXPECT_EQ(expiry_of({"4b.", "4b. Gemeente", "4"}), "");
}

}  // namespace
}  // namespace zp::intake::vision
