// Archives made for tests, with libarchive.
#ifndef TESTS_INTEGRATION_CELLS_SMALL_ZIP_H_
#define TESTS_INTEGRATION_CELLS_SMALL_ZIP_H_

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <utility>
#include <vector>

namespace zp::test {

using NamedFiles = std::vector<std::pair<std::string, std::string>>;

/// `password`: not empty locks all files.
inline std::string packed(const NamedFiles& files, int (*format)(archive*) = archive_write_set_format_zip,
                          const std::string& password = {}) {
  std::size_t room = 1 << 20;
  for (const auto& [name, content] : files) room += content.size() + name.size() + 1024;
  std::string out(room, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  format(writer);
  if (!password.empty()) {
    archive_write_set_options(writer, "zip:encryption=traditional");
    archive_write_set_passphrase(writer, password.c_str());
  }
  // OpenDocument wants its first file so, for others to recognise it (ODF 1.2 part 3, 3.3).
  if (files.front().first == "mimetype") archive_write_set_options(writer, "zip:compression=store");
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname_utf8(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace zp::test

#endif  // TESTS_INTEGRATION_CELLS_SMALL_ZIP_H_
