// crypto/keyring/batch_opener.h - opens many sealed data keys: those of a batch (key_batch.h) with one run of gpg.
//
// Secrets: remembers what the messages of the last batches held until forget() or its end.
// Threads: belongs to one thread, as its Opener.
#ifndef CRYPTO_KEYRING_BATCH_OPENER_H_
#define CRYPTO_KEYRING_BATCH_OPENER_H_

#include <deque>

#include "crypto/keyring/openpgp.h"

namespace zp::crypto {

class BatchOpener {
 public:
  explicit BatchOpener(const Opener& opener) : opener_(opener) {}  // outlives this
  /// Errors: as Opener::open().
  Result<DataKey> open(const SealedDataKey& sealed);
  /// Wipes what is remembered: call it when no sibling is at hand.
  void forget() noexcept { batches_.clear(); }

 private:
  struct Batch {
    Bytes message;
    SecretBytes content;
  };
  const Opener& opener_;
  std::deque<Batch> batches_;
};

}  // namespace zp::crypto

#endif  // CRYPTO_KEYRING_BATCH_OPENER_H_
