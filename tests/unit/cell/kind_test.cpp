#include "intake/cell/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/findings.h"

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
    EXPECT_LT(kind.confidence, kSureKind) << text;
  }
}

TEST(Kind, TwoWordsGiveNoCertaintyEither) {
  for (const char* text :
       {"Machtiging  3\nGemachtigde  4", "Rechtbank Den Haag\nZaaknummer 12345", "Aanvraag  2\nFormulier  3",
        "Toestemming\nDe toestemmingsverklaring ligt bij de balie.", "Plaats en datum\nOndertekening"}) {
    const Kind kind = kind_of(text);
    EXPECT_NE(kind.name, "unknown") << text;
    EXPECT_LT(kind.confidence, kSureKind) << text;
    EXPECT_EQ(kind.words.size(), 2) << text;
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

TEST(Kind, ACopyOfAnIdentityDocumentIsToldForWhatItIs) {
  const Kind kind = kind_beside_identity(kind_of("KOPIE 23 november"), 0.95, 1, 0);
  EXPECT_EQ(kind.name, "identity-document");
  EXPECT_EQ(kind.confidence, 0.95);
  EXPECT_THAT(kind.words, IsEmpty());
  EXPECT_EQ(kind_beside_identity(kind_of("Burgerservicenummer 1\nGeboortedatum 2"), 0.95, 1, 0).confidence, 0.95);
}

TEST(Kind, AWordBesideAnIdentityDocumentThatSaysOtherwiseLeavesItToAPerson) {
  const Kind kind = kind_beside_identity(kind_of("Machtiging"), 0.95, 1, 0);
  EXPECT_EQ(kind.name, "identity-document");
  EXPECT_LT(kind.confidence, kSureKind);
  EXPECT_THAT(kind.words, testing::ElementsAre("machtiging"));
}

TEST(Kind, ADocumentWithAnIdentityDocumentOnItIsWhatItsTextPlainlySays) {
  const Kind mandate = kind_of("Machtiging\nHierbij machtig ik mijn zoon");
  EXPECT_EQ(kind_beside_identity(mandate, 0.95, 1, 0).name, "mandate");
  EXPECT_EQ(kind_beside_identity(mandate, 0.95, 1, 3).name, "mandate");
}

TEST(Kind, AnIdentityDocumentOnOneOfManyPagesSaysLittleOfTheRest) {
  EXPECT_EQ(kind_beside_identity({}, 0.95, 1, 4).name, "unknown");
  EXPECT_LT(kind_beside_identity({}, 0.95, 1, 1).confidence, kSureKind);
  EXPECT_GT(kind_beside_identity({}, 0.95, 2, 1).confidence, kSureKind);
}

}  // namespace
}  // namespace zp::intake::cell
