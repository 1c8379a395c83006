#include "gateway/store/streamed_item.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kHeadBytes = 512;

}  // namespace

Result<StreamedItem> StreamedItem::create(const std::string& path, unsigned mode) {
  TRY_ASSIGN(FileWriter file, FileWriter::create(path, mode));
  TRY_DO(file.append(Bytes(kHeadBytes)));
  return StreamedItem(std::move(file), path);
}

Result<void> StreamedItem::append(ByteView bytes) {
  bytes_ += bytes.size();
  return file_.append(bytes);
}

Result<void> StreamedItem::copy_to(FileWriter& file) const {
  TRY_ASSIGN(const Bytes written, read_file(path_, kHeadBytes + bytes_));
  return file.append(ByteView(written).subspan(kHeadBytes));
}

Result<void> StreamedItem::finish(const Id& id, const std::string& first, const std::vector<PackedFile>& others) {
  IndexedItem item{id, {{first, bytes_}}};
  for (const PackedFile& file : others) {
    item.files.push_back({file.name, file.bytes.size()});
    TRY_DO(file_.append(file.bytes));
  }
  TRY_ASSIGN(const Bytes head, bundle_head({item}, kHeadBytes));
  TRY_DO(file_.overwrite_start(head));
  return file_.close_synced();
}

}  // namespace zp::gateway
