// intake/cell/archive.h - files packed in a ZIP, 7z, tar or gzip. Home of libarchive.
//
// Bounded in number and in bytes, whatever the archive claims: what it unpacks to counts, not what it says.
// Threads: one. Never fails: what could not be unpacked is told.
#ifndef INTAKE_CELL_ARCHIVE_H_
#define INTAKE_CELL_ARCHIVE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

struct ArchivedFile {
  std::string name;  // as written, with its folders; may be empty
  Bytes content;
};

struct Archive {
  std::vector<ArchivedFile> files;
  bool damaged = false;   // cut or inconsistent: what stood before the damage is here
  bool locked = false;    // something in it has a password
  bool too_many = false;  // more files than are unpacked
  bool too_large = false;
};

struct ArchiveLimits {
  std::size_t files = 100;
  std::size_t entries = 20'000;                // looked at, wanted or not
  std::size_t bytes = std::size_t{128} << 20;  // of all files together
};

/// Before cells are forked: what libarchive loads at first use.
void prepare_archives();

/// `wanted` says by its name whether a file is unpacked.
Archive read_archive(ByteView untrusted_archive, const ArchiveLimits& limits,
                     const std::function<bool(std::string_view)>& wanted);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_ARCHIVE_H_
