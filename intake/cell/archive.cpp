#include "intake/cell/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>

namespace zp::intake::cell {
namespace {

struct ArchiveFreer {
  void operator()(archive* reader) const noexcept { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, ArchiveFreer>;

// No RAR: its readers have been broken too often. Raw is a single packed file, such as brief.pdf.gz.
Reader open_reader(ByteView bytes) {
  Reader reader(archive_read_new());
  if (!reader) return nullptr;
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_7zip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_raw(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return nullptr;
  return reader;
}

std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (!name) name = archive_entry_pathname(entry);
  return name ? name : "";
}

class Unpacker {
 public:
  Unpacker(ByteView bytes, const ArchiveLimits& limits, const std::function<bool(std::string_view)>& wanted)
      : reader_(open_reader(bytes)), limits_(limits), wanted_(wanted) {}

  Archive run() {
    result_.damaged = !reader_;
    while (reader_ && next_entry()) {
    }
    return std::move(result_);
  }

 private:
  bool next_entry() {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader_.get(), &entry);
    if (status == ARCHIVE_EOF) return false;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      result_.damaged = true;
      return status == ARCHIVE_RETRY;
    }
    if (++entries_ > limits_.entries) return stop(result_.too_many);
    if (archive_entry_is_encrypted(entry) != 0) result_.locked = true;
    // Links are nothing to look at, and a size that nobody wants is not unpacked either.
    if (archive_entry_filetype(entry) == AE_IFDIR || archive_entry_hardlink(entry) || archive_entry_symlink(entry))
      return true;
    std::string name = name_of(entry);
    if (!wanted_(name) || archive_entry_is_encrypted(entry) != 0) return true;
    if (result_.files.size() >= limits_.files) return stop(result_.too_many);
    return unpack(std::move(name));
  }

  bool unpack(std::string name) {
    Bytes content;
    std::array<std::uint8_t, 64 * 1024> piece;
    while (true) {
      const la_ssize_t read = archive_read_data(reader_.get(), piece.data(), piece.size());
      if (read < 0) result_.damaged = true;
      if (read <= 0) break;
      const auto size = static_cast<std::size_t>(read);
      if (total_ + size > limits_.bytes) return stop(result_.too_large);
      total_ += size;
      content.insert(content.end(), piece.begin(), piece.begin() + read);
    }
    result_.files.push_back({std::move(name), std::move(content)});
    return true;
  }

  static bool stop(bool& why) {
    why = true;
    return false;
  }

  Reader reader_;
  const ArchiveLimits& limits_;
  const std::function<bool(std::string_view)>& wanted_;
  Archive result_;
  std::size_t entries_ = 0, total_ = 0;
};

}  // namespace

void prepare_archives() {
  // An empty ZIP: names are converted with what is loaded here.
  static constexpr std::array<std::uint8_t, 22> kEmpty = {'P', 'K', 5, 6};
  read_archive(kEmpty, {}, [](std::string_view) { return true; });
}

Archive read_archive(ByteView untrusted_archive, const ArchiveLimits& limits,
                     const std::function<bool(std::string_view)>& wanted) {
  return Unpacker(untrusted_archive, limits, wanted).run();
}

}  // namespace zp::intake::cell
