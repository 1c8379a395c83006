#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>

#include "crypto/key_batch.h"
#include "crypto/keyring/batch_opener.h"
#include "crypto/keyring/message_shape.h"
#include "crypto/keyring/openpgp.h"
#include "crypto/keyring/sealer.h"

namespace zp::crypto {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// What a shell command prints; gpg's own command line is the second opinion in these tests.
std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  ::pclose(pipe);
  return output;
}

// A folder under /tmp with a short name: the agent's socket path has room for 108 characters.
class TempHome {
 public:
  TempHome() {
    char path[] = "/tmp/zpk-XXXXXX";
    path_ = ::mkdtemp(path);
  }
  ~TempHome() {
    stop_agent(path_);
    // The agent takes its sockets away while it stops; a file that vanishes under remove_all() ends it early.
    std::error_code error;
    for (int i = 0; i < 5 && fs::exists(path_); ++i) fs::remove_all(path_, error);
  }
  TempHome(const TempHome&) = delete;
  TempHome& operator=(const TempHome&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// One zone home with a key, and a public home that knows it, shared by the tests that change neither.
class Keyring : public testing::Test {
 protected:
  struct Homes {
    TempHome zone, doors;
    OpenPgpKey key;
  };
  static void SetUpTestSuite() {
    homes_ = new Homes;
    ASSERT_TRUE(prepare_home(homes_->zone.path()));
    const Result<OpenPgpKey> made = generate_key(homes_->zone.path(), "Zegelpost zone (test)", 3);
    ASSERT_TRUE(made) << made.error().message();
    homes_->key = *made;
    ASSERT_TRUE(prepare_home(homes_->doors.path(), HomeKind::kPublic));
    const std::string armour = export_public(homes_->zone.path(), made->fingerprint).value();
    const auto imported = import_keys(homes_->doors.path(), as_bytes(armour));
    ASSERT_TRUE(imported) << imported.error().message();
    ASSERT_EQ(*imported, std::vector{made->fingerprint});
  }
  static void TearDownTestSuite() {
    delete homes_;
    homes_ = nullptr;
  }
  static const std::string& zone() { return homes_->zone.path(); }
  static const std::string& doors() { return homes_->doors.path(); }
  static const OpenPgpKey& key() { return homes_->key; }
  static FreshKey fresh_key() { return std::move(sealer().fresh_keys(1).value().front()); }
  static Sealer sealer() { return Sealer::load(doors(), {key().fingerprint}, std::time(nullptr)).value(); }

 private:
  static inline Homes* homes_ = nullptr;
};

TEST_F(Keyring, MakesAKeyThatCanSealForTheYearsAsked) {
  const std::int64_t year = 365 * 24 * 60 * 60;
  EXPECT_EQ(key().fingerprint.size(), 40u);
  EXPECT_EQ(key().user_id, "Zegelpost zone (test)");
  EXPECT_TRUE(key().can_encrypt);
  EXPECT_TRUE(key().has_secret);
  EXPECT_FALSE(key().revoked);
  ASSERT_TRUE(key().expires);
  EXPECT_NEAR(static_cast<double>(*key().expires), static_cast<double>(key().created + 3 * year), 3600.0);
}

TEST_F(Keyring, OpensWhatTheDoorsSealed) {
  const FreshKey fresh = fresh_key();
  const Result<DataKey> opened = Opener::load(zone()).value().open(fresh.sealed);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->bytes(), fresh.key.bytes());
}

TEST_F(Keyring, ABatchHasOneMessageAndAKeyForEach) {
  const auto keys = sealer().fresh_keys(3).value();
  const Opener opener = Opener::load(zone()).value();
  std::set<Bytes> messages;
  for (const FreshKey& fresh : keys) {
    const auto parts = parts_of(fresh.sealed.openpgp).value();
    messages.insert(Bytes(parts.message.begin(), parts.message.end()));
    EXPECT_EQ(recipients_of(fresh.sealed.openpgp), recipients_of(parts.message));
    EXPECT_EQ(opener.open(fresh.sealed).value().bytes(), fresh.key.bytes());
  }
  EXPECT_EQ(messages.size(), 1u);
  EXPECT_NE(keys[0].key.bytes(), keys[1].key.bytes());
}

TEST_F(Keyring, AKeyThatWasSealedAloneStillOpens) {
  const DataKey key = DataKey::generate();
  const SealedDataKey sealed{sealer().seal(key.bytes()).value()};
  EXPECT_EQ(Opener::load(zone()).value().open(sealed).value().bytes(), key.bytes());
}

TEST_F(Keyring, OpensSiblingsWithoutGpgUntilItForgets) {
  const auto keys = sealer().fresh_keys(2).value();
  TempHome copy;
  ASSERT_TRUE(prepare_home(copy.path()));
  ASSERT_TRUE(import_keys(copy.path(), export_secret(zone(), key().fingerprint).value().view(), true));
  const Opener gpg = Opener::load(copy.path()).value();
  BatchOpener opener(gpg);
  ASSERT_TRUE(opener.open(keys[0].sealed));
  ASSERT_TRUE(delete_secret(copy.path(), key().fingerprint));
  EXPECT_EQ(opener.open(keys[1].sealed).value().bytes(), keys[1].key.bytes());
  opener.forget();
  EXPECT_FALSE(opener.open(keys[1].sealed));
}

TEST_F(Keyring, OpensNoSealedKeyOfWhichAByteWasChanged) {
  const Bytes sealed = fresh_key().sealed.openpgp;
  const Opener opener = Opener::load(zone()).value();
  for (std::size_t at = 0; at < sealed.size(); at += 5) {
    Bytes changed = sealed;
    changed[at] ^= 0x10;
    EXPECT_FALSE(opener.open(SealedDataKey{changed})) << at;
  }
}

TEST_F(Keyring, SealsMessagesThatTheGpgCommandLineOpens) {
  const Bytes sealed = sealer().seal(SecretBytes::copy_of("geheime inhoud")).value();
  EXPECT_EQ(as_text(sealed).find("geheime"), std::string_view::npos);
  const std::string file = zone() + "/message.gpg";
  std::ofstream(file, std::ios::binary) << as_text(sealed);
  EXPECT_EQ(output_of("gpg --homedir " + zone() + " --quiet --batch --decrypt " + file), "geheime inhoud");
  const std::string packets = output_of("gpg --homedir " + zone() + " --batch --list-packets " + file);
  EXPECT_THAT(packets, HasSubstr("mdc_method: 2"));
  EXPECT_THAT(packets, testing::Not(HasSubstr(":compressed packet:")));
}

TEST_F(Keyring, TenSealsHoldTenDifferentKeysUnderTenSessionKeys) {
  const Sealer with = sealer();
  std::set<std::string> data_keys, session_keys;
  for (int i = 0; i < 10; ++i) {
    const FreshKey fresh = std::move(with.fresh_keys(1).value().front());
    data_keys.insert(to_hex(fresh.key.bytes().view()));
    const std::string file = zone() + "/session.gpg";
    std::ofstream(file, std::ios::binary) << as_text(parts_of(fresh.sealed.openpgp).value().message);
    const std::string shown = output_of("gpg --homedir " + zone() + " --batch --show-session-key --decrypt " + file +
                                        " | grep -a 'session key:'");
    EXPECT_THAT(shown, HasSubstr("9:")) << "AES-256";
    session_keys.insert(shown);
  }
  EXPECT_EQ(data_keys.size(), 10u);
  EXPECT_EQ(session_keys.size(), 10u);
}

TEST_F(Keyring, SealsToEveryRecipientGiven) {
  TempHome recovery, both;
  ASSERT_TRUE(prepare_home(recovery.path()));
  ASSERT_TRUE(prepare_home(both.path(), HomeKind::kPublic));
  const OpenPgpKey second = generate_key(recovery.path(), "Zegelpost herstel (test)", 10).value();
  ASSERT_TRUE(import_keys(both.path(), as_bytes(export_public(zone(), key().fingerprint).value())));
  ASSERT_TRUE(import_keys(both.path(), as_bytes(export_public(recovery.path(), second.fingerprint).value())));
  const Sealer to_both = Sealer::load(both.path(), {key().fingerprint, second.fingerprint}, std::time(nullptr)).value();
  const FreshKey fresh = std::move(to_both.fresh_keys(1).value().front());
  EXPECT_EQ(Opener::load(zone()).value().open(fresh.sealed).value().bytes(), fresh.key.bytes());
  EXPECT_EQ(Opener::load(recovery.path()).value().open(fresh.sealed).value().bytes(), fresh.key.bytes());
}

TEST_F(Keyring, SealsToTheKindsOfKeysThatAuthoritiesHave) {
  for (const char* kind : {"rsa3072", "nistp256", "brainpoolP256r1"}) {
    SCOPED_TRACE(kind);
    TempHome inner, outer;
    ASSERT_TRUE(prepare_home(inner.path()));
    ASSERT_TRUE(prepare_home(outer.path(), HomeKind::kPublic));
    const std::string gpg = "gpg --homedir " + inner.path() + " --batch --passphrase '' --quick-";
    output_of(gpg + "gen-key Sleutel " + kind + " sign 1y");
    const std::string listed = output_of("gpg --homedir " + inner.path() + " --with-colons --list-keys | grep ^fpr");
    const std::string fingerprint = listed.substr(listed.find_first_of("0123456789ABCDEF"), 40);
    output_of(gpg + "add-key " + fingerprint + " " + kind + " encr 1y");
    ASSERT_TRUE(import_keys(outer.path(), as_bytes(export_public(inner.path(), fingerprint).value())));
    const Result<Sealer> loaded = Sealer::load(outer.path(), {fingerprint}, std::time(nullptr));
    ASSERT_TRUE(loaded) << loaded.error().message();
    const FreshKey fresh = std::move(loaded->fresh_keys(1).value().front());
    EXPECT_EQ(Opener::load(inner.path()).value().open(fresh.sealed).value().bytes(), fresh.key.bytes());
  }
}

TEST_F(Keyring, NoticesThatTheRingChangedAndWhenAKeyExpires) {
  TempHome other, ring;
  ASSERT_TRUE(prepare_home(other.path()));
  ASSERT_TRUE(prepare_home(ring.path(), HomeKind::kPublic));
  ASSERT_TRUE(import_keys(ring.path(), as_bytes(export_public(zone(), key().fingerprint).value())));
  const Sealer loaded = Sealer::load(ring.path(), {key().fingerprint}, std::time(nullptr)).value();
  EXPECT_EQ(loaded.usable_until(), *key().expires);
  EXPECT_TRUE(loaded.is_current());
  const OpenPgpKey second = generate_key(other.path(), "Zegelpost herstel (test)", 10).value();
  ASSERT_TRUE(import_keys(ring.path(), as_bytes(export_public(other.path(), second.fingerprint).value())));
  EXPECT_FALSE(loaded.is_current());
}

TEST_F(Keyring, KnowsAWholeMessageFromACutOne) {
  const Bytes message = sealer().seal(SecretBytes::random(32)).value();
  EXPECT_TRUE(is_whole_message(message, 1));
  EXPECT_FALSE(is_whole_message(message, 0));
  EXPECT_FALSE(is_whole_message(message, 2)) << "a recipient is missing";
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(is_whole_message(ByteView(message).first(size), 1)) << size;
  Bytes longer = message;
  longer.push_back(0);
  EXPECT_FALSE(is_whole_message(longer, 1));
}

TEST_F(Keyring, OpensNothingThatWasChangedCutOrNeverSealed) {
  const Opener opener = Opener::load(zone()).value();
  const Bytes sealed = sealer().seal(SecretBytes::random(32)).value();
  for (std::size_t at = 0; at < sealed.size(); at += 7) {
    Bytes changed = sealed;
    changed[at] ^= 0x10;
    EXPECT_FALSE(opener.open(changed)) << at;
  }
  for (const std::size_t size : {0uz, 1uz, 20uz, sealed.size() - 1}) {
    const Result<SecretBytes> cut = opener.open(ByteView(sealed).first(size));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, Code::kTampered) << size << ": " << cut.error().message();
  }
  const Bytes literal{0xcb, 0x0b, 'b', 0, 0, 0, 0, 0, 'h', 'a', 'l', 'l', 'o'};  // RFC 4880 section 5.9, unencrypted
  EXPECT_EQ(opener.open(literal).error().code, Code::kTampered);
}

TEST_F(Keyring, SaysThatAMessageForSomebodyElseIsNotOurs) {
  TempHome other, theirs;
  ASSERT_TRUE(prepare_home(other.path()));
  ASSERT_TRUE(prepare_home(theirs.path(), HomeKind::kPublic));
  const OpenPgpKey stranger = generate_key(other.path(), "Iemand anders", 1).value();
  ASSERT_TRUE(import_keys(theirs.path(), as_bytes(export_public(other.path(), stranger.fingerprint).value())));
  const Bytes sealed = Sealer::load(theirs.path(), {stranger.fingerprint}, std::time(nullptr))
                           .value()
                           .seal(SecretBytes::random(32))
                           .value();
  EXPECT_EQ(Opener::load(zone()).value().open(sealed).error().code, Code::kTampered);
}

TEST_F(Keyring, WillNotSealFromAHomeWithSecretKeys) {
  const Error error = Sealer::load(zone(), {key().fingerprint}, std::time(nullptr)).error();
  EXPECT_EQ(error.code, Code::kConfig);
  EXPECT_THAT(error.message(), HasSubstr("secret key"));
}

TEST_F(Keyring, WillNotOpenFromAHomeWithoutSecretKeys) { EXPECT_EQ(Opener::load(doors()).error().code, Code::kConfig); }

TEST_F(Keyring, NamesTheKeyThatIsMissingExpiredOrFromTheFuture) {
  const auto load_error = [&](const std::string& fingerprint, std::int64_t now) {
    const Result<Sealer> loaded = Sealer::load(doors(), {fingerprint}, now);
    return loaded ? std::string("loaded") : loaded.error().message();
  };
  const std::string unknown(40, 'A');
  EXPECT_THAT(load_error(unknown, std::time(nullptr)), HasSubstr(unknown));
  EXPECT_THAT(load_error(key().fingerprint, *key().expires), HasSubstr(key().fingerprint + ": it has expired"));
  EXPECT_THAT(load_error(key().fingerprint, key().created - 1), HasSubstr("check the clock"));
  EXPECT_EQ(load_error(key().fingerprint, *key().expires - 1), "loaded");
  EXPECT_EQ(Sealer::load(doors(), {}, 0).error().code, Code::kConfig);
}

TEST_F(Keyring, AddressesKeysByFullFingerprintOnly) {
  for (const std::string& wrong :
       {std::string("Zegelpost"), std::string("zone@example.nl"), key().fingerprint.substr(24), std::string()}) {
    EXPECT_EQ(find_key(doors(), wrong).error().code, Code::kConfig) << wrong;
    EXPECT_EQ(Sealer::load(doors(), {wrong}, std::time(nullptr)).error().code, Code::kConfig) << wrong;
  }
}

TEST_F(Keyring, SealsFromAReadOnlyHomeAndStartsNoAgentThere) {
  const std::set<fs::path> before(fs::directory_iterator(doors()), fs::directory_iterator{});
  ASSERT_EQ(::chmod(doors().c_str(), 0500), 0);
  EXPECT_TRUE(sealer().fresh_keys(1));
  ASSERT_EQ(::chmod(doors().c_str(), 0700), 0);
  EXPECT_EQ(std::set<fs::path>(fs::directory_iterator(doors()), fs::directory_iterator{}), before);
  EXPECT_FALSE(fs::exists(doors() + "/S.gpg-agent"));
  EXPECT_FALSE(fs::exists(doors() + "/random_seed"));
}

TEST_F(Keyring, RefusesSecretMaterialWhereOnlyPublicKeysBelong) {
  const SecretBytes secret = export_secret(zone(), key().fingerprint).value();
  EXPECT_THAT(std::string(secret.text()), HasSubstr("PRIVATE KEY BLOCK"));
  EXPECT_EQ(import_keys(doors(), secret.view()).error().code, Code::kRefused);
  EXPECT_FALSE(find_key(doors(), key().fingerprint).value().has_secret);
}

TEST_F(Keyring, RefusesToImportWhatIsNoKey) {
  EXPECT_FALSE(import_keys(doors(), as_bytes("geen sleutel")));
  EXPECT_FALSE(import_keys(doors(), {}));
}

TEST(KeyringHome, ASecretKeyMovesToAnotherHomeAndIsDeletedInTheFirst) {
  TempHome first, second;
  ASSERT_TRUE(prepare_home(first.path()));
  ASSERT_TRUE(prepare_home(second.path()));
  const OpenPgpKey key = generate_key(first.path(), "Zegelpost herstel (test)", 10).value();
  const SecretBytes exported = export_secret(first.path(), key.fingerprint).value();
  const auto deleted = delete_secret(first.path(), key.fingerprint);
  ASSERT_TRUE(deleted) << deleted.error().message();
  EXPECT_FALSE(find_key(first.path(), key.fingerprint).value().has_secret);
  EXPECT_FALSE(export_secret(first.path(), key.fingerprint));
  const Result<Sealer> sealer = Sealer::load(first.path(), {key.fingerprint}, std::time(nullptr));
  ASSERT_TRUE(sealer) << sealer.error().message();
  const Bytes sealed = sealer->seal(SecretBytes::copy_of("herstel")).value();
  ASSERT_TRUE(import_keys(second.path(), exported.view(), true));
  EXPECT_EQ(Opener::load(second.path()).value().open(sealed).value().text(), "herstel");
}

TEST(KeyringHome, ADeadAgentIsAHelperThatDoesNotAnswerNotATamperedMessage) {
  TempHome zone;
  ASSERT_TRUE(prepare_home(zone.path()));
  const OpenPgpKey key = generate_key(zone.path(), "Zegelpost zone (test)", 1).value();
  const Opener opener = Opener::load(zone.path()).value();
  const std::string file = zone.path() + "/message.gpg";
  output_of("echo geheim | gpg --homedir " + zone.path() + " --encrypt -r " + key.fingerprint + " -o " + file);
  std::ifstream stream(file, std::ios::binary);
  const std::string sealed((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  stop_agent(zone.path());
  std::ofstream(zone.path() + "/gpg.conf", std::ios::app) << "no-autostart\n";
  const Result<SecretBytes> opened = opener.open(as_bytes(sealed));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kUnavailable) << opened.error().message();
}

TEST(KeyringHome, ARevokedKeyIsNamedAtLoading) {
  TempHome zone, doors;
  ASSERT_TRUE(prepare_home(zone.path()));
  ASSERT_TRUE(prepare_home(doors.path(), HomeKind::kPublic));
  const OpenPgpKey key = generate_key(zone.path(), "Ingetrokken (test)", 1).value();
  ASSERT_TRUE(import_keys(doors.path(), as_bytes(export_public(zone.path(), key.fingerprint).value())));
  const std::string certificate = zone.path() + "/openpgp-revocs.d/" + key.fingerprint + ".rev";
  output_of("sed 's/^:-----/-----/' " + certificate + " | gpg --homedir " + doors.path() + " --batch --import");
  const Result<Sealer> sealer = Sealer::load(doors.path(), {key.fingerprint}, std::time(nullptr));
  ASSERT_FALSE(sealer);
  EXPECT_EQ(sealer.error().code, Code::kConfig);
  EXPECT_THAT(sealer.error().message(), HasSubstr(key.fingerprint + ": it is revoked"));
}

TEST(KeyringHome, IsForItsOwnerAloneAndShortEnoughForASocket) {
  TempHome home;
  ASSERT_TRUE(prepare_home(home.path() + "/zone"));
  struct stat status {};
  ASSERT_EQ(::stat((home.path() + "/zone").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  EXPECT_EQ(prepare_home("/tmp/" + std::string(100, 'x')).error().code, Code::kConfig);
}

}  // namespace
}  // namespace zp::crypto
