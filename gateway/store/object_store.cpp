#include "gateway/store/object_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

constexpr std::size_t kCopyBytes = 256 * 1024;
constexpr auto kAsideKept = std::chrono::hours(24);  // far longer than one put takes

/// Whether two files hold the same bytes.
Result<bool> same_content(const std::string& one, const std::string& other) {
  TRY_ASSIGN(FileReader first, FileReader::open(one));
  TRY_ASSIGN(FileReader second, FileReader::open(other));
  if (first.size() != second.size()) return false;
  Bytes left(kCopyBytes), right(kCopyBytes);
  while (true) {
    TRY_ASSIGN(const std::size_t got_left, first.read(left));
    TRY_ASSIGN(const std::size_t got_right, second.read(right));
    if (!std::ranges::equal(ByteView(left).first(got_left), ByteView(right).first(got_right))) return false;
    if (got_left < kCopyBytes) return true;
  }
}

Result<void> copy_file(const std::string& from, const std::string& to) {
  TRY_ASSIGN(FileReader reader, FileReader::open(from));
  TRY_ASSIGN(FileWriter writer, FileWriter::create(to));
  Bytes buffer(kCopyBytes);
  while (true) {
    TRY_ASSIGN(const std::size_t got, reader.read(buffer));
    TRY_DO(writer.append(ByteView(buffer).first(got)));
    if (got < buffer.size()) break;
  }
  return writer.close_synced();
}

/// A file that another user owns is copied, not moved: that user may still hold it open for writing.
bool may_move(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && info.st_uid == ::geteuid() && info.st_nlink == 1;
}

class FolderObjects final : public ObjectStore {
 public:
  explicit FolderObjects(std::string folder) : folder_(std::move(folder)) {}

  Result<void> put_file(const Id& object, std::uint32_t part, const std::string& path) override {
    TRY_DO(make_folder(shard(object)));
    const std::string target = name(object, part);
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT && ::access(target.c_str(), F_OK) == 0)
      return sync_folder(shard(object));  // the first try moved it and was cut off before it could say so
    if (may_move(path)) {
      if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0)
        return sync_folder(shard(object));
      if (errno == EEXIST) return settle(path, target);
      if (errno != EXDEV) return fail_errno("store object", object.hex());
    }
    const std::string aside = aside_name();
    TRY_DO(copy_file(path, aside));
    return publish(aside, object, part);
  }

  Result<void> put_bytes(const Id& object, std::uint32_t part, ByteView sealed) override {
    TRY_DO(make_folder(shard(object)));
    const std::string aside = aside_name();
    TRY_ASSIGN(FileWriter writer, FileWriter::create(aside));
    TRY_DO(writer.append(sealed));
    TRY_DO(writer.close_synced());
    return publish(aside, object, part);
  }

  Result<crypto::ByteSource> get(const Id& object, std::uint32_t part) override {
    TRY_ASSIGN(FileReader opened, FileReader::open(name(object, part)));
    auto reader = std::make_shared<FileReader>(std::move(opened));
    return [reader](std::span<std::uint8_t> buffer) { return reader->read(buffer); };
  }

  Result<void> remove(const Id& object, std::uint32_t parts) override {
    for (std::uint32_t part = 0; part < parts; ++part) {
      const std::string path = name(object, part);
      if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno("remove object", object.hex());
    }
    if (::access(shard(object).c_str(), F_OK) != 0) return {};
    return sync_folder(shard(object));
  }

 private:
  std::string shard(const Id& object) const { return folder_ + "/" + object.hex().substr(0, 2); }
  std::string name(const Id& object, std::uint32_t part) const {
    return shard(object) + "/" + object.hex() + "." + std::to_string(part);
  }
  std::string aside_name() const { return folder_ + "/aside/" + Id::random().hex(); }

  /// Gives the finished file its name, or finds that an earlier try did.
  Result<void> publish(const std::string& aside, const Id& object, std::uint32_t part) {
    const std::string target = name(object, part);
    if (::renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0)
      return sync_folder(shard(object));
    const int reason = errno;
    if (reason == EEXIST) {
      auto settled = settle(aside, target);
      ::unlink(aside.c_str());
      return settled;
    }
    ::unlink(aside.c_str());
    errno = reason;
    return fail_errno("store object", object.hex());
  }

  Result<void> settle(const std::string& again, const std::string& target) {
    TRY_ASSIGN(const bool same, same_content(again, target));
    if (!same) return fail(Code::kConflict, "store object: another one has this name", target);
    return sync_folder(target.substr(0, target.find_last_of('/')));
  }

  std::string folder_;
};

/// What a crash left half-written. Errors do not matter: the next opening tries again.
void sweep(const std::string& aside) {
  const auto oldest = std::filesystem::file_time_type::clock::now() - kAsideKept;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(aside, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const auto written = entry->last_write_time(gone);
    if (!gone && written < oldest) std::filesystem::remove(entry->path(), gone);
  }
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_folder_objects(const std::string& folder) {
  TRY_DO(make_folder(folder));
  TRY_DO(make_folder(folder + "/aside"));
  sweep(folder + "/aside");
  return std::make_unique<FolderObjects>(folder);
}

}  // namespace zp::gateway
