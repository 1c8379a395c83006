#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/judge.h"

namespace zp::intake {
namespace {

using testing::Contains;
using testing::IsEmpty;

Findings with(const PageFindings& page) {
  Findings findings;
  findings.type = "application/pdf";
  findings.pages = {page};
  judge(findings);
  return findings;
}

std::vector<std::string> sentences(const PageFindings& page) {
  std::vector<std::string> sentences;
  for (const Message& message : with(page).messages) sentences.push_back(message.nl);
  return sentences;
}

TEST(JudgeSignatures, SaysInWhoseFieldItStandsWhereAFormHasSeveral) {
  PageFindings page;
  page.handwritten_signatures = {{{}, 0.9}};
  page.signature_fields = {{{}, "empty", "client"}, {{}, "signed", "representative"}};
  page.empty_signature_fields = {{}};
  EXPECT_THAT(sentences(page),
              testing::ElementsAre("Wij zien op pagina 1 een handtekening in het vak van de vertegenwoordiger."));
  page.signature_fields = {{{}, "signed", "representative"}};
  EXPECT_THAT(sentences(page), testing::ElementsAre("Wij zien uw handtekening op pagina 1."));
}

TEST(JudgeSignatures, SaysThatOneWasPutThereByComputerAndLetsItCount) {
  PageFindings page;
  page.handwritten_signatures = {{{}, 0.9, "image"}};
  EXPECT_THAT(sentences(page),
              Contains("De handtekening op pagina 1 is met de computer gezet, niet met pen op papier."));
  EXPECT_EQ(with(page).verdict, Verdict::kUsable);
  page.handwritten_signatures = {{{}, 0.3, "image"}};
  EXPECT_THAT(sentences(page), IsEmpty()) << "nobody is sure that it is one";
}

TEST(JudgeSignatures, AsksForNoSignatureThatMayBeThere) {
  PageFindings page;
  page.signature_fields = {{{}, "doubtful", "client"}, {{}, "empty", "parent"}};
  page.empty_signature_fields = {{}};
  EXPECT_THAT(sentences(page),
              testing::ElementsAre("Op pagina 1 kijkt een medewerker of u uw handtekening hebt gezet."));
}

}  // namespace
}  // namespace zp::intake
