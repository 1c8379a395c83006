#include "intake/cell/compound_file.h"

#include <algorithm>

namespace zp::intake::cell {
namespace {

constexpr std::size_t kHeader = 512, kEntryBytes = 128, kMiniSector = 64;
constexpr std::size_t kFirstTableSectors = 109;     // listed in the header itself
constexpr std::uint32_t kLastRegular = 0xFFFFFFFA;  // from here on numbers mean an end or nothing
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
constexpr std::size_t kMostEntries = 20'000;

std::uint64_t number_at(ByteView bytes, std::size_t at, int size) {
  std::uint64_t value = 0;
  for (int i = size; i-- > 0;)
    value =
        value << 8 | (at + static_cast<std::size_t>(i) < bytes.size() ? bytes[at + static_cast<std::size_t>(i)] : 0);
  return value;
}

std::uint32_t u32(ByteView bytes, std::size_t at) { return static_cast<std::uint32_t>(number_at(bytes, at, 4)); }

void append_numbers(ByteView bytes, std::vector<std::uint32_t>& into) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) into.push_back(u32(bytes, at));
}

CompoundFile::Entry entry_of(ByteView bytes) {
  CompoundFile::Entry entry;
  const auto length = std::min<std::size_t>(number_at(bytes, 0x40, 2), 64);
  for (std::size_t i = 0; i + 2 < length + 1 && i + 2 <= 64; i += 2) {
    const auto unit = number_at(bytes, i, 2);
    if (unit == 0) break;
    entry.name += unit >= 0x20 && unit < 0x7F ? static_cast<char>(unit) : '?';
  }
  const auto type = bytes[0x42];
  entry.is_storage = type == 1 || type == 5;
  entry.left = u32(bytes, 0x44);
  entry.right = u32(bytes, 0x48);
  entry.child = u32(bytes, 0x4C);
  entry.start = u32(bytes, 0x74);
  entry.size = number_at(bytes, 0x78, 8);
  return entry;
}

}  // namespace

CompoundFile::CompoundFile(ByteView untrusted_file) : file_(untrusted_file) {
  const auto shift = number_at(file_, 0x1E, 2);
  if (file_.size() < kHeader || (shift != 9 && shift != 12)) {
    damaged_ = true;
    return;
  }
  sector_size_ = std::size_t{1} << shift;
  mini_cutoff_ = std::min<std::uint32_t>(u32(file_, 0x38), 4096);
  read_table();
  read_directory(u32(file_, 0x30));
  append_numbers(chain(u32(file_, 0x3C), kMostBytes), mini_next_);
  if (!entries_.empty()) mini_stream_ = chain(entries_.front().start, std::min(entries_.front().size, kMostBytes));
}

ByteView CompoundFile::sector(std::uint32_t number) const {
  const std::uint64_t at = (std::uint64_t{number} + 1) * sector_size_;
  if (number >= kLastRegular || at >= file_.size()) return {};
  return file_.subspan(at, std::min<std::size_t>(sector_size_, file_.size() - at));
}

/// The table says for each sector which one follows; its own sectors are listed in the header and, for files over 7 MB,
/// in a chain behind it.
void CompoundFile::read_table() {
  const std::size_t all = file_.size() / sector_size_ + 1;
  std::vector<std::uint32_t> own;
  append_numbers(file_.subspan(0x4C, kFirstTableSectors * 4), own);
  std::uint32_t more = u32(file_, 0x44);
  for (std::size_t hops = 0; hops < all && more < kLastRegular; ++hops) {
    std::vector<std::uint32_t> listed;
    append_numbers(sector(more), listed);
    if (listed.empty()) break;
    more = listed.back();
    own.insert(own.end(), listed.begin(), listed.end() - 1);
  }
  for (const std::uint32_t number : own) {
    if (number < kLastRegular && next_.size() < all) append_numbers(sector(number), next_);
  }
}

Bytes CompoundFile::chain(std::uint32_t first, std::uint64_t most) const {
  Bytes bytes;
  std::uint32_t at = first;
  for (std::size_t hops = 0; hops <= next_.size() && at < kLastRegular && bytes.size() < most; ++hops) {
    const ByteView part = sector(at);
    if (part.empty()) break;
    bytes.insert(bytes.end(), part.begin(), part.end());
    at = at < next_.size() ? next_[at] : kLastRegular;
  }
  if (bytes.size() > most) bytes.resize(most);
  return bytes;
}

void CompoundFile::read_directory(std::uint32_t first) {
  const Bytes bytes = chain(first, kMostEntries * kEntryBytes);
  for (std::size_t at = 0; at + kEntryBytes <= bytes.size(); at += kEntryBytes)
    entries_.push_back(entry_of(ByteView(bytes).subspan(at, kEntryBytes)));
  damaged_ = entries_.empty() || !entries_.front().is_storage;
}

std::vector<const CompoundFile::Entry*> CompoundFile::children(const Entry& storage) const {
  std::vector<const Entry*> found;
  std::vector<bool> met(entries_.size());
  std::vector<std::uint32_t> to_visit = {storage.child};
  while (!to_visit.empty()) {
    const std::uint32_t number = to_visit.back();
    to_visit.pop_back();
    if (number >= entries_.size() || met[number]) continue;
    met[number] = true;
    found.push_back(&entries_[number]);
    to_visit.push_back(entries_[number].left);
    to_visit.push_back(entries_[number].right);
  }
  std::ranges::sort(found, {}, [](const Entry* entry) { return entry->name; });
  return found;
}

Bytes CompoundFile::content(const Entry& stream) const {
  const std::uint64_t size = std::min(stream.size, kMostBytes);
  if (size >= mini_cutoff_) return chain(stream.start, size);
  Bytes bytes;
  std::uint32_t at = stream.start;
  for (std::size_t hops = 0; hops <= mini_next_.size() && at < kLastRegular && bytes.size() < size; ++hops) {
    const std::size_t begin = std::size_t{at} * kMiniSector;
    if (begin >= mini_stream_.size()) break;
    const auto part = ByteView(mini_stream_).subspan(begin, std::min(kMiniSector, mini_stream_.size() - begin));
    bytes.insert(bytes.end(), part.begin(), part.end());
    at = at < mini_next_.size() ? mini_next_[at] : kLastRegular;
  }
  if (bytes.size() > size) bytes.resize(size);
  return bytes;
}

}  // namespace zp::intake::cell
