// gateway/store/object_store.h - where sealed objects lie. Folder now, S3 later; both pass tests/integration/store.
//
// Stores ciphertext only and understands none of it. An object part is written once, never changed.
// Threads and processes: any number.
#ifndef GATEWAY_STORE_OBJECT_STORE_H_
#define GATEWAY_STORE_OBJECT_STORE_H_

#include <memory>
#include <string>

#include "crypto/object.h"

namespace zp::gateway {

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// Moves or copies a finished, synced file in; durable on return. Putting the same part again (a retry) is harmless,
  /// also when the first try moved the file away; kConflict if other bytes have that name.
  virtual Result<void> put_file(const Id& object, std::uint32_t part, const std::string& path) = 0;
  virtual Result<void> put_bytes(const Id& object, std::uint32_t part, ByteView sealed) = 0;
  /// The sealed bytes from their start; kNotFound.
  virtual Result<crypto::ByteSource> get(const Id& object, std::uint32_t part) = 0;
  /// No error if it is gone already.
  virtual Result<void> remove(const Id& object, std::uint32_t parts) = 0;
};

/// FOLDER/ab/HEX.PART, written in FOLDER/aside first (what a crash leaves there is swept after a day).
/// A file of another user is copied, not moved: its owner may still hold it open for writing.
Result<std::unique_ptr<ObjectStore>> open_folder_objects(const std::string& folder);

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_OBJECT_STORE_H_
