// gateway/store/tray.h - a durable hand-over from one process to the next.
//
//   aside/ID/   being written by the giver       (a crash leaves rubbish here; swept)
//   new/ID/     published: complete and synced   (rename, both folders synced)
//   taken/ID/   claimed by the taker             (rename; found again after the taker's crash)
//   accepted    a line per published ID: what was acknowledged, for balance
//
// An item is a folder of files: item.json (kind and sealed data keys, nothing about a person) and sealed objects.
// One that is not large may travel in a single file, alone or with others: new/ID.bundle (bundle.h; with ".part" while its
// first group is written; open_bundle.h: how others are added), out of which the taker makes folders in taken/. No item of
// it is filed before all are safe there and the bundle is gone: so a crash doubles none.
// The line of an item in a folder is synced before publish() returns. Those of a bundle are written by then; the bundle,
// which is synced, stands for them until the taker has written them once more and synced them. So a power cut costs none.
// Givers need write access only (mode 3730 on aside/ and new/, 0620 on accepted): they can drop, not list. Where givers
// and taker are different users, the tray's folder belongs to the taker and to a group that all of them are in, before
// the first open(); what is published is made readable and removable for that group. Same file system throughout.
// Threads and processes: any number of givers, one taker. Errors: kNoSpace before and during writing when less than the
// configured reserve is free.
#ifndef GATEWAY_STORE_TRAY_H_
#define GATEWAY_STORE_TRAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "gateway/store/bundle.h"
#include "gateway/store/open_bundle.h"
#include "gateway/store/streamed_item.h"

namespace zp::gateway {

class Tray {
 public:
  /// Makes the folders if they are not there. `reserve_bytes`: publish and check_space refuse (kNoSpace) below it.
  static Result<Tray> open(std::string folder, std::uint64_t reserve_bytes);

  // Giver
  Result<void> check_space() const;
  /// An empty folder aside/ID, mode 0700; its path. kExists if the id is taken anywhere in the tray.
  Result<std::string> begin(const Id& id) const;
  /// Syncs every file and the folder `prepared` (made by begin(), or any folder on the same file system), moves it to
  /// new/ID and notes it as accepted. Only then may the giver acknowledge. kExists if new/ID is there already. If it
  /// can't be noted (disk full) it moves back to `prepared`: a failed publish leaves nothing for the taker, except when
  /// the machine stops or a sync fails after that, or the taker was faster.
  /// `acknowledged` false: an event that nobody is waiting for; it is handed over as safely, but is no item of the
  /// balance.
  Result<void> publish(const Id& id, const std::string& prepared, bool acknowledged = true) const;
  void discard(const Id& id) const noexcept;
  /// Does for all of `items` at once what begin() and publish() do for one, all or none; their ids must be new.
  Result<void> publish_bundle(const std::vector<const PackedItem*>& items) const;
  /// The same; adds to `open` as long as that can be, and to a new bundle, which becomes `open`, otherwise.
  Result<void> publish_bundle(const std::vector<const PackedItem*>& items, std::optional<OpenBundle>& open) const;
  /// A bundle of one item, of which the first file is written as it comes in. Nothing is left of one that is not
  /// published.
  Result<StreamedItem> begin_streamed() const;
  /// Does for it what publish() does. `others`: small files that stand beside its first one, `first`. The id must be new.
  Result<void> publish_streamed(const Id& id, StreamedItem streamed, const std::string& first,
                                const std::vector<PackedFile>& others) const;

  // Taker
  /// Claims every published bundle; all that are claimed and not unpacked yet, oldest first.
  Result<std::vector<Id>> claim_bundles() const;
  /// Turns a claimed bundle into items of taken(). May be tried again after any failure; kMalformed if it is damaged:
  /// then it stays where it is. A group that is not whole, behind others, was never acknowledged unless accepted() names
  /// it: the bundle is kept aside then, see damaged(), and the outcome is false.
  Result<bool> unpack(const Id& bundle) const;
  /// Published items, oldest first.
  Result<std::vector<Id>> waiting() const;
  /// Moves new/ID to taken/ID; the folder's path. kNotFound if somebody else has it.
  Result<std::string> claim(const Id& id) const;
  /// Items claimed before and not done: a former taker died.
  Result<std::vector<Id>> taken() const;
  std::string taken_path(const Id& id) const;
  /// Removes taken/ID after everything in it is safe elsewhere. All or nothing; no error if it is gone.
  Result<void> done(const Id& id) const;
  /// Removes what was left aside or unfinished and not written to for longer than `seconds`.
  Result<void> sweep(std::int64_t seconds) const;

  /// Every id ever acknowledged.
  Result<std::vector<Id>> accepted() const;
  /// Whether nothing is published or claimed, not even a damaged bundle.
  Result<bool> is_empty() const;
  /// Items in bundles, published or claimed, as far as these can be read. What was unpacked meanwhile is in taken().
  Result<std::vector<Id>> bundled() const;

  // What a person has to deal with
  struct Damaged {
    Id bundle;
    std::string path;
    std::int64_t written_ms;  // for the last time
    bool filed;               // what came before the damage
  };
  /// Bundles that can't be read to their end, oldest first.
  Result<std::vector<Damaged>> damaged() const;
  /// Removes a damaged bundle. kNotFound if `bundle` is none.
  Result<void> remove_damaged(const Id& bundle) const;
  /// Durably notes that somebody has dealt with an item that was accepted and is nowhere.
  Result<void> settle(const Id& item) const;
  Result<std::vector<Id>> settled() const;

 private:
  std::string unfinished_bundle() const;
  Result<std::string> publish_finished(const std::vector<Id>& ids, const std::string& prepared) const;
  Result<void> hand_over(const std::vector<Id>& acknowledged, const std::string& prepared, const std::string& published,
                         const TrayJournal& journal) const;
  Result<void> unpack_item(const PackedItem& item) const;
  std::string journal_path() const;
  std::string torn_path(const Id& bundle) const;

  Tray(std::string folder, std::uint64_t reserve_bytes);
  std::string folder_;
  std::uint64_t reserve_bytes_;
};

/// item.json of an incoming item: readable by whoever holds the tray, so ids only.
struct TrayItem {
  std::string kind;  // "submission", "mail", "scan", "event"
  std::int64_t accepted_ms = 0;
  std::vector<Bytes> sealed_keys;  // crypto/key_batch.h; files name theirs by index
  // events only: {"message-read", shelf id}, {"message-locked", shelf id}
  std::string event;
  Id subject;

  std::string json() const;
  static Result<TrayItem> parse(std::string_view json);
};

}  // namespace zp::gateway

#endif  // GATEWAY_STORE_TRAY_H_
