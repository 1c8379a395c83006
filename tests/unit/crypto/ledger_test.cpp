#include "crypto/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base/text.h"

namespace zp::crypto {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A ledger in memory whose parts a test may alter behind its back.
class MemoryLedger : public LedgerStorage {
 public:
  Result<std::uint64_t> append(const std::vector<std::string>& lines) override {
    const std::uint64_t first = lines_.size();
    for (const std::string& line : lines) {
      lines_.push_back(line);
      leaves_.push_back(leaf_hash(line));
    }
    return first;
  }
  Result<void> read(std::uint64_t from, std::uint64_t to, const Visit& visit) const override {
    for (std::uint64_t i = from; i < to; ++i) TRY_DO(visit(i, lines_[i], leaves_[i]));
    return {};
  }
  Result<std::uint64_t> size() const override { return lines_.size(); }
  Result<void> append_checkpoint(std::string_view note) override {
    notes_.emplace_back(note);
    return {};
  }
  Result<std::vector<std::string>> checkpoints() const override { return notes_; }

  std::vector<std::string> lines_;
  std::vector<Digest> leaves_;
  std::vector<std::string> notes_;
};

LedgerEntry entry(int number) {
  return {"2026-03-02T09:14:00.000Z",
          "u-17",
          "postkamer",
          "document.view",
          "00112233445566778899aabbccddeeff",
          "ffeeddccbbaa99887766554433221100",
          "behandelen-verzoek",
          "AVG art. 15",
          "ok",
          "pages=" + std::to_string(number)};
}

TEST(LedgerEntry, IsOneLineOfJsonInAFixedOrder) {
  EXPECT_EQ(entry(3).line(),
            R"({"time":"2026-03-02T09:14:00.000Z","actor":"u-17","function":"postkamer","action":"document.view",)"
            R"("object":"00112233445566778899aabbccddeeff","dossier":"ffeeddccbbaa99887766554433221100",)"
            R"("purpose":"behandelen-verzoek","ground":"AVG art. 15","outcome":"ok","detail":"pages=3"})");
}

TEST(LedgerEntry, StaysOneLineOfUtf8WhateverIsInIt) {
  LedgerEntry odd = entry(1);
  odd.actor = "a\nb\r\"\\\x01";
  odd.detail = "caf\xE9";
  EXPECT_EQ(odd.line().find_first_of("\n\r\x01"), std::string::npos);
  EXPECT_TRUE(is_utf8(odd.line()));
  EXPECT_EQ(LedgerEntry::parse(odd.line()).value().actor, odd.actor);
}

TEST(LedgerEntry, HasOneSpellingOnly) {
  const std::string line = entry(1).line();
  EXPECT_EQ(LedgerEntry::parse(line).value().line(), line);
  EXPECT_FALSE(LedgerEntry::parse(line + " "));
  EXPECT_FALSE(LedgerEntry::parse("{}"));
  EXPECT_FALSE(LedgerEntry::parse("[1]"));
  EXPECT_FALSE(LedgerEntry::parse(""));
  EXPECT_FALSE(LedgerEntry::parse(line.substr(0, line.size() - 1) + R"(,"outcome":"denied"})"));
  EXPECT_FALSE(LedgerEntry::parse(line.substr(0, line.size() - 1) + R"(,"extra":"x"})"));
}

// The inputs and roots that Certificate Transparency implementations test RFC 6962 with.
const std::vector<std::string> kLeafInputs = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> leaves_of(const std::vector<std::string>& hex) {
  std::vector<Digest> leaves;
  for (const std::string& h : hex) leaves.push_back(leaf_hash(as_text(from_hex(h).value())));
  return leaves;
}

TEST(MerkleTree, FollowsRfc6962Vectors) {
  TreeHasher hasher;
  EXPECT_EQ(to_hex(hasher.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::vector<Digest> leaves = leaves_of(kLeafInputs);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    hasher.add(leaves[i]);
    EXPECT_EQ(to_hex(hasher.root()), kRoots[i]);
    EXPECT_EQ(hasher.size(), i + 1);
  }
}

TEST(MerkleTree, ProvesEveryEntryOfEverySizeAndNothingElse) {
  std::vector<Digest> leaves;
  TreeHasher hasher;
  for (std::uint64_t size = 1; size <= 40; ++size) {
    leaves.push_back(leaf_hash(std::to_string(size)));
    hasher.add(leaves.back());
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::vector<Digest> proof = inclusion_proof(leaves, i);
      EXPECT_TRUE(verify_inclusion(leaves[i], i, size, proof, hasher.root()));
      EXPECT_FALSE(verify_inclusion(leaf_hash("x"), i, size, proof, hasher.root()));
      EXPECT_FALSE(verify_inclusion(leaves[i], i + 1, size, proof, hasher.root()));
      EXPECT_FALSE(verify_inclusion(leaves[i], size, size, proof, hasher.root()));
      for (std::size_t at = 0; at < proof.size(); ++at) {
        std::vector<Digest> wrong = proof;
        wrong[at][0] ^= 1;
        EXPECT_FALSE(verify_inclusion(leaves[i], i, size, wrong, hasher.root()));
      }
      std::vector<Digest> longer = proof;
      longer.push_back(leaves[0]);
      EXPECT_FALSE(verify_inclusion(leaves[i], i, size, longer, hasher.root()));
      if (!proof.empty()) {
        EXPECT_FALSE(verify_inclusion(leaves[i], i, size, {proof.begin(), proof.end() - 1}, hasher.root()));
      }
    }
  }
}

TEST(SignedNote, OpensWithItsVerifierKeyAndSaysTheSame) {
  const NoteSigner signer = NoteSigner::generate("zegelpost.example/ledger");
  const Checkpoint checkpoint{"zegelpost.example/ledger", 42, leaf_hash("x")};
  const std::string note = signer.sign(checkpoint);
  EXPECT_THAT(note, HasSubstr("zegelpost.example/ledger\n42\n" + to_base64(checkpoint.root) + "\n\n\xE2\x80\x94 "));
  const Checkpoint opened = open_note(note, signer.verifier_key()).value();
  EXPECT_EQ(opened.origin, checkpoint.origin);
  EXPECT_EQ(opened.size, 42u);
  EXPECT_EQ(opened.root, checkpoint.root);
}

// The published example of the note format (golang.org/x/mod/sumdb/note, package documentation).
TEST(SignedNote, TakesAVerifierKeyMadeElsewhere) {
  const std::string key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const std::string text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const std::string signature =
      "\xE2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  // The signature holds; the text is no checkpoint.
  EXPECT_EQ(open_note(text + "\n" + signature, key).error().code, Code::kMalformed);
  EXPECT_EQ(open_note("x" + text + "\n" + signature, key).error().code, Code::kTampered);
}

TEST(SignedNote, NoticesEveryChangedBitAndCut) {
  const NoteSigner signer = NoteSigner::generate("example.nl/l");
  const std::string note = signer.sign({"example.nl/l", 7, leaf_hash("x")});
  for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
    std::string changed = note;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(open_note(changed, signer.verifier_key())) << bit;
  }
  for (std::size_t size = 0; size < note.size(); ++size)
    EXPECT_FALSE(open_note(note.substr(0, size), signer.verifier_key())) << size;
}

TEST(SignedNote, AcceptsACosignatureOfAWitnessBesideOurs) {
  const NoteSigner ours = NoteSigner::generate("example.nl/l"), witness = NoteSigner::generate("witness.example");
  const Checkpoint checkpoint{"example.nl/l", 7, leaf_hash("x")};
  const std::string cosignature = witness.sign(checkpoint);
  const std::string note = ours.sign(checkpoint) + cosignature.substr(cosignature.find("\n\n") + 2);
  EXPECT_TRUE(open_note(note, ours.verifier_key()));
  EXPECT_TRUE(open_note(note, witness.verifier_key()));
  EXPECT_EQ(open_note(note, NoteSigner::generate("example.nl/l").verifier_key()).error().code, Code::kTampered);
}

TEST(SignedNote, RefusesKeysThatAreNone) {
  const NoteSigner signer = NoteSigner::generate("example.nl/l");
  const std::string note = signer.sign({"example.nl/l", 1, {}});
  for (const char* wrong : {"", "x", "a+b+c", "example.nl/l+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"})
    EXPECT_EQ(open_note(note, wrong).error().code, Code::kConfig) << wrong;
  EXPECT_FALSE(NoteSigner::from("a b", SecretBytes::random(32)));
  EXPECT_FALSE(NoteSigner::from("a+b", SecretBytes::random(32)));
  EXPECT_FALSE(NoteSigner::from("a", SecretBytes::random(31)));
}

TEST(NoteSigner, ComesBackFromItsSeed) {
  const NoteSigner signer = NoteSigner::generate("example.nl/l");
  EXPECT_EQ(NoteSigner::from("example.nl/l", signer.seed().clone()).value().verifier_key(), signer.verifier_key());
}

class VerifyLedger : public testing::Test {
 protected:
  VerifyLedger() {
    for (int i = 0; i < 25; ++i) {
      EXPECT_TRUE(ledger_.append({entry(i).line()}));
      hasher_.add(ledger_.leaves_.back());
      if (i % 10 != 9) continue;
      EXPECT_TRUE(ledger_.append_checkpoint(signer_.sign({"example.nl/l", hasher_.size(), hasher_.root()})));
    }
  }
  LedgerReport verify() const { return verify_ledger(ledger_, signer_.verifier_key()).value(); }

  const NoteSigner signer_ = NoteSigner::generate("example.nl/l");
  MemoryLedger ledger_;
  TreeHasher hasher_;
};

TEST_F(VerifyLedger, FindsNothingWrongWithAWholeLedger) {
  const LedgerReport report = verify();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.entries, 25u);
  EXPECT_EQ(report.checkpoints, 2u);
  EXPECT_EQ(report.covered, 20u);
  EXPECT_EQ(report.root, hasher_.root());
}

TEST_F(VerifyLedger, NamesTheEntryOfAnyChangedByte) {
  const std::string original = ledger_.lines_[17];
  for (std::size_t at = 0; at < original.size(); ++at) {
    ledger_.lines_[17] = original;
    ledger_.lines_[17][at] = static_cast<char>(ledger_.lines_[17][at] ^ 1);
    EXPECT_THAT(verify().problems, Contains("entry 17: content does not match its recorded hash"));
  }
}

TEST_F(VerifyLedger, NoticesAnEntryAlteredTogetherWithItsHash) {
  ledger_.lines_[17] = entry(99).line();
  ledger_.leaves_[17] = leaf_hash(ledger_.lines_[17]);
  EXPECT_THAT(verify().problems, Contains(HasSubstr("checkpoint 1 (20 entries): root does not match")));
  EXPECT_EQ(verify().covered, 10u);
}

TEST_F(VerifyLedger, TellsAnAlteredHashFileFromAlteredContent) {
  ledger_.leaves_[3][0] ^= 1;
  EXPECT_THAT(verify().problems, Contains(HasSubstr("recorded hashes: their file was altered, the content was not")));
  EXPECT_THAT(verify().problems, testing::Not(Contains(HasSubstr("match the content of the entries"))));
}

TEST_F(VerifyLedger, NoticesThatEntriesWereCutOff) {
  ledger_.lines_.resize(18);
  ledger_.leaves_.resize(18);
  EXPECT_THAT(verify().problems,
              ElementsAre("checkpoint 1 (20 entries): only 18 entries are there: the ledger was cut"));
}

TEST_F(VerifyLedger, NoticesEntriesSwappedInsertedOrLeftOut) {
  const MemoryLedger whole = ledger_;
  std::swap(ledger_.lines_[2], ledger_.lines_[3]);
  std::swap(ledger_.leaves_[2], ledger_.leaves_[3]);
  EXPECT_FALSE(verify().problems.empty());
  ledger_ = whole;
  ledger_.lines_.erase(ledger_.lines_.begin() + 5);
  ledger_.leaves_.erase(ledger_.leaves_.begin() + 5);
  EXPECT_FALSE(verify().problems.empty());
  ledger_ = whole;
  ledger_.lines_.insert(ledger_.lines_.begin() + 5, entry(50).line());
  ledger_.leaves_.insert(ledger_.leaves_.begin() + 5, leaf_hash(entry(50).line()));
  EXPECT_FALSE(verify().problems.empty());
}

TEST_F(VerifyLedger, NamesACheckpointWhoseSignatureDoesNotHold) {
  ledger_.notes_[0] = NoteSigner::generate("example.nl/l").sign({"example.nl/l", 10, {}});
  EXPECT_THAT(verify().problems, ElementsAre("checkpoint 0: signature does not hold"));
  EXPECT_EQ(verify().covered, 20u);
}

TEST_F(VerifyLedger, NoticesACheckpointOfAnotherLedgerOrOneThatGoesBack) {
  ledger_.notes_.push_back(signer_.sign({"example.nl/other", 25, hasher_.root()}));
  EXPECT_THAT(verify().problems, ElementsAre("checkpoint 2 (25 entries): belongs to another ledger"));
  ledger_.notes_.back() = ledger_.notes_[0];
  EXPECT_THAT(verify().problems, ElementsAre(HasSubstr("is smaller than one signed before it")));
}

TEST_F(VerifyLedger, HoldsForAnEmptyLedger) {
  const LedgerReport report = verify_ledger(MemoryLedger(), signer_.verifier_key()).value();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.entries, 0u);
}

}  // namespace
}  // namespace zp::crypto
