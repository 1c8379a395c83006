// intake/cell/compound_file.h - the streams of an OLE compound file (MS-CFB): the box of MSG, DOC, XLS and locked office
// documents.
//
// Written here because the one library for it, libgsf, brings GObject input streams and an XML writer for a format of
// a few pages. Bounded by the input: chains are never longer than the file, and each directory entry is met once.
// Threads: const after construction. Never fails: what is damaged is not there.
#ifndef INTAKE_CELL_COMPOUND_FILE_H_
#define INTAKE_CELL_COMPOUND_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

class CompoundFile {
 public:
  struct Entry {
    std::string name;  // ASCII; anything else as '?'
    bool is_storage = false;
    std::uint32_t left = 0, right = 0, child = 0, start = 0;
    std::uint64_t size = 0;
  };

  /// `untrusted_file` must outlive it.
  explicit CompoundFile(ByteView untrusted_file);

  bool damaged() const { return damaged_; }
  /// What a storage holds; the root is entry 0.
  std::vector<const Entry*> children(const Entry& storage) const;
  const Entry* root() const { return entries_.empty() ? nullptr : &entries_.front(); }
  /// As far as it is there.
  Bytes content(const Entry& stream) const;

 private:
  ByteView sector(std::uint32_t number) const;
  Bytes chain(std::uint32_t first, std::uint64_t most) const;
  void read_table();
  void read_directory(std::uint32_t first);

  ByteView file_;
  std::size_t sector_size_ = 512;
  std::uint32_t mini_cutoff_ = 4096;
  std::vector<std::uint32_t> next_, mini_next_;  // allocation tables
  std::vector<Entry> entries_;
  Bytes mini_stream_;
  bool damaged_ = false;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_COMPOUND_FILE_H_
