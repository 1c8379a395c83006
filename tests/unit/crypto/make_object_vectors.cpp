// Prints tests/vectors/objects.json. Only for a new version of the format: old vectors must stay openable for
// ever.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "crypto/object.h"

namespace {

using zp::Bytes;
using zp::crypto::Cipher;

struct Sample {
  zp::crypto::DataKey key = zp::crypto::DataKey::generate();
  zp::crypto::ObjectLabel label{zp::Id::random(), zp::Id::random(), 0};
  Bytes sealed{};
};

// Byte i of a plaintext of `size` bytes is i mod 251.
Bytes plaintext_of(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

Sample seal(std::size_t size, Cipher cipher, std::uint32_t part) {
  Sample sample;
  sample.label.part = part;
  const auto keep = [&](zp::ByteView bytes) -> zp::Result<void> {
    sample.sealed.insert(sample.sealed.end(), bytes.begin(), bytes.end());
    return {};
  };
  zp::crypto::ObjectWriter writer(sample.key, sample.label, keep, cipher);
  ZP_CHECK(writer.append(plaintext_of(size)) && writer.finish());
  return sample;
}

nlohmann::ordered_json described(const char* what, const Sample& sample, bool opens, std::size_t size) {
  nlohmann::ordered_json json;
  json["what"] = what;
  json["data_key"] = zp::to_hex(sample.key.bytes().view());
  json["context"] = sample.label.context.hex();
  json["object"] = sample.label.object.hex();
  json["part"] = sample.label.part;
  json["opens"] = opens;
  if (opens) json["plaintext_bytes"] = size;
  json["sealed"] = zp::to_base64(sample.sealed);
  return json;
}

}  // namespace

int main() {
  constexpr std::size_t kChunk = zp::crypto::kChunkBytes;
  auto vectors = nlohmann::ordered_json::array();
  const auto whole = [&](const char* what, std::size_t size, Cipher cipher, std::uint32_t part = 0) {
    vectors.push_back(described(what, seal(size, cipher, part), true, size));
  };
  whole("empty, AES-256-GCM", 0, Cipher::kAes256Gcm);
  whole("empty, ChaCha20-Poly1305", 0, Cipher::kChaCha20Poly1305);
  whole("20 bytes, AES-256-GCM", 20, Cipher::kAes256Gcm);
  whole("20 bytes, ChaCha20-Poly1305, part 3", 20, Cipher::kChaCha20Poly1305, 3);
  whole("exactly one chunk: a full one and an empty last one", kChunk, Cipher::kAes256Gcm);
  whole("two chunks", kChunk + 4000, Cipher::kChaCha20Poly1305);

  const auto refused = [&](const char* what, std::size_t size, const auto& spoil) {
    Sample sample = seal(size, Cipher::kAes256Gcm, 0);
    spoil(sample);
    vectors.push_back(described(what, sample, false, size));
  };
  refused("last byte changed", 20, [](Sample& s) { s.sealed.back() ^= 1; });
  refused("commitment changed", 20, [](Sample& s) { s.sealed[100] ^= 1; });
  refused("salt changed", 20, [](Sample& s) { s.sealed[60] ^= 1; });
  refused("one byte cut off", 20, [](Sample& s) { s.sealed.pop_back(); });
  refused("one byte added", 20, [](Sample& s) { s.sealed.push_back(0); });
  refused("opened as another object", 20, [](Sample& s) { s.label.object = zp::Id::random(); });
  refused("opened in another context", 20, [](Sample& s) { s.label.context = zp::Id::random(); });
  refused("opened as another part", 20, [](Sample& s) { s.label.part = 1; });
  refused("opened with another data key", 20, [](Sample& s) { s.key = zp::crypto::DataKey::generate(); });
  refused("cut after the header", 20, [](Sample& s) { s.sealed.resize(114); });
  refused("no object at all", 20, [](Sample& s) { s.sealed.assign(200, 0x20); });
  std::puts(vectors.dump(1).c_str());
}
