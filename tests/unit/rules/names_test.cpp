#include "intake/rules/names.h"

#include <gtest/gtest.h>

namespace zp::intake {
namespace {

struct NameRow {
  const char *written, *surname, *given;
  bool same;
};
class SamePersonName : public ::testing::TestWithParam<NameRow> {};
TEST_P(SamePersonName, FollowsTheTable) {
  const NameRow& row = GetParam();
  EXPECT_EQ(same_person_name(row.written, row.surname, row.given), row.same)
      << row.written << " / " << row.surname << ", " << row.given;
}

INSTANTIATE_TEST_SUITE_P(
    Tolerant, SamePersonName,
    ::testing::Values(NameRow{"Willeke Liselotte de Bruijn", "DE BRUIJN", "WILLEKE LISELOTTE", true},
                      NameRow{"W.L. de Bruijn", "DE BRUIJN", "WILLEKE LISELOTTE", true},
                      NameRow{"mevrouw de Bruijn", "DE BRUIJN", "WILLEKE LISELOTTE", true},
                      NameRow{"Bruijn, W. de", "DE BRUIJN", "WILLEKE", true},
                      NameRow{"Willeke Pietersen-de Bruijn", "DE BRUIJN", "WILLEKE", true},
                      NameRow{"Lotte de Bruijn", "DE BRUIJN", "WILLEKE LISELOTTE", true},
                      NameRow{"Zoë Müller", "MULLER", "ZOE", true}, NameRow{"Zoë Müller", "MUELLER", "ZOE", true},
                      NameRow{"Jörg Weiß", "WEISS", "JOERG", true},
                      NameRow{"Søren Ångström", "AANGSTROEM", "SOEREN", true},
                      NameRow{"Łukasz Żółć", "ZOLC", "LUKASZ", true}, NameRow{"J. d'Hondt", "DHONDT", "JAN", true},
                      NameRow{"Anne van 't Hoff", "VAN T HOFF", "ANNE", true},
                      NameRow{"ANNA MARIA ERIKSSON", "ERIKSSON", "ANNA MARIA", true},
                      NameRow{"Maximiliaan Wolkenstein-Hoogendoornsma", "WOLKENSTEIN HOOGENDOOR", "MAXIMI", true},
                      NameRow{"Jan de", "DE", "JAN", true}));

INSTANTIATE_TEST_SUITE_P(Strict, SamePersonName,
                         ::testing::Values(NameRow{"W. Jansen", "JANSSEN", "WILLEKE", false},
                                           NameRow{"W. Janssen", "JANS", "WILLEKE", false},
                                           NameRow{"Karel de Bruijn", "DE BRUIJN", "WILLEKE LISELOTTE", false},
                                           NameRow{"W. Pietersen", "DE BRUIJN", "WILLEKE", false},
                                           NameRow{"de", "DE BRUIJN", "WILLEKE", false},
                                           NameRow{"", "DE BRUIJN", "WILLEKE", false},
                                           NameRow{"W. de Bruijn", "", "", false}));

TEST(SamePersonNameBounds, SurvivesBytesThatAreNotUtf8) {
  EXPECT_FALSE(same_person_name("\xff\xc3\xe2\x82", "X", "Y"));
  EXPECT_TRUE(same_person_name("\xff Jansen \xc3", "JANSEN", "JAN"));
}

TEST(MayBeSamePerson, ComparesNamesThatAreEachWrittenInOnePiece) {
  EXPECT_TRUE(may_be_same_person("W. de Bruijn", "Willeke Liselotte de Bruijn"));
  EXPECT_TRUE(may_be_same_person("Renée Zoë Fictief", "R.Z. Fictief"));
  EXPECT_TRUE(may_be_same_person("Fictief", "Renée Fictief"));
  EXPECT_FALSE(may_be_same_person("Anneke Vliet", "Willeke de Bruijn"));
  EXPECT_FALSE(may_be_same_person("Bram de Bruijn", "Willeke de Bruijn"));
  EXPECT_FALSE(may_be_same_person("", "Willeke de Bruijn"));
}

}  // namespace
}  // namespace zp::intake
