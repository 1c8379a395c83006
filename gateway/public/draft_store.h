// gateway/public/draft_store.h - where drafts lie between requests: a folder each in the spool, sealed files
// only.
//
//   spool/ID/state.0, .1   a number, and the Draft sealed under DraftSecret::state_key, label {ID, ID, number}
//   spool/ID/item/         what will become the tray item: parts OBJECT.N, and at the end manifest and item.json
//   spool/ID/lock          held while the state changes (flock: several doors may share a spool)
//
// The state is written over the older of its two files, with the next number in front. A crash meanwhile spoils that
// one, which then does not open, and the other still holds what was acknowledged: one sync, and no file is made,
// renamed or removed for it. Every change is on stable storage before update() returns. Threads: all members may be
// called from any thread.
#ifndef GATEWAY_PUBLIC_DRAFT_STORE_H_
#define GATEWAY_PUBLIC_DRAFT_STORE_H_

#include <functional>
#include <optional>
#include <string>

#include "gateway/public/draft.h"

namespace zp::gateway {

class DraftStore {
 public:
  static Result<DraftStore> open(std::string folder);

  /// Makes the folders and the first state. kExists can't happen but for a repeated secret.
  Result<void> create(const DraftSecret& secret, Draft draft) const;
  /// kNotFound if there is none (any more), kTampered if neither file of the state opens.
  Result<Draft> read(const DraftSecret& secret) const;
  using Change = std::function<Result<void>(Draft&)>;
  /// Lets `change` work on the newest state, and keeps the result unless it fails. The draft as kept. `known`, what
  /// the caller read before, saves opening the state if nobody has changed it since.
  Result<Draft> update(const DraftSecret& secret, const Change& change, std::optional<Draft> known = {}) const;
  Result<void> remove(const Id& id) const;

  std::string item_folder(const Id& id) const { return folder_ + "/" + id.hex() + "/item"; }
  std::string part_path(const Id& id, const Id& object, std::size_t part) const;
  /// Removes drafts whose state did not change for `seconds`; how many.
  Result<std::size_t> sweep(std::int64_t seconds) const;

 private:
  struct Stored {
    Draft draft;
    int slot;  // which file holds it
  };

  explicit DraftStore(std::string folder) : folder_(std::move(folder)) {}
  std::string draft_folder(const Id& id) const { return folder_ + "/" + id.hex(); }
  std::string state_path(const Id& id, int slot) const { return draft_folder(id) + "/state." + std::to_string(slot); }
  Result<Stored> newest(const DraftSecret& secret, std::optional<Draft> known) const;
  std::string folder_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_DRAFT_STORE_H_
