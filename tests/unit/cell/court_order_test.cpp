#include "intake/cell/court_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::intake::cell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CourtOrder, MentorschapIsRead) {
  const CourtOrder order = read_court_order(
      "RECHTBANK NERGENSLAND\nTeam kanton\nuitspraak: 2 maart 2026\n"
      "op het verzoek tot instelling van een mentorschap ten behoeve van:\nCornelia Johanna Voorbeeld,\n"
      "geboren te Nergensstad op 12 maart 1948,\n3. De beslissing\nDe kantonrechter:\n"
      "stelt een mentorschap in ten behoeve van Cornelia Johanna Voorbeeld voornoemd;\n"
      "benoemt tot mentor Karin van der Verzonnen, geboren op 23 september 1971, wonende te Nergensstad;");
  EXPECT_EQ(order.court, "Rechtbank Nergensland");
  EXPECT_EQ(order.date, "2026-03-02");
  EXPECT_THAT(order.measures, ElementsAre("mentorschap"));
  EXPECT_EQ(order.represented, "Cornelia Johanna Voorbeeld");
  EXPECT_EQ(order.representative, "Karin van der Verzonnen");
  EXPECT_EQ(order.end_date, "");
}

TEST(CourtOrder, CurateleIsReadThoughTheNameStandsBetween) {
  const CourtOrder order = read_court_order(
      "Rechtbank Zeeland-West-Brabant\nbeschikking van 14-11-2025\nDe beslissing\n"
      "stelt de heer Piet de Fictie, geboren te Verzonnen op 1 januari 1960, onder curatele wegens zijn toestand;\n"
      "benoemt mevrouw Anna In 't Veld tot curator;");
  EXPECT_EQ(order.court, "Rechtbank Zeeland-West-Brabant");
  EXPECT_EQ(order.date, "2025-11-14");
  EXPECT_THAT(order.measures, ElementsAre("curatele"));
  EXPECT_EQ(order.represented, "Piet de Fictie");
  EXPECT_EQ(order.representative, "Anna In 't Veld");
}

TEST(CourtOrder, BewindAndMentorschapTogetherAndTheirEndAreRead) {
  const CourtOrder order = read_court_order(
      "RECHTBANK DEN HAAG\nuitgesproken op 29 februari 2024\nBESLIST ALS VOLGT\n"
      "stelt een bewind in over de goederen die toebehoren aan Jan Voorbeeld, wegens zijn toestand, en stelt een "
      "mentorschap in, voor de duur van vijf jaar;\n"
      "benoemt tot bewindvoerder en mentor: Stichting Denkbeeldig Bewind, gevestigd te Nergensstad;");
  EXPECT_EQ(order.court, "Rechtbank Den Haag");
  EXPECT_THAT(order.measures, ElementsAre("mentorschap", "bewind"));
  EXPECT_EQ(order.represented, "Jan Voorbeeld");
  EXPECT_EQ(order.representative, "Stichting Denkbeeldig Bewind");
  EXPECT_EQ(order.end_date, "2029-02-28");
  EXPECT_EQ(read_court_order("De beslissing: het bewind eindigt op 1 mei 2030.").end_date, "2030-05-01");
}

TEST(CourtOrder, WhoIsCalledByARoleIsNamed) {
  const CourtOrder order = read_court_order(
      "beschikking\nRECHTBANK DEN HAAG\nDatum: 5 juni 2023\nop het verzoek van\nA.C. VAN DEN BOSCH-KOK\nwonende te "
      "Zeist\n"
      "verder te noemen verzoekster\ntot het instellen van een mentorschap ten behoeve van betrokkene:\n"
      "de heer Dirk \303\226ZT\303\234RK, geboren op 1 januari 1937, hierna: betrokkene\n3. Beslissing\nDe "
      "kantonrechter:\n"
      "stelt een mentorschap in ten behoeve van betrokkene tot 1 juli 2026;\nbenoemt verzoekster tot mentor;");
  EXPECT_EQ(order.court, "Rechtbank Den Haag");
  EXPECT_EQ(order.date, "2023-06-05");
  EXPECT_EQ(order.represented, "Dirk \303\226zt\303\274rk");
  EXPECT_EQ(order.representative, "A.C. van den Bosch-Kok");
  EXPECT_EQ(order.end_date, "2026-07-01");
}

TEST(CourtOrder, ACourtOfAppealIsNotTheCourtWhoseOrderItQuashes) {
  const CourtOrder order = read_court_order(
      "GERECHTSHOF 'S-HERTOGENBOSCH\nUitspraak: 3 november 2022\nHet hof:\nvernietigt de beschikking van de rechtbank "
      "Limburg van 11 januari 2022, en opnieuw beschikkende:\nontslaat K. Smits als mentor;\n"
      "benoemt tot opvolgend mentor: S.R. Ramdin en P. Ramdin, voor de duur van zes maanden;");
  EXPECT_EQ(order.court, "Gerechtshof 's-Hertogenbosch");
  EXPECT_EQ(order.date, "2022-11-03");
  EXPECT_EQ(order.representative, "S.R. Ramdin en P. Ramdin");
  EXPECT_EQ(order.end_date, "2023-05-03");
}

TEST(CourtOrder, WhatIsNotSaidStaysEmpty) {
  const CourtOrder order = read_court_order("Geachte heer, de rechtbank is gesloten op 31 februari 2026.");
  EXPECT_EQ(order.court, "");
  EXPECT_EQ(order.date, "");
  EXPECT_THAT(order.measures, IsEmpty());
  EXPECT_EQ(order.represented, "");
  EXPECT_EQ(order.representative, "");
}

TEST(CourtOrder, AnyBytesAreSurvived) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += static_cast<char>(i * 7 % 256);
  read_court_order(text);
  read_court_order("tot mentor");
  read_court_order(std::string(1 << 20, 'A'));
  EXPECT_LE(read_court_order("tot mentor " + std::string(100'000, 'A')).representative.size(), 100U);
}

}  // namespace
}  // namespace zp::intake::cell
