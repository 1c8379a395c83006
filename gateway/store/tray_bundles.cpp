// Tray: items that travel in bundles.
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/store/files.h"
#include "gateway/store/tray.h"
#include "gateway/store/tray_files.h"
#include "gateway/store/tray_journal.h"

namespace zp::gateway {
namespace {

struct Packed {
  std::vector<Id> ids;
  Bytes bytes;
};

Result<Packed> pack(const std::vector<const PackedItem*>& items) {
  Packed packed;
  std::vector<IndexedItem> index;
  for (const PackedItem* item : items) {
    packed.ids.push_back(item->id);
    index.push_back({item->id, {}});
    for (const PackedFile& one : item->files) index.back().files.push_back({one.name, one.bytes.size()});
  }
  TRY_ASSIGN(packed.bytes, bundle_head(index));
  for (const PackedItem* item : items)
    for (const PackedFile& one : item->files)
      packed.bytes.insert(packed.bytes.end(), one.bytes.begin(), one.bytes.end());
  return packed;
}

}  // namespace

Result<void> Tray::publish_bundle(const std::vector<const PackedItem*>& items, std::optional<OpenBundle>& open) const {
  TRY_DO(check_space());
  TRY_ASSIGN(const Packed packed, pack(items));
  TRY_ASSIGN(const TrayJournal journal, TrayJournal::open(journal_path()));
  if (auto former = std::exchange(open, std::nullopt)) {
    TRY_ASSIGN(const bool added, former->add(packed.bytes, packed.ids, journal));
    if (added) open = std::move(former);
    if (added) return {};
  }
  const std::string prepared = unfinished_bundle();
  TRY_ASSIGN(FileWriter file, FileWriter::create(prepared, kTrayFileMode));
  TRY_DO(file.append(packed.bytes));
  TRY_DO(file.close_synced());
  TRY_ASSIGN(const std::string published, publish_finished(packed.ids, prepared));
  if (auto opened = OpenBundle::open(published)) open = std::move(*opened);
  return {};
}

Result<void> Tray::publish_bundle(const std::vector<const PackedItem*>& items) const {
  std::optional<OpenBundle> closed_again;
  return publish_bundle(items, closed_again);
}

Result<StreamedItem> Tray::begin_streamed() const {
  TRY_DO(check_space());
  return StreamedItem::create(unfinished_bundle(), kTrayFileMode);
}

Result<void> Tray::publish_streamed(const Id& id, StreamedItem streamed, const std::string& first,
                                    const std::vector<PackedFile>& others) const {
  TRY_DO(check_space());
  TRY_DO(streamed.finish(id, first, others));
  TRY_DO(publish_finished({id}, streamed.path()));
  return {};
}

std::string Tray::unfinished_bundle() const {
  // Written where it is published: then the move concerns one folder, which is synced once.
  return (folder_ + "/new/" + Id::random().hex()).append(kBundle).append(kUnfinished);
}

/// The journal is not synced: the taker notes the ids again and syncs them before it removes the bundle.
Result<std::string> Tray::publish_finished(const std::vector<Id>& ids, const std::string& prepared) const {
  const std::string published = prepared.substr(0, prepared.size() - kUnfinished.size());
  const auto publish = [&]() -> Result<void> {
    TRY_ASSIGN(const TrayJournal journal, TrayJournal::open(journal_path()));
    return hand_over(ids, prepared, published, journal);
  };
  if (auto done = publish(); !done) {
    ::unlink(prepared.c_str());
    return std::unexpected(done.error());
  }
  return published;
}

Result<std::vector<Id>> Tray::claim_bundles() const {
  const std::string published = folder_ + "/new", claimed = folder_ + "/taken";
  TRY_ASSIGN(const auto waiting, ids_in(published, kBundle));
  for (const Id& id : waiting) {
    const std::string name = ("/" + id.hex()).append(kBundle);
    auto moved = move_item(published + name, claimed + name);
    if (!moved && moved.error().code != Code::kNotFound) return std::unexpected(moved.error());  // else: taken back
  }
  return ids_in(claimed, kBundle);
}

Result<bool> Tray::unpack(const Id& id) const {
  const std::string path = taken_path(id).append(kBundle);
  TRY_DO(settle_bundle(path));
  TRY_ASSIGN(const Bytes bytes, read_file(path, kMaxBundleBytes));
  TRY_ASSIGN(const Bundle bundle, parse_bundle(bytes));
  std::vector<Id> ids;
  for (const PackedItem& item : bundle.items) {
    TRY_DO(unpack_item(item));
    ids.push_back(item.id);
  }
  TRY_DO(sync_folder(folder_ + "/taken"));
  TRY_ASSIGN(const TrayJournal journal, TrayJournal::open(journal_path()));
  TRY_DO(journal.append(ids));
  TRY_DO(journal.sync());
  if (bundle.torn) {
    TRY_DO(move_item(path, torn_path(id)));
    TRY_DO(sync_folder(folder_ + "/aside"));
  } else if (::unlink(path.c_str()) != 0) {
    return fail_errno("remove bundle", path);
  }
  TRY_DO(sync_folder(folder_ + "/taken"));
  return !bundle.torn;
}

Result<void> Tray::unpack_item(const PackedItem& item) const {
  const std::string target = taken_path(item.id), aside = folder_ + "/aside/" + item.id.hex();
  if (exists(target)) return {};  // an earlier try came as far as this
  TRY_DO(remove_tree(aside));
  if (::mkdir(aside.c_str(), 0700) != 0) return fail_errno("unpack item", aside);
  for (const PackedFile& one : item.files) {
    TRY_ASSIGN(FileWriter file, FileWriter::create(aside + "/" + one.name));
    TRY_DO(file.append(one.bytes));
    TRY_DO(file.close_synced());
  }
  TRY_DO(sync_folder(aside));
  return move_item(aside, target);
}

Result<std::vector<Id>> Tray::bundled() const {
  std::vector<Id> ids;
  for (const char* place : {"/new", "/taken"}) {
    TRY_ASSIGN(const auto bundles, ids_in(folder_ + place, kBundle));
    for (const Id& bundle : bundles) {
      const auto bytes = read_file((folder_ + place + "/" + bundle.hex()).append(kBundle), kMaxBundleBytes);
      const auto parsed = bytes ? parse_bundle(*bytes) : std::unexpected(bytes.error());
      if (!parsed) continue;
      for (const PackedItem& item : parsed->items) ids.push_back(item.id);
    }
  }
  return ids;
}

}  // namespace zp::gateway
