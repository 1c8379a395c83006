#include "gateway/staff/difference.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

std::string marked(std::string_view before, std::string_view after) {
  std::string text;
  for (const Piece& piece : difference(before, after))
    text += piece.kind == Piece::kKept ? piece.text : (piece.kind == Piece::kAdded ? "[+" : "[-") + piece.text + "]";
  return text;
}

TEST(Difference, MarksWordsThatCameAndWentAndNothingElse) {
  EXPECT_EQ(marked("een twee drie", "een twee drie"), "een twee drie");
  EXPECT_EQ(marked("een twee drie", "een drie"), "een [-twee ]drie");
  EXPECT_EQ(marked("een drie", "een twee drie"), "een [+twee ]drie");
  EXPECT_EQ(marked("", "nieuw"), "[+nieuw]");
  EXPECT_EQ(marked("weg", ""), "[-weg]");
}

TEST(Difference, GivesBothTextsBack) {
  const std::string before = "Wij doen dat niet.\n\n- een\n- twee\n", after = "Wij doen dat wel.\n\n- twee\n- drie\n";
  std::string old_text, new_text;
  for (const Piece& piece : difference(before, after)) {
    if (piece.kind != Piece::kAdded) old_text += piece.text;
    if (piece.kind != Piece::kRemoved) new_text += piece.text;
  }
  EXPECT_EQ(old_text, before);
  EXPECT_EQ(new_text, after);
}

TEST(Difference, OfVeryLongTextsIsCoarseButTrue) {
  std::string before, after;
  for (int i = 0; i < 20'000; ++i) before += "a ", after += "b ";
  EXPECT_EQ(difference(before, after).size(), 2u);
}

}  // namespace
}  // namespace zp::gateway
