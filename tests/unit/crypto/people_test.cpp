// What people type, say or scan: references, access codes, passwords, one-time codes, names to search for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "crypto/login.h"
#include "crypto/recipient_key.h"
#include "crypto/reference.h"
#include "crypto/search_token.h"

namespace zp::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Reference, ComesBackHoweverItIsTyped) {
  for (int i = 0; i < 200; ++i) {
    const std::string reference = random_reference();
    ASSERT_EQ(reference.size(), 14u);
    std::string lower, bare;
    for (const char c : reference) {
      lower += static_cast<char>(std::tolower(c));
      if (c != '-') bare += c == '0' ? 'O' : c == '1' ? 'l' : c;
    }
    EXPECT_EQ(parse_reference(reference), reference);
    EXPECT_EQ(parse_reference("  " + lower + " "), reference);
    EXPECT_EQ(parse_reference(bare), reference);
    EXPECT_EQ(parse_reference(bare.substr(2)), reference) << "without ZP";
    EXPECT_EQ(parse_reference("ZP\xE2\x80\x91" + bare.substr(2, 4) + "\xE2\x80\x93" + bare.substr(6)), reference);
  }
}

TEST(Reference, NoticesAnyOneWrongSymbolAndAnyTwoSwapped) {
  const std::string alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const std::string reference = random_reference();
  for (std::size_t i = 3; i < reference.size(); ++i) {
    if (reference[i] == '-') continue;
    for (const char symbol : alphabet) {
      std::string wrong = reference;
      wrong[i] = symbol;
      EXPECT_EQ(parse_reference(wrong).has_value(), wrong == reference) << wrong;
    }
    for (std::size_t j = i + 1; j < reference.size(); ++j) {
      if (reference[j] == '-') continue;
      std::string swapped = reference;
      std::swap(swapped[i], swapped[j]);
      EXPECT_EQ(parse_reference(swapped).has_value(), swapped == reference) << swapped;
    }
  }
}

TEST(Reference, IsFoundInAMailSubject) {
  const std::string reference = random_reference();
  EXPECT_EQ(find_reference("RE: Uw kenmerk " + reference + ", aanvulling"), reference);
  EXPECT_EQ(find_reference("(" + reference + ")"), reference);
  EXPECT_EQ(find_reference("zp-0000-0000-1 of " + reference), reference);
  EXPECT_EQ(find_reference("Betreft: zp " + reference.substr(3, 4) + " " + reference.substr(8, 4) + " " +
                           reference.substr(13)),
            reference);
}

TEST(Reference, IsNotFoundWhereThereIsNone) {
  for (const char* text : {"", "ZP", "Gipszporno1234567", "ZP-ZP-ZP-ZP-ZP-ZP-ZP", "zp-AAAA-AAAA-B",
                           "\xFF\xFEzp\x80\x80\x80\x80\x80\x80\x80\x80\x80"})
    EXPECT_FALSE(find_reference(text)) << text;
  EXPECT_FALSE(parse_reference(std::string(100'000, '-')));
  EXPECT_FALSE(find_reference(std::string(100'000, 'z') + std::string(100'000, 'p')));
}

TEST(AccessCode, HasThreeGroupsWithoutLookAlikes) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string code = random_access_code();
    EXPECT_THAT(code, testing::MatchesRegex("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"));
    seen.insert(code);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(AccessCode, IsTheSameHoweverItIsTyped) {
  EXPECT_EQ(normalise_access_code("K7PM-3XRD-9F0H"), "K7PM3XRD9F0H");
  EXPECT_EQ(normalise_access_code(" k7pm 3xrd\xC2\xA0"
                                  "9foh"),
            "K7PM3XRD9F0H");
  EXPECT_EQ(normalise_access_code("il1"), "111");
}

TEST(RecipientKey, NeedsTheLinkSecretAndTheCodeAndTheSalt) {
  const RecipientLock lock{RecipientLock::fresh().salt, 1, 8192};
  const SecretBytes secret = SecretBytes::random(32);
  const SecretBytes key = recipient_key(lock, secret, "K7PM-3XRD-9FQH").value().bytes().clone();
  EXPECT_EQ(recipient_key(lock, secret, "k7pm 3xrd 9fqh").value().bytes(), key);
  EXPECT_FALSE(recipient_key(lock, secret, "K7PM-3XRD-9FQJ").value().bytes() == key);
  EXPECT_FALSE(recipient_key(lock, SecretBytes::random(32), "K7PM-3XRD-9FQH").value().bytes() == key);
  EXPECT_FALSE(recipient_key({RecipientLock::fresh().salt, 1, 8192}, secret, "K7PM-3XRD-9FQH").value().bytes() == key);
  EXPECT_FALSE(recipient_key({lock.salt, 2, 8192}, secret, "K7PM-3XRD-9FQH").value().bytes() == key);
}

TEST(RecipientKey, RefusesAShortSecretAndAnEmptyCode) {
  const RecipientLock lock{RecipientLock::fresh().salt, 1, 8192};
  EXPECT_EQ(recipient_key(lock, SecretBytes::random(31), "K7PM").error().code, Code::kMalformed);
  EXPECT_EQ(recipient_key(lock, SecretBytes::random(32), " - ").error().code, Code::kMalformed);
}

// The reference command line of RFC 9106: printf '%s' <password> | argon2 saltsaltsaltsalt -id -v 13 -t 3 -k
// 65536 -p 1 -l 32 -r
TEST(RecipientKey, IsArgon2idOverSecretThenCode) {
  RecipientLock lock;
  const std::string_view salt = "saltsaltsaltsalt";
  std::copy(salt.begin(), salt.end(), lock.salt.begin());
  const SecretBytes secret = SecretBytes::copy_of("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(to_hex(recipient_key(lock, secret, "K7PM-3XRD-9FQH").value().bytes().view()),
            "79d8eaeb1ca07f51509300bb03b7f1529ee563a4ce0f3d95fc4899214c514441");
}

TEST(RecipientLock, ComesBackAndIsBounded) {
  const RecipientLock lock = RecipientLock::fresh();
  const RecipientLock decoded = RecipientLock::decode(lock.encode()).value();
  EXPECT_EQ(decoded.salt, lock.salt);
  EXPECT_EQ(decoded.passes, lock.passes);
  EXPECT_EQ(decoded.memory_bytes, lock.memory_bytes);
  const std::string salt = "$AAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(RecipientLock::decode("argon2id$9$67108864" + salt).error().code, Code::kTooLarge);
  EXPECT_EQ(RecipientLock::decode("argon2id$3$268435457" + salt).error().code, Code::kTooLarge);
  for (const std::string& wrong :
       {std::string(), std::string("argon2id"), "argon2i$3$67108864" + salt, "argon2id$0$67108864" + salt,
        "argon2id$3$1" + salt, "argon2id$-3$67108864" + salt, "argon2id$3$99999999999" + salt,
        "argon2id$3$67108864" + salt + "$", std::string("argon2id$3$67108864$AAAA")})
    EXPECT_EQ(RecipientLock::decode(wrong).error().code, Code::kMalformed) << wrong;
}

TEST(Password, IsKeptAsArgon2idAndVerifies) {
  const std::string hash = hash_password("correct paard batterij nietje");
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << hash;
  EXPECT_NE(hash, hash_password("correct paard batterij nietje"));
  EXPECT_TRUE(verify_password("correct paard batterij nietje", hash));
  EXPECT_FALSE(verify_password("correct paard batterij nietjE", hash));
  EXPECT_FALSE(verify_password("", hash));
}

TEST(Password, NeverVerifiesAgainstWhatIsNoHash) {
  for (const std::string& wrong : {std::string(), std::string("$argon2id$"), std::string("x"), std::string(500, 'a')})
    EXPECT_FALSE(verify_password("x", wrong));
}

TEST(Totp, FollowsRfc6238Vectors) {
  const SecretBytes secret = SecretBytes::copy_of("12345678901234567890");
  // The last six of the eight digits in appendix B, SHA1 rows.
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "287082"},         {1111111109, "081804"},
                                                          {1111111111, "050471"}, {1234567890, "005924"},
                                                          {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [time, code] : vectors) EXPECT_EQ(totp_code(secret, time), code);
}

TEST(Totp, AcceptsOneStepOfClockDriftAndEachCodeOnce) {
  const SecretBytes secret = random_totp_secret();
  const std::int64_t now = 1'800'000'015, step = now / 30;
  EXPECT_EQ(verify_totp(secret, totp_code(secret, now), now, 0), step);
  EXPECT_EQ(verify_totp(secret, totp_code(secret, now - 30), now, 0), step - 1);
  EXPECT_EQ(verify_totp(secret, totp_code(secret, now + 30), now, 0), step + 1);
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, now - 90), now, 0));
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, now), now, step)) << "used";
  EXPECT_FALSE(verify_totp(secret, totp_code(secret, now - 30), now, step)) << "older than one that was used";
  for (const char* wrong : {"", "12345", "1234567", "abcdef"}) EXPECT_FALSE(verify_totp(secret, wrong, now, 0));
}

TEST(Totp, GivesAUriForTheQrCode) {
  EXPECT_EQ(totp_uri(SecretBytes::copy_of("12345678901234567890"), "Zegelpost CIZ", "j.vries"),
            "otpauth://totp/"
            "Zegelpost%20CIZ:j.vries?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Zegelpost%20CIZ");
}

TEST(SearchWords, FoldsCaseMarksAndJoinedLetters) {
  EXPECT_THAT(search_words("Žižek-de Boer"), ElementsAre("zizek", "de", "boer"));
  EXPECT_THAT(search_words("  IJsbrand  \xC4\xB2sbrand Groß Łukasz Bjørn 't Hart"),
              ElementsAre("ijsbrand", "ijsbrand", "gross", "lukasz", "bjorn", "t", "hart"));
  EXPECT_THAT(search_words("1234 AB"), ElementsAre("1234", "ab"));
  EXPECT_THAT(search_words("Ángel A\xCC\x81ngel"), ElementsAre("angel", "angel")) << "composed or not";
  EXPECT_THAT(search_words("Ελένη Ольга"), ElementsAre("ελενη", "ольга"));
}

TEST(SearchWords, SurvivesAnyBytes) {
  EXPECT_THAT(search_words(""), IsEmpty());
  EXPECT_THAT(search_words(" -., "), IsEmpty());
  EXPECT_THAT(search_words("caf\xE9 x\xFF"), ElementsAre("caf", "x"));
  EXPECT_EQ(search_words(std::string(100'000, 'a')).size(), 1u);
}

TEST(SearchToken, IsShortAndDependsOnKeyAndWord) {
  const SecretBytes key = SecretBytes::random(32);
  const Bytes token = search_token(key, "boer");
  EXPECT_EQ(token.size(), 16u);
  EXPECT_EQ(token, search_token(key, "boer"));
  EXPECT_NE(token, search_token(key, "boers"));
  EXPECT_NE(token, search_token(SecretBytes::random(32), "boer"));
}

}  // namespace
}  // namespace zp::crypto
