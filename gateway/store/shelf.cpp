#include "gateway/store/shelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "crypto/hash.h"
#include "gateway/store/files.h"

namespace zp::gateway {
namespace {

// The inner zone owns the shelf; the door reads it through the shelf's group.
constexpr unsigned kFolderMode = 02750, kFileMode = 0640;
constexpr std::size_t kMaxEnvelope = 16 * 1024, kMaxStatus = 64, kMaxWebKey = 1024 * 1024;
constexpr std::size_t kMaxSealed = 256 * 1024 * 1024;  // a reply of many pages with room to spare

Result<void> put(const std::string& path, ByteView bytes) {
  TRY_ASSIGN(FileWriter writer, FileWriter::create(path));
  TRY_DO(writer.append(bytes));
  if (::chmod(path.c_str(), kFileMode) != 0) return fail_errno("set mode of file", path);
  return writer.close_synced();
}

/// Gives `prepared` the name `target`; what was there before goes out in the same moment.
Result<void> swap_in(const std::string& prepared, const std::string& target) {
  if (::renameat2(AT_FDCWD, prepared.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EEXIST) return fail_errno("publish message", target);
  if (::renameat2(AT_FDCWD, prepared.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0)
    return fail_errno("replace message", target);
  return {};
}

Id id_from(std::string_view label, std::initializer_list<ByteView> parts) {
  crypto::Sha256 hash;
  hash.append(as_bytes(label));
  for (const ByteView part : parts) hash.append(part);
  const crypto::Digest digest = hash.finish();
  Id id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

}  // namespace

Id shelf_id(const SecretBytes& link_secret) { return id_from("zegelpost shelf id v1", {link_secret.view()}); }

Id genuine_id(std::string_view reference, std::string_view code) {
  return id_from("zegelpost genuine letter v1", {as_bytes(reference), as_bytes(" "), as_bytes(code)});
}

Id genuine_id_of_file(ByteView sha256) { return id_from("zegelpost genuine file v1", {sha256}); }

Id web_key_id(std::string_view hash) { return id_from("zegelpost web key v1", {as_bytes(hash)}); }

Shelf::Shelf(std::string folder) : folder_(std::move(folder)) {}

Result<Shelf> Shelf::open(std::string folder) {
  TRY_DO(make_folder(folder, kFolderMode));
  TRY_DO(make_folder(folder + "/aside", 0700));
  for (const char* name : {"/messages", "/receipts", "/status", "/letters", "/webkeys"})
    TRY_DO(make_folder(folder + name, kFolderMode));
  return Shelf(std::move(folder));
}

Result<void> Shelf::publish_message(const Id& id, const Envelope& envelope, ByteView body,
                                    const std::vector<Bytes>& attachments) const {
  ZP_CHECK(envelope.attachments == attachments.size());
  const std::string aside = folder_ + "/aside/" + id.hex();
  TRY_DO(remove_tree(aside));  // of a try that was cut off
  TRY_DO(make_folder(aside, kFolderMode));
  TRY_DO(put(aside + "/envelope.json", as_bytes(envelope.json())));
  TRY_DO(put(aside + "/body", body));
  for (std::size_t n = 0; n < attachments.size(); ++n) TRY_DO(put(aside + "/att-" + std::to_string(n), attachments[n]));
  TRY_DO(sync_folder(aside));
  TRY_DO(swap_in(aside, folder_ + "/messages/" + id.hex()));
  TRY_DO(sync_folder(folder_ + "/messages"));
  TRY_DO(sync_folder(folder_ + "/aside"));
  return remove_tree(aside);
}

Result<void> Shelf::remove_message(const Id& id) const {
  const std::string path = folder_ + "/messages/" + id.hex();
  const std::string doomed = folder_ + "/aside/removed-" + id.hex();
  TRY_DO(remove_tree(doomed));
  if (::rename(path.c_str(), doomed.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno("remove message", path);
  }
  TRY_DO(sync_folder(folder_ + "/messages"));
  return remove_tree(doomed);
}

Result<std::vector<Id>> Shelf::messages() const {
  std::vector<Id> ids;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder_ + "/messages", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (const auto id = Id::parse(entry->path().filename().string())) ids.push_back(*id);
  if (error) return fail(Code::kIo, "list messages", folder_, error.value());
  return ids;
}

Result<void> Shelf::publish_receipt(const Id& submission, ByteView sealed) const {
  return replace_file(folder_ + "/receipts/" + submission.hex(), sealed, kFileMode);
}

Result<void> Shelf::publish_status(const Id& submission, std::string_view word) const {
  ZP_CHECK(!word.empty() && word.size() <= kMaxStatus);
  return replace_file(folder_ + "/status/" + submission.hex(), as_bytes(word), kFileMode);
}

Result<void> Shelf::publish_letter(const Id& id, std::string_view day) const {
  ZP_CHECK(!day.empty() && day.size() <= kMaxStatus);
  return replace_file(folder_ + "/letters/" + id.hex(), as_bytes(day), kFileMode);
}

Result<void> Shelf::remove_letter(const Id& id) const {
  const std::string path = folder_ + "/letters/" + id.hex();
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno("remove from shelf", path);
  return sync_folder(folder_ + "/letters");
}

Result<void> Shelf::publish_web_key(const Id& id, ByteView key) const {
  TRY_DO(replace_file(folder_ + "/webkeys/" + id.hex(), key, kFileMode));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/webkeys", error))
    if (entry.path().filename() != id.hex()) std::filesystem::remove(entry.path(), error);
  if (error) return fail(Code::kIo, "remove earlier web key", folder_, error.value());
  return {};
}

Result<void> Shelf::remove_submission(const Id& submission) const {
  for (const char* part : {"/receipts", "/status"}) {
    const std::string path = folder_ + part + "/" + submission.hex();
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno("remove from shelf", path);
    TRY_DO(sync_folder(folder_ + part));
  }
  return {};
}

Result<Envelope> Shelf::envelope(const Id& id) const {
  TRY_ASSIGN(const Bytes json, read_file(folder_ + "/messages/" + id.hex() + "/envelope.json", kMaxEnvelope));
  return Envelope::parse(as_text(json));
}

Result<Bytes> Shelf::body(const Id& id) const {
  return read_file(folder_ + "/messages/" + id.hex() + "/body", kMaxSealed);
}

Result<FileReader> Shelf::attachment(const Id& id, std::uint32_t number) const {
  return FileReader::open(folder_ + "/messages/" + id.hex() + "/att-" + std::to_string(number));
}

Result<Bytes> Shelf::receipt(const Id& submission) const {
  return read_file(folder_ + "/receipts/" + submission.hex(), kMaxSealed);
}

Result<std::string> Shelf::status(const Id& submission) const {
  TRY_ASSIGN(const Bytes word, read_file(folder_ + "/status/" + submission.hex(), kMaxStatus));
  return std::string(as_text(word));
}

Result<std::string> Shelf::letter_day(const Id& id) const {
  TRY_ASSIGN(const Bytes day, read_file(folder_ + "/letters/" + id.hex(), kMaxStatus));
  return std::string(as_text(day));
}

Result<Bytes> Shelf::web_key(const Id& id) const { return read_file(folder_ + "/webkeys/" + id.hex(), kMaxWebKey); }

}  // namespace zp::gateway
