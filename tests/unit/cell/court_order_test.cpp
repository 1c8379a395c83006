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
