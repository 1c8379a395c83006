#include "gateway/worker/zip_writer.h"

#include <archive.h>
#include <archive_entry.h>

namespace zp::gateway {
namespace {

struct Freer {
  void operator()(archive* writer) const noexcept { archive_write_free(writer); }
  void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};

}  // namespace

struct ZipWriter::Impl {
  explicit Impl(const crypto::ByteSink& into) : sink(into), writer(archive_write_new()) {}
  /// What was not finished is never completed: freeing the writer still ends the entry, which goes nowhere. libarchive 3.6
  /// leaks the entry's deflate state when it is told to fail instead.
  ~Impl() {
    if (!finished) goes_nowhere = true;
  }

  static la_ssize_t write(archive*, void* self, const void* from, std::size_t size) {
    auto& impl = *static_cast<Impl*>(self);
    if (!impl.goes_nowhere) impl.passed = impl.sink(ByteView(static_cast<const std::uint8_t*>(from), size));
    if (!impl.passed) impl.goes_nowhere = true;
    return static_cast<la_ssize_t>(size);
  }
  /// Of the last step: `ok` is what libarchive says of it.
  Result<void> outcome(bool ok) const {
    if (!passed || ok) return passed;
    const char* const why = archive_error_string(writer.get());
    return fail(Code::kIo, "write ZIP", why ? why : "");
  }

  const crypto::ByteSink& sink;
  Result<void> passed;
  bool finished = false, goes_nowhere = false;
  std::unique_ptr<archive, Freer> writer;
};

ZipWriter::ZipWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter::~ZipWriter() = default;

Result<ZipWriter> ZipWriter::open(const crypto::ByteSink& sink) {
  auto impl = std::make_unique<Impl>(sink);
  archive* const writer = impl->writer.get();
  ZP_CHECK(writer != nullptr);
  if (archive_write_set_format_zip(writer) != ARCHIVE_OK ||
      archive_write_zip_set_compression_deflate(writer) != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(writer, 1) != ARCHIVE_OK ||
      archive_write_open(writer, impl.get(), nullptr, &Impl::write, nullptr) != ARCHIVE_OK)
    return std::unexpected(impl->outcome(false).error());
  return ZipWriter(std::move(impl));
}

Result<void> ZipWriter::begin(const std::string& name, std::uint64_t bytes, TimeMs time) {
  const std::unique_ptr<archive_entry, Freer> entry(archive_entry_new());
  ZP_CHECK(entry != nullptr);
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0640);
  archive_entry_set_mtime(entry.get(), time / 1000, 0);
  return impl_->outcome(archive_write_header(impl_->writer.get(), entry.get()) == ARCHIVE_OK);
}

Result<void> ZipWriter::append(ByteView bytes) {
  while (!bytes.empty()) {
    const la_ssize_t taken = archive_write_data(impl_->writer.get(), bytes.data(), bytes.size());
    TRY_DO(impl_->outcome(taken > 0));
    bytes = bytes.subspan(static_cast<std::size_t>(taken));
  }
  return {};
}

Result<void> ZipWriter::finish() {
  TRY_DO(impl_->outcome(archive_write_close(impl_->writer.get()) == ARCHIVE_OK));
  impl_->finished = true;
  return {};
}

}  // namespace zp::gateway
