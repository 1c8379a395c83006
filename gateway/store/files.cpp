#include "gateway/store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace zp::gateway {
namespace {

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::size_t> read_some(int fd, std::span<std::uint8_t> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = ::read(fd, buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read file");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

/// Fills `buffer` from `reader`, whose size was taken when it was opened.
Result<void> read_whole(FileReader& reader, std::span<std::uint8_t> buffer, const std::string& path) {
  TRY_ASSIGN(const std::size_t got, reader.read(buffer));
  if (got != buffer.size()) return fail(Code::kIo, "read file: it shrank meanwhile", path);
  return {};
}

}  // namespace

Result<void> write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail_errno("write file");
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

FileWriter::FileWriter(int fd, std::string path) noexcept : fd_(fd), path_(std::move(path)) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

Result<FileWriter> FileWriter::create(const std::string& path, unsigned mode) { return create(path, mode, 0); }

Result<FileWriter> FileWriter::create_direct(const std::string& path, unsigned mode) {
  auto direct = create(path, mode, O_DIRECT);
  if (direct || direct.error().sys_errno != EINVAL) return direct;
  ::unlink(path.c_str());  // Linux has made it by then
  return create(path, mode, 0);
}

Result<FileWriter> FileWriter::create(const std::string& path, unsigned mode, int flags) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (fd < 0) return fail_errno("create file", path);
  FileWriter writer(fd, path);
  // Apart, because the umask cuts what open() is given.
  if (mode != 0600 && ::fchmod(fd, mode) != 0) return fail_errno("set mode of file", path);
  return writer;
}

Result<void> FileWriter::append(ByteView bytes) {
  ZP_CHECK(fd_ >= 0);
  return write_all(fd_, bytes);
}

Result<void> FileWriter::write_at(std::uint64_t offset, ByteView bytes) {
  ZP_CHECK(fd_ >= 0);
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    // A disk with larger blocks than ours.
    if (wrote < 0 && errno == EINVAL && (::fcntl(fd_, F_GETFL) & O_DIRECT) && ::fcntl(fd_, F_SETFL, 0) == 0) continue;
    if (wrote < 0) return fail_errno("write file", path_);
    offset += static_cast<std::uint64_t>(wrote);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

crypto::ByteSink FileWriter::sink() {
  return [this](ByteView bytes) { return append(bytes); };
}

Result<void> FileWriter::close_synced() {
  ZP_CHECK(fd_ >= 0);
  if (::fdatasync(fd_) != 0) return fail_errno("sync file", path_);
  return close();
}

Result<void> FileWriter::close() {
  ZP_CHECK(fd_ >= 0);
  if (::close(std::exchange(fd_, -1)) != 0) {
    auto failure = fail_errno("close file", path_);
    ::unlink(path_.c_str());
    return failure;
  }
  return {};
}

FileReader::FileReader(int fd, std::uint64_t size) noexcept : fd_(fd), size_(size) {}

FileReader::FileReader(FileReader&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

FileReader& FileReader::operator=(FileReader&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}

FileReader::~FileReader() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FileReader> FileReader::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return fail_errno("open file", path);
  FileReader reader(fd, 0);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail_errno("open file", path);
  if (!S_ISREG(info.st_mode)) return fail(Code::kIo, "open file: not a regular file", path);
  reader.size_ = static_cast<std::uint64_t>(info.st_size);
  return reader;
}

Result<std::size_t> FileReader::read(std::span<std::uint8_t> buffer) {
  ZP_CHECK(fd_ >= 0);
  return read_some(fd_, buffer);
}

crypto::ByteSource FileReader::source() {
  return [this](std::span<std::uint8_t> buffer) { return read(buffer); };
}

Result<void> make_folder(const std::string& path, unsigned mode) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return fail(Code::kIo, "make folder: something else has this name", path);
  }
  const std::string parent = folder_of(path);
  if (parent != path) TRY_DO(make_folder(parent));
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return {};  // another process was faster
    return fail_errno("make folder", path);
  }
  // Apart, because the umask cuts what mkdir() is given.
  if (::chmod(path.c_str(), mode) != 0) return fail_errno("set mode of folder", path);
  return sync_folder(parent);
}

Result<void> sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail_errno("open folder", path);
  const int outcome = ::fsync(fd);
  const int reason = errno;
  ::close(fd);
  errno = reason;
  if (outcome != 0) return fail_errno("sync folder", path);
  return {};
}

Result<Bytes> read_file(const std::string& path, std::size_t limit) {
  TRY_ASSIGN(FileReader reader, FileReader::open(path));
  if (reader.size() > limit) return fail(Code::kTooLarge, "read file", path);
  Bytes bytes(static_cast<std::size_t>(reader.size()));
  TRY_DO(read_whole(reader, bytes, path));
  return bytes;
}

Result<SecretBytes> read_secret_file(const std::string& path, std::size_t limit) {
  TRY_ASSIGN(FileReader reader, FileReader::open(path));
  if (reader.size() > limit) return fail(Code::kTooLarge, "read file", path);
  SecretBytes bytes(static_cast<std::size_t>(reader.size()));
  TRY_DO(read_whole(reader, bytes.mutable_view(), path));
  return bytes;
}

Result<void> replace_file(const std::string& path, ByteView bytes, unsigned mode) {
  const std::string folder = folder_of(path);
  const std::string aside = folder + "/." + Id::random().hex() + ".aside";
  TRY_ASSIGN(FileWriter writer, FileWriter::create(aside));
  TRY_DO(writer.append(bytes));
  if (::chmod(aside.c_str(), mode) != 0) return fail_errno("set mode of file", aside);
  TRY_DO(writer.close_synced());
  if (::rename(aside.c_str(), path.c_str()) != 0) {
    auto failure = fail_errno("replace file", path);
    ::unlink(aside.c_str());
    return failure;
  }
  return sync_folder(folder);
}

Result<void> overwrite_file(const std::string& path, ByteView bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return fail_errno("open file", path);
  Result<void> written = write_all(fd, bytes);
  if (written && ::ftruncate(fd, static_cast<off_t>(bytes.size())) != 0) written = fail_errno("cut file", path);
  if (written && ::fdatasync(fd) != 0) written = fail_errno("sync file", path);
  if (::close(fd) != 0 && written) written = fail_errno("close file", path);
  return written;
}

Result<std::uint64_t> free_bytes(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return fail_errno("ask for free space", folder);
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return fail(Code::kIo, "remove folder", path, error.value());
  return {};
}

}  // namespace zp::gateway
