#include "crypto/object.h"

#include <sodium.h>

#include <algorithm>
#include <optional>

#include "crypto/object_format.h"

namespace zp::crypto {

struct ObjectWriter::Impl {
  ChunkCipher cipher;
  ByteSink sink;
  SecretBytes pending{};  // plaintext of a chunk that is not full yet; made when first needed
  std::size_t pending_size = 0;
  Bytes sealed = Bytes(kSealedChunkBytes);
  std::uint64_t plaintext_bytes = 0;
  bool header_written = false;
  bool finished = false;
  std::optional<Error> error{};

  Impl(ChunkCipher chunk_cipher, ByteSink byte_sink) : cipher(std::move(chunk_cipher)), sink(std::move(byte_sink)) {}

  Result<void> write_header() {
    if (header_written) return {};
    header_written = true;
    return sink(cipher.header());
  }

  Result<void> write_chunk(ByteView plaintext, bool last) {
    TRY_DO(cipher.seal(plaintext, last, sealed.data()));
    return sink(ByteView(sealed).first(plaintext.size() + kTagBytes));
  }

  void keep(ByteView bytes) {
    if (bytes.empty()) return;
    if (pending.empty()) pending = SecretBytes(kChunkBytes);
    std::copy(bytes.begin(), bytes.end(), pending.mutable_view().begin() + pending_size);
    pending_size += bytes.size();
  }

  // Full chunks go straight from the caller's memory; only what begins or ends inside a chunk is copied.
  Result<void> append(ByteView bytes) {
    TRY_DO(write_header());
    plaintext_bytes += bytes.size();
    if (pending_size > 0) {
      const std::size_t take = std::min(bytes.size(), kChunkBytes - pending_size);
      keep(bytes.first(take));
      bytes = bytes.subspan(take);
      if (pending_size < kChunkBytes) return {};
      TRY_DO(write_chunk(pending.view(), false));
      pending_size = 0;
    }
    while (bytes.size() >= kChunkBytes) {
      TRY_DO(write_chunk(bytes.first(kChunkBytes), false));
      bytes = bytes.subspan(kChunkBytes);
    }
    keep(bytes);
    return {};
  }

  Result<void> finish() {
    TRY_DO(write_header());
    TRY_DO(write_chunk(pending.view().first(pending_size), true));
    finished = true;
    pending = SecretBytes();
    return {};
  }

  Result<void> remember(Result<void> result) {
    if (!result) {
      error = result.error();
      pending = SecretBytes();
    }
    return result;
  }
};

ObjectWriter::ObjectWriter(const DataKey& key, const ObjectLabel& label, ByteSink sink, Cipher cipher)
    : impl_(std::make_unique<Impl>(ChunkCipher::sealing(key, label, cipher), std::move(sink))) {}
ObjectWriter::ObjectWriter(ObjectWriter&&) noexcept = default;
ObjectWriter::~ObjectWriter() = default;

Result<void> ObjectWriter::append(ByteView chunk) {
  ZP_CHECK(!impl_->finished);
  if (impl_->error) return std::unexpected(*impl_->error);
  return impl_->remember(impl_->append(chunk));
}

Result<void> ObjectWriter::finish() {
  ZP_CHECK(!impl_->finished);
  if (impl_->error) return std::unexpected(*impl_->error);
  return impl_->remember(impl_->finish());
}

std::uint64_t ObjectWriter::plaintext_bytes() const noexcept { return impl_->plaintext_bytes; }

struct ObjectReader::Impl {
  ChunkCipher cipher;
  ByteSource source;
  Bytes sealed = Bytes(kSealedChunkBytes);
  SecretBytes plaintext = SecretBytes(kChunkBytes);
  bool ended = false;
  std::optional<Error> error{};

  // Every chunk but the last is full, so a short one must be the last: nothing needs to be read ahead.
  Result<ByteView> next() {
    TRY_ASSIGN(const std::size_t got, source(sealed));
    ZP_CHECK(got <= sealed.size());
    const bool last = got < kSealedChunkBytes;
    TRY_DO(cipher.open(ByteView(sealed).first(got), last, plaintext.mutable_view().data()));
    ended = last;
    return plaintext.view().first(got - kTagBytes);
  }
};

ObjectReader::ObjectReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ObjectReader::ObjectReader(ObjectReader&&) noexcept = default;
ObjectReader::~ObjectReader() = default;

Result<ObjectReader> ObjectReader::open(const DataKey& key, const ObjectLabel& label, ByteSource source) {
  HeaderBytes header{};
  TRY_ASSIGN(const std::size_t got, source(header));
  if (got != header.size()) return fail(Code::kMalformed, "open object", label.object.hex());
  TRY_ASSIGN(ChunkCipher cipher, ChunkCipher::opening(key, label, header));
  return ObjectReader(std::make_unique<Impl>(std::move(cipher), std::move(source)));
}

Result<ByteView> ObjectReader::next() {
  if (impl_->error) return std::unexpected(*impl_->error);
  if (impl_->ended) return ByteView();
  Result<ByteView> chunk = impl_->next();
  if (!chunk) {
    impl_->error = chunk.error();
    impl_->plaintext = SecretBytes();
  }
  return chunk;
}

Bytes seal_bytes(const DataKey& key, const ObjectLabel& label, ByteView plaintext) {
  ChunkCipher cipher = ChunkCipher::sealing(key, label, preferred_cipher());
  const std::size_t full = plaintext.size() / kChunkBytes;
  Bytes sealed(kHeaderBytes + plaintext.size() + (full + 1) * kTagBytes);
  std::uint8_t* at = std::ranges::copy(cipher.header(), sealed.data()).out;
  for (std::size_t i = 0; i <= full; ++i) {
    const bool last = i == full;
    const ByteView chunk = last ? plaintext : plaintext.first(kChunkBytes);
    ZP_CHECK(cipher.seal(chunk, last, at).has_value());
    at += chunk.size() + kTagBytes;
    plaintext = plaintext.subspan(chunk.size());
  }
  return sealed;
}

Result<SecretBytes> open_bytes(const DataKey& key, const ObjectLabel& label, ByteView sealed, std::size_t limit) {
  HeaderBytes header;
  if (sealed.size() < header.size()) return fail(Code::kMalformed, "open object", label.object.hex());
  std::copy_n(sealed.begin(), header.size(), header.begin());
  TRY_ASSIGN(ChunkCipher cipher, ChunkCipher::opening(key, label, header));
  TRY_ASSIGN(const std::uint64_t size, plaintext_size(sealed.size()));
  if (size > limit) return fail(Code::kTooLarge, "open object", label.object.hex());

  SecretBytes plaintext(size);
  std::uint8_t* at = plaintext.mutable_view().data();
  sealed = sealed.subspan(header.size());
  while (true) {
    const bool last = sealed.size() < kSealedChunkBytes;
    const ByteView chunk = last ? sealed : sealed.first(kSealedChunkBytes);
    TRY_DO(cipher.open(chunk, last, at));
    if (last) return plaintext;
    at += kChunkBytes;
    sealed = sealed.subspan(chunk.size());
  }
}

}  // namespace zp::crypto
