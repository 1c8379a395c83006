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

TEST(Kind, NothingIsSaidOfTextThatSaysNothing) {
  const Kind kind = kind_of("Boodschappen: melk, brood, kaas");
  EXPECT_EQ(kind.name, "unknown");
  EXPECT_EQ(kind.subject, "");
  EXPECT_THAT(kind.words, IsEmpty());
}

}  // namespace
}  // namespace zp::intake::cell
