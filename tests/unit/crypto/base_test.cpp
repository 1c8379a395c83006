#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/secret_bytes.h"
#include "crypto/base/text.h"

namespace zp {
namespace {

TEST(Hex, ReadsBothCasesAndWritesLower) {
  const Result<Bytes> bytes = from_hex("00fFaB10");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "00ffab10");
}

TEST(Hex, RefusesOddLengthAndOtherCharacters) {
  for (const char* wrong : {"0", "0g", " 0", "0x10", "abc"}) EXPECT_EQ(from_hex(wrong).error().code, Code::kMalformed);
}

TEST(Base64, FollowsRfc4648Vectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    const Result<Bytes> decoded = from_base64(encoded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(as_text(*decoded), plain);
  }
}

TEST(Base64, RefusesWhatHasAnotherSpellingOfTheSameBytes) {
  for (const char* wrong : {"Zg=", "Zg", "Zh==", "Zm9v\n", "Zm 9v", "Zm9-", "===="})
    EXPECT_FALSE(from_base64(wrong)) << wrong;
  for (const char* wrong : {"Zg==", "Zh", "Zm9/"}) EXPECT_FALSE(from_base64url(wrong)) << wrong;
}

TEST(Base64, HasOneByteForEachDigitAndNoOthers) {
  int taken = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("AAA") + static_cast<char>(byte);
    const Result<Bytes> decoded = from_base64(text);
    if (!decoded) continue;
    ++taken;
    EXPECT_EQ(to_base64(*decoded), text);
  }
  EXPECT_EQ(taken, 65) << "64 digits and the padding";
}

TEST(Base64Url, HasNoPaddingAndNoReservedCharacters) {
  const Bytes bytes{0xfb, 0xff, 0xfe, 0x01};
  EXPECT_EQ(to_base64url(bytes), "-__-AQ");
  EXPECT_EQ(from_base64url("-__-AQ").value(), bytes);
}

TEST(Id, ComesBackFromItsSpelling) {
  const Id id = Id::random();
  EXPECT_NE(id, Id::random());
  EXPECT_EQ(Id::parse(id.hex()).value(), id);
}

TEST(Id, HasOneSpellingOnly) {
  EXPECT_FALSE(Id::parse(""));
  EXPECT_FALSE(Id::parse("00112233445566778899aabbccddeef"));
  EXPECT_FALSE(Id::parse("00112233445566778899AABBCCDDEEFF"));
  EXPECT_FALSE(Id::parse("../112233445566778899aabbccddeeff"));
}

TEST(SecretBytes, MovesWithoutLeavingACopy) {
  SecretBytes first = SecretBytes::copy_of("geheim");
  const SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_EQ(second.text(), "geheim");
}

TEST(SecretBytes, ComparesByContent) {
  EXPECT_TRUE(SecretBytes::copy_of("a") == SecretBytes::copy_of("a"));
  EXPECT_FALSE(SecretBytes::copy_of("a") == SecretBytes::copy_of("b"));
  EXPECT_FALSE(SecretBytes::copy_of("a") == SecretBytes::copy_of("ab"));
  EXPECT_TRUE(SecretBytes() == SecretBytes(0));
}

TEST(SecretBytes, TenRandomOnesDiffer) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(SecretBytes::random(16) == SecretBytes::random(16));
}

TEST(SecretBytes, GetNothingOfTheSecretWhoseMemoryTheyReuse) {
  for (const std::size_t size : {1uz, 32uz, 128uz, 1000uz, 65536uz}) {
    std::vector<SecretBytes> gone;
    for (int i = 0; i < 300; ++i) gone.push_back(SecretBytes::random(size));
    gone.clear();
    for (int i = 0; i < 300; ++i) {
      gone.emplace_back(size);
      EXPECT_TRUE(std::ranges::all_of(gone.back().view(), [](std::uint8_t byte) { return byte == 0; }));
    }
  }
}

TEST(SecretBytesDeathTest, TouchingTheByteAfterTheEndOfReusedMemoryStopsTheProcess) {
  { const SecretBytes gone(32); }
  SecretBytes secret(32);
  EXPECT_DEATH(const_cast<volatile std::uint8_t*>(secret.mutable_view().data())[32] = 1, "");
}

TEST(SecretBytesDeathTest, TouchingTheByteAfterTheEndStopsTheProcess) {
  SecretBytes secret(32);
  EXPECT_DEATH(const_cast<volatile std::uint8_t*>(secret.mutable_view().data())[32] = 1, "");
}

/// Where a secret of `size` bytes was: what is there after its end can only be looked at through such a pointer.
const volatile std::uint8_t* where_a_secret_was(std::size_t size) {
  const SecretBytes secret = SecretBytes::copy_of(std::string(size, 'x'));
  return secret.view().data();
}

TEST(SecretBytesDeathTest, MemoryIsGoneAfterItsEnd) {
  constexpr std::size_t kOddSize = 4321;
  EXPECT_DEATH(static_cast<void>(*where_a_secret_was(kOddSize)), "");
}

TEST(SecretBytes, MemoryThatIsKeptForTheNextOneIsWiped) {
  constexpr std::size_t kKeySize = 32;
  const volatile std::uint8_t* const kept = where_a_secret_was(kKeySize);
  for (std::size_t i = 0; i < kKeySize; ++i) EXPECT_EQ(kept[i], 0) << i;
}

TEST(Error, SaysWhatHappenedToWhatAndWhy) {
  const Error error{Code::kNoSpace, "write object", "objects/ab", ENOSPC};
  EXPECT_EQ(error.message(),
            "write object: objects/ab: no space left; free some and try again (No space left on device)");
}

TEST(Error, TakesItsCodeFromErrno) {
  const auto code_for = [](int number) {
    errno = number;
    return fail_errno("try").error().code;
  };
  EXPECT_EQ(code_for(ENOSPC), Code::kNoSpace);
  EXPECT_EQ(code_for(EDQUOT), Code::kNoSpace);
  EXPECT_EQ(code_for(ENOENT), Code::kNotFound);
  EXPECT_EQ(code_for(EEXIST), Code::kExists);
  EXPECT_EQ(code_for(EACCES), Code::kIo);
}

TEST(Text, AcceptsWellFormedUtf8Only) {
  for (const char* good : {"", "abc", "Žižek", "€", "😀", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good));
  for (const char* bad :
       {"\x80", "\xC0\xAF", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "a\xFF"})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(Text, ReplacesMalformedBytesAndKeepsTheRest) {
  EXPECT_EQ(to_valid_utf8("caf\xE9 €"), "caf\xEF\xBF\xBD €");
  EXPECT_EQ(to_valid_utf8("Jansen 😀"), "Jansen 😀");
}

TEST(Text, SeesControlAndDirectionCharacters) {
  EXPECT_FALSE(has_control_characters("brief van mw. Žižek.pdf"));
  for (const char* bad : {"a\nb", "a\x7F", "a\xC2\x85", "gpj\xE2\x80\xAE.exe", "\xE2\x81\xA6x"})
    EXPECT_TRUE(has_control_characters(bad));
}

TEST(Text, TrimsAndLowers) {
  EXPECT_EQ(trim(" \t Aa \r\n"), "Aa");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(ascii_lower("AbC-É"), "abc-É");
}

}  // namespace
}  // namespace zp
