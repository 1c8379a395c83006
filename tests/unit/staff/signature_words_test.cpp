#include "gateway/staff/signature_words.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace zp::gateway {
namespace {

// ETSI EN 319 102-1, tables 4 to 6, and "GENERIC" of TS 119 102-2.
constexpr std::array kIndications = {"TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"};
constexpr std::array kSubIndications = {"FORMAT_FAILURE",
                                        "HASH_FAILURE",
                                        "SIG_CRYPTO_FAILURE",
                                        "REVOKED",
                                        "EXPIRED",
                                        "NOT_YET_VALID",
                                        "SIG_CONSTRAINTS_FAILURE",
                                        "CHAIN_CONSTRAINTS_FAILURE",
                                        "CERTIFICATE_CHAIN_GENERAL_FAILURE",
                                        "CRYPTO_CONSTRAINTS_FAILURE",
                                        "POLICY_PROCESSING_ERROR",
                                        "SIGNATURE_POLICY_NOT_AVAILABLE",
                                        "TIMESTAMP_ORDER_FAILURE",
                                        "NO_SIGNING_CERTIFICATE_FOUND",
                                        "NO_CERTIFICATE_CHAIN_FOUND",
                                        "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
                                        "REVOKED_NO_POE",
                                        "REVOKED_CA_NO_POE",
                                        "OUT_OF_BOUNDS_NOT_REVOKED",
                                        "OUT_OF_BOUNDS_NO_POE",
                                        "REVOCATION_OUT_OF_BOUNDS_NO_POE",
                                        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
                                        "NO_POE",
                                        "TRY_LATER",
                                        "SIGNED_DATA_NOT_FOUND",
                                        "GENERIC"};

void expect_plain(const std::string& sentence, const char* term) {
  EXPECT_TRUE(sentence.ends_with('.')) << term;
  EXPECT_NE(sentence.find(". "), std::string::npos) << term << ": what it means and what to do";
  EXPECT_EQ(sentence.find('_'), std::string::npos) << sentence;
  EXPECT_EQ(sentence.find("INDETERMINATE"), std::string::npos) << sentence;
}

TEST(SignatureWords, EveryIndicationOfTheStandardHasASentence) {
  std::set<std::string> said;
  for (const char* indication : kIndications) {
    const std::string sentence = signature_sentence(indication, "");
    expect_plain(sentence, indication);
    EXPECT_TRUE(said.insert(sentence).second) << indication << " says what another says";
  }
  for (const char* sub : kSubIndications) {
    const std::string sentence = signature_sentence("INDETERMINATE", sub);
    expect_plain(sentence, sub);
    EXPECT_TRUE(said.insert(sentence).second) << sub << " says what another says";
  }
}

TEST(SignatureWords, WhatNoStandardNamesGetsASentenceToo) {
  expect_plain(signature_sentence("INDETERMINATE", "SOMETHING_NEW"), "SOMETHING_NEW");
  expect_plain(signature_sentence("", ""), "nothing");
}

TEST(SignatureWords, TheTermOfTheStandardStaysToLookUp) {
  EXPECT_EQ(signature_term("INDETERMINATE", "TRY_LATER"), "INDETERMINATE, TRY_LATER");
  EXPECT_EQ(signature_term("TOTAL-PASSED", ""), "TOTAL-PASSED");
}

TEST(SignatureWords, WhatIsWeakIsSaidInDutch) {
  EXPECT_EQ(weakness_words("changed-page"), "daarna is een pagina gewijzigd");
  EXPECT_EQ(weakness_words("SHA1"), "oude techniek: SHA1");
}

}  // namespace
}  // namespace zp::gateway
