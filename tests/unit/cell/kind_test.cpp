#include "intake/cell/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zp::intake::cell {
namespace {

using testing::Contains;
using testing::IsEmpty;

struct Example {
  const char *text, *name, *subject, *word;
};

TEST(Kind, EachKindIsToldWithItsSubjectAndTheWordsThatDecided) {
  for (const Example& example : {
           Example{"AANVRAAGFORMULIER\nWet langdurige zorg\nNaam\nGeboortedatum\nOndertekening", "form", "aanvraag",
                   "aanvraagformulier"},
           Example{"Formulier\nVerzoek op grond van de AVG\nKruis aan welk recht u wilt gebruiken\nOndertekening",
                   "form", "avg-verzoek", "formulier"},
           Example{"Geachte heer,\nHierbij verzoek ik u om inzage in mijn persoonsgegevens (AVG).\nHoogachtend,",
                   "letter", "avg-verzoek", "geachte"},
           Example{"Machtiging\nIk machtig de gemachtigde om namens mij te handelen", "mandate", "machtiging",
                   "machtiging"},
           Example{"Volmacht\nvoor mij, notaris, verscheen de volmachtgever", "mandate", "volmacht", "volmacht"},
           Example{"RECHTBANK X\nBeschikking\nde kantonrechter benoemt tot mentor", "court-order", "mentorschap",
                   "beschikking"},
           Example{"Beschikking van de kantonrechter\nstelt onder curatele en benoemt tot curator", "court-order",
                   "curatele", "kantonrechter"},
           Example{"Beschikking van de kantonrechter\nstelt de goederen onder bewind; bewindvoerder", "court-order",
                   "bewind", "onder bewind"},
           Example{"Toestemmingsverklaring\nHierbij geef ik toestemming", "consent", "toestemming",
                   "toestemmingsverklaring"},
           Example{"Geachte collega,\nBetreft patient. Diagnose: verzonnen.\nMet vriendelijke groet, huisarts",
                   "letter", "medisch", "geachte"},
           Example{"Beste mensen,\nIk doe een beroep op het recht op vergetelheid (artikel 17 van de AVG).\nGroeten,",
                   "letter", "avg-verzoek", "recht op vergetelheid"},
           Example{"Geachte heer,\nHierbij machtig ik mijn zoon.\nMet vriendelijke groet,", "mandate", "machtiging",
                   "hierbij machtig ik"},
           Example{"Ontslagbrief\nVoorgeschiedenis: geen. Medicatie: geen. Polikliniek", "letter", "medisch",
                   "ontslagbrief"},
           Example{
               "Onderwerp: Besluit op uw aanvraag voor zorg uit de Wet langdurige zorg\nGeachte heer,\nWij wijzen uw "
               "aanvraag af. Bent u het niet eens met dit besluit? Dan kunt u bezwaar maken.\nHoogachtend,",
               "decision", "indicatiebesluit", "besluit op uw aanvraag"},
           Example{"Aanvraagformulier Wlz\nLees meer over uw persoonsgegevens en de AVG.\nNaam\nGeboortedatum", "form",
                   "aanvraag", "aanvraagformulier"},
           Example{"Indicatiebesluit\nU krijgt zorgprofiel VV5. U kunt bezwaar maken", "decision", "indicatiebesluit",
                   "indicatiebesluit"},
       }) {
    const Kind kind = kind_of(example.text);
    EXPECT_EQ(kind.name, example.name) << example.text;
    EXPECT_EQ(kind.subject, example.subject) << example.text;
    EXPECT_THAT(kind.words, Contains(example.word)) << example.text;
    EXPECT_GT(kind.confidence, 0.3) << example.text;
  }
}

TEST(Kind, ALetterThatSpeaksOfAnOrderOrAgainstADecisionIsALetter) {
  for (const char* text :
       {"Beste mevrouw,\nHierbij stuur ik u de beschikking van de rechtbank. De kantonrechter heeft mij tot mentor "
        "benoemd. Het zaaknummer vindt u daar.\nVriendelijke groeten,",
        "Geachte commissie,\nIk maak bezwaar tegen uw besluit waarin mijn aanvraag is afgewezen.\nHoogachtend,"})
    EXPECT_EQ(kind_of(text).name, "letter") << text;
}

TEST(Kind, OneWordGivesNoCertaintyWhereverItStands) {
  for (const char* text : {"Machtiging", "Lijst van stukken\nAgenda  12\nMachtiging  3\nVerslag  7",
                           "Nr  Onderdeel  Aanwezig\n1  Notulen  ja\nToestemming  nee\nOntvangst  ja"}) {
    const Kind kind = kind_of(text);
    EXPECT_NE(kind.name, "unknown") << text;
    EXPECT_LT(kind.confidence, 0.5) << text;
  }
}

TEST(Kind, ATitleAndASentenceThatSaysTheSameGiveCertainty) {
  EXPECT_GT(kind_of("Machtiging\nHierbij machtig ik mijn zoon").confidence, 0.9);
}

TEST(Kind, NothingIsSaidOfTextThatSaysNothing) {
  const Kind kind = kind_of("Boodschappen: melk, brood, kaas");
  EXPECT_EQ(kind.name, "unknown");
  EXPECT_EQ(kind.subject, "");
  EXPECT_THAT(kind.words, IsEmpty());
}

}  // namespace
}  // namespace zp::intake::cell
