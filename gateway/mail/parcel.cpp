#include "gateway/mail/parcel.h"

namespace zp::gateway {
namespace {

// What each session may hold in memory. Above it the disk's work for the content outweighs that for a file of its own.
constexpr std::size_t kSmallBytes = 128 * 1024;

Bytes copied(std::string_view text) { return Bytes(text.begin(), text.end()); }

Result<void> write(const std::string& path, ByteView bytes) {
  TRY_ASSIGN(auto file, FileWriter::create(path));
  TRY_DO(file.append(bytes));
  return file.close();
}

}  // namespace

Parcel::~Parcel() {
  if (!folder_.empty()) tray_.discard(id_);
}

Result<void> Parcel::begin_folder() {
  TRY_ASSIGN(folder_, tray_.begin(id_));
  TRY_ASSIGN(file_, FileWriter::create(folder_ + "/" + object_));
  return {};
}

Result<void> Parcel::append(ByteView sealed) {
  if (file_) return file_->append(sealed);
  if (!streamed_ && small_.size() + sealed.size() <= kSmallBytes) {
    small_.insert(small_.end(), sealed.begin(), sealed.end());
    return {};
  }
  if (!streamed_) {
    TRY_ASSIGN(streamed_, tray_.begin_streamed());
    TRY_DO(streamed_->append(small_));
    small_ = {};
  }
  if (streamed_->bytes() + sealed.size() <= kMaxStreamedBytes) return streamed_->append(sealed);
  TRY_DO(begin_folder());
  TRY_DO(streamed_->copy_to(*file_));
  streamed_.reset();
  return file_->append(sealed);
}

Result<void> Parcel::publish(Bytes manifest, const std::string& item_json) {
  if (!file_) {
    std::vector<PackedFile> files{{"manifest", std::move(manifest)}, {"item.json", copied(item_json)}};
    if (streamed_) return tray_.publish_streamed(id_, std::move(*streamed_), object_, files);
    files.insert(files.begin(), PackedFile{object_, std::move(small_)});
    return bundler_.publish({id_, std::move(files)});
  }
  TRY_DO(file_->close());
  TRY_DO(write(folder_ + "/manifest", manifest));
  TRY_DO(write(folder_ + "/item.json", as_bytes(item_json)));
  TRY_DO(tray_.publish(id_, folder_));
  folder_.clear();
  return {};
}

}  // namespace zp::gateway
