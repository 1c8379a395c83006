#include "crypto/object.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "crypto/object_format.h"

namespace zp::crypto {
namespace {

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return bytes;
}

class SealedObject : public testing::TestWithParam<Cipher> {
 protected:
  // Appends `plaintext` in pieces of `step` bytes.
  Bytes seal(ByteView plaintext, std::size_t step = 100'000) const {
    Bytes sealed;
    ObjectWriter writer(
        key_, label_,
        [&](ByteView bytes) -> Result<void> {
          sealed.insert(sealed.end(), bytes.begin(), bytes.end());
          return {};
        },
        GetParam());
    for (std::size_t at = 0; at < plaintext.size(); at += step)
      EXPECT_TRUE(writer.append(plaintext.subspan(at, std::min(step, plaintext.size() - at))));
    EXPECT_TRUE(writer.finish());
    EXPECT_EQ(writer.plaintext_bytes(), plaintext.size());
    return sealed;
  }

  static ByteSource source_of(ByteView sealed) {
    return [sealed](std::span<std::uint8_t> into) mutable -> Result<std::size_t> {
      const std::size_t size = std::min(into.size(), sealed.size());
      std::copy_n(sealed.begin(), size, into.begin());
      sealed = sealed.subspan(size);
      return size;
    };
  }

  // Streams the whole object; both ways of opening must agree.
  Result<Bytes> open(ByteView sealed, const DataKey& key, const ObjectLabel& label) const {
    const Result<Bytes> streamed = stream(sealed, key, label);
    const Result<SecretBytes> whole = open_bytes(key, label, sealed);
    EXPECT_EQ(streamed.has_value(), whole.has_value());
    if (streamed && whole) {
      EXPECT_TRUE(std::equal(streamed->begin(), streamed->end(), whole->view().begin(), whole->view().end()));
    }
    return streamed;
  }
  Result<Bytes> open(ByteView sealed) const { return open(sealed, key_, label_); }

  static Result<Bytes> stream(ByteView sealed, const DataKey& key, const ObjectLabel& label) {
    Bytes plaintext;
    TRY_ASSIGN(ObjectReader reader, ObjectReader::open(key, label, source_of(sealed)));
    while (true) {
      TRY_ASSIGN(const ByteView chunk, reader.next());
      if (chunk.empty()) return plaintext;
      plaintext.insert(plaintext.end(), chunk.begin(), chunk.end());
    }
  }

  const DataKey key_ = DataKey::generate();
  const ObjectLabel label_{Id::random(), Id::random(), 0};
};

INSTANTIATE_TEST_SUITE_P(Ciphers, SealedObject, testing::Values(Cipher::kAes256Gcm, Cipher::kChaCha20Poly1305),
                         [](const auto& i) { return i.param == Cipher::kAes256Gcm ? "Gcm" : "ChaCha"; });

TEST_P(SealedObject, ComesBackWholeAtEverySizeAroundAChunk) {
  for (const std::size_t size :
       {0uz, 1uz, 15uz, 16uz, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1, 2 * kChunkBytes, 3 * kChunkBytes + 77}) {
    const Bytes plaintext = pattern(size);
    const Bytes sealed = seal(plaintext);
    EXPECT_EQ(sealed.size(), kHeaderBytes + size + (size / kChunkBytes + 1) * kTagBytes);
    EXPECT_EQ(open(sealed).value(), plaintext) << size;
  }
}

TEST_P(SealedObject, DoesNotDependOnHowItWasHandedIn) {
  const Bytes plaintext = pattern(3 * kChunkBytes + 5);
  for (const std::size_t step : {1000uz, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1, 2 * kChunkBytes, 1'000'000uz})
    EXPECT_EQ(open(seal(plaintext, step)).value(), plaintext) << step;
}

TEST_P(SealedObject, NoticesEveryChangedBit) {
  const Bytes sealed = seal(as_bytes("een korte brief"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(open(changed)) << "bit " << bit;
  }
}

TEST_P(SealedObject, NoticesEveryCutAtBothEndsAndEveryAddition) {
  const Bytes sealed = seal(as_bytes("een korte brief"));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open(ByteView(sealed).first(size))) << "first " << size;
    EXPECT_FALSE(open(ByteView(sealed).last(size))) << "last " << size;
  }
  Bytes longer = sealed;
  for (int i = 0; i < 40; ++i) {
    longer.push_back(0);
    EXPECT_FALSE(open(longer));
  }
  longer = sealed;
  longer.insert(longer.end(), sealed.begin(), sealed.end());
  EXPECT_FALSE(open(longer));
}

TEST_P(SealedObject, NoticesChunksSwappedDroppedRepeatedOrCutBetween) {
  const Bytes sealed = seal(pattern(3 * kChunkBytes + 9));
  const auto chunk = [&](std::size_t i) { return ByteView(sealed).subspan(kHeaderBytes + i * kSealedChunkBytes); };
  const auto built_of = [&](std::initializer_list<ByteView> parts) {
    Bytes all(sealed.begin(), sealed.begin() + kHeaderBytes);
    for (const ByteView part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  const ByteView a = chunk(0).first(kSealedChunkBytes), b = chunk(1).first(kSealedChunkBytes),
                 c = chunk(2).first(kSealedChunkBytes), last = chunk(3);
  ASSERT_TRUE(open(built_of({a, b, c, last})));
  EXPECT_EQ(open(built_of({b, a, c, last})).error().code, Code::kTampered);
  EXPECT_EQ(open(built_of({a, c, last})).error().code, Code::kTampered);
  EXPECT_EQ(open(built_of({a, a, b, c, last})).error().code, Code::kTampered);
  EXPECT_EQ(open(built_of({a, b, c})).error().code, Code::kTampered);
  EXPECT_EQ(open(built_of({a, b, c, last, last})).error().code, Code::kTampered);
  EXPECT_EQ(open(built_of({last})).error().code, Code::kTampered);
  EXPECT_EQ(open(built_of({})).error().code, Code::kTampered);
}

TEST_P(SealedObject, OpensUnderItsOwnLabelAndKeyOnly) {
  const Bytes sealed = seal(as_bytes("brief"));
  const auto code_with = [&](const ObjectLabel& label) { return open(sealed, key_, label).error().code; };
  EXPECT_EQ(code_with({Id::random(), label_.object, 0}), Code::kTampered);
  EXPECT_EQ(code_with({label_.context, Id::random(), 0}), Code::kTampered);
  EXPECT_EQ(code_with({label_.context, label_.object, 1}), Code::kTampered);
  EXPECT_EQ(open(sealed, DataKey::generate(), label_).error().code, Code::kTampered);
  EXPECT_EQ(open(sealed, key_.derive("x"), label_).error().code, Code::kTampered);
}

TEST_P(SealedObject, DoesNotTakeAChunkOfAnotherObjectUnderTheSameLabel) {
  const Bytes first = seal(pattern(kChunkBytes + 10)), second = seal(pattern(kChunkBytes + 10));
  Bytes mixed = first;
  std::copy(second.begin() + kHeaderBytes, second.begin() + kHeaderBytes + kSealedChunkBytes,
            mixed.begin() + kHeaderBytes);
  EXPECT_EQ(open(mixed).error().code, Code::kTampered);
}

TEST_P(SealedObject, NamesWhatIsNoObjectMalformed) {
  EXPECT_EQ(open({}).error().code, Code::kMalformed);
  EXPECT_EQ(open(Bytes(200, 0)).error().code, Code::kMalformed);
  EXPECT_EQ(open(as_bytes("%PDF-1.7")).error().code, Code::kMalformed);
}

TEST_P(SealedObject, HidesTheTextAndUsesAFreshKeyEachTime) {
  constexpr std::string_view kMarker = "MARKER-MARKER-MARKER";
  std::set<Bytes> bodies, salts;
  for (int i = 0; i < 10; ++i) {
    const Bytes sealed = seal(as_bytes(kMarker));
    EXPECT_EQ(as_text(sealed).find("MARKER"), std::string_view::npos);
    salts.emplace(sealed.begin() + kBoundBytes, sealed.begin() + kBoundBytes + kSaltBytes);
    bodies.emplace(sealed.begin() + kHeaderBytes, sealed.end());
  }
  EXPECT_EQ(salts.size(), 10u);
  EXPECT_EQ(bodies.size(), 10u);
}

TEST_P(SealedObject, HandsOutChunksBeforeACutButNeverAnEnd) {
  const Bytes sealed = seal(pattern(2 * kChunkBytes));
  ObjectReader reader =
      ObjectReader::open(key_, label_, source_of(ByteView(sealed).first(kHeaderBytes + 2 * kSealedChunkBytes))).value();
  EXPECT_EQ(reader.next().value().size(), kChunkBytes);
  EXPECT_EQ(reader.next().value().size(), kChunkBytes);
  EXPECT_EQ(reader.next().error().code, Code::kTampered);
  EXPECT_EQ(reader.next().error().code, Code::kTampered) << "the first error sticks";
}

TEST_P(SealedObject, StaysAtItsEndOnceReached) {
  const Bytes sealed = seal(as_bytes("x"));
  ObjectReader reader = ObjectReader::open(key_, label_, source_of(sealed)).value();
  EXPECT_EQ(reader.next().value().size(), 1u);
  EXPECT_TRUE(reader.next().value().empty());
  EXPECT_TRUE(reader.next().value().empty());
}

TEST_P(SealedObject, PassesTheFirstErrorOfTheSinkOnAndSticksToIt) {
  int calls = 0;
  ObjectWriter writer(
      key_, label_,
      [&](ByteView) -> Result<void> {
        return ++calls == 2 ? Result<void>(fail(Code::kNoSpace, "write")) : Result<void>();
      },
      GetParam());
  const Bytes plaintext = pattern(kChunkBytes);
  EXPECT_EQ(writer.append(plaintext).error().code, Code::kNoSpace);
  EXPECT_EQ(writer.append(plaintext).error().code, Code::kNoSpace);
  EXPECT_EQ(writer.finish().error().code, Code::kNoSpace);
  EXPECT_EQ(calls, 2);
}

TEST_P(SealedObject, IsNotOpenedIntoMoreMemoryThanAllowed) {
  const Bytes sealed = seal(pattern(1000));
  EXPECT_EQ(open_bytes(key_, label_, sealed, 999).error().code, Code::kTooLarge);
  EXPECT_EQ(open_bytes(key_, label_, sealed, 1000).value().size(), 1000u);
}

TEST(SealBytes, GivesWhatTheReaderOpens) {
  const DataKey key = DataKey::generate();
  const ObjectLabel label{Id::random(), Id::random(), 7};
  for (const std::size_t size : {0uz, 1uz, kChunkBytes, 2 * kChunkBytes + 1}) {
    const Bytes plaintext = pattern(size);
    const SecretBytes opened = open_bytes(key, label, seal_bytes(key, label, plaintext)).value();
    EXPECT_TRUE(std::equal(plaintext.begin(), plaintext.end(), opened.view().begin(), opened.view().end()));
  }
}

TEST(ChunkNonce, CountsToTheLastNumberAndNeverWraps) {
  const NoncePrefix prefix{1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(to_hex(chunk_nonce(prefix, 0, false).value()), "010203040506070000000000");
  EXPECT_EQ(to_hex(chunk_nonce(prefix, 0x01020304, true).value()), "010203040506070102030401");
  EXPECT_EQ(to_hex(chunk_nonce(prefix, 0xFFFFFFFF, false).value()), "01020304050607ffffffff00");
  EXPECT_EQ(chunk_nonce(prefix, 0x100000000, false).error().code, Code::kTooLarge);
}

TEST(PlaintextSize, FitsEverySealedSizeAndRefusesTheImpossible) {
  EXPECT_EQ(plaintext_size(kHeaderBytes + kTagBytes).value(), 0u);
  EXPECT_EQ(plaintext_size(kHeaderBytes + kSealedChunkBytes + kTagBytes).value(), kChunkBytes);
  EXPECT_FALSE(plaintext_size(0));
  EXPECT_FALSE(plaintext_size(kHeaderBytes + kTagBytes - 1));
  EXPECT_FALSE(plaintext_size(kHeaderBytes + kSealedChunkBytes));
}

}  // namespace
}  // namespace zp::crypto
