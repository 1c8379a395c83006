#include "gateway/store/streamed_item.h"

#include <algorithm>
#include <cstring>

namespace zp::gateway {
namespace {

constexpr std::size_t kBlock = FileWriter::kBlockBytes;
constexpr std::size_t kHeldBytes = 64 * kBlock;

}  // namespace

StreamedItem::StreamedItem(FileWriter file, std::string path)
    : file_(std::move(file)),
      path_(std::move(path)),
      held_(static_cast<std::uint8_t*>(std::aligned_alloc(kBlock, kHeldBytes))),
      written_(kBlock) {
  ZP_CHECK(held_ != nullptr);
}

Result<StreamedItem> StreamedItem::create(const std::string& path, unsigned mode) {
  TRY_ASSIGN(FileWriter file, FileWriter::create_direct(path, mode));
  return StreamedItem(std::move(file), path);
}

Result<void> StreamedItem::append(ByteView bytes) {
  bytes_ += bytes.size();
  return write(bytes);
}

Result<void> StreamedItem::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ByteView part = bytes.first(std::min(bytes.size(), kHeldBytes - held_bytes_));
    std::memcpy(held_.get() + held_bytes_, part.data(), part.size());
    held_bytes_ += part.size();
    bytes = bytes.subspan(part.size());
    if (held_bytes_ == kHeldBytes) TRY_DO(write_held());
  }
  return {};
}

Result<void> StreamedItem::write_held() {
  const std::size_t blocks = (held_bytes_ + kBlock - 1) / kBlock;
  std::memset(held_.get() + held_bytes_, 0, blocks * kBlock - held_bytes_);
  TRY_DO(file_.write_at(written_, {held_.get(), blocks * kBlock}));
  written_ += blocks * kBlock;
  held_bytes_ = 0;
  return {};
}

Result<void> StreamedItem::copy_to(FileWriter& file) const {
  TRY_ASSIGN(const Bytes written, read_file(path_, written_));
  if (!written.empty()) TRY_DO(file.append(ByteView(written).subspan(kBlock)));
  return file.append({held_.get(), held_bytes_});
}

Result<void> StreamedItem::finish(const Id& id, const std::string& first, const std::vector<PackedFile>& others) {
  IndexedItem item{id, {{first, bytes_}}};
  for (const PackedFile& file : others) {
    item.files.push_back({file.name, file.bytes.size()});
    TRY_DO(write(file.bytes));
  }
  TRY_DO(write_held());
  TRY_ASSIGN(const Bytes head, bundle_head({item}, kBlock));
  std::memcpy(held_.get(), head.data(), kBlock);
  TRY_DO(file_.write_at(0, {held_.get(), kBlock}));
  return file_.close_synced();
}

}  // namespace zp::gateway
