#include "gateway/mail/mail_tray.h"

#include <fmt/format.h>

#include "crypto/hash.h"
#include "crypto/object.h"
#include "crypto/reference.h"
#include "gateway/process/process.h"
#include "gateway/store/files.h"
#include "intake/submission.h"

namespace zp::gateway {
namespace {

class TrayMailWriter : public MailWriter {
 public:
  TrayMailWriter(const Tray& tray, std::string folder, crypto::FreshKey key, FileWriter file,
                 intake::SubmissionManifest manifest)
      : tray_(tray),
        folder_(std::move(folder)),
        key_(std::move(key)),
        file_(std::move(file)),
        writer_(key_.key, {manifest.id, manifest.files.front().object, 0},
                [this](ByteView sealed) { return file_.append(sealed); }),
        manifest_(std::move(manifest)) {}
  TrayMailWriter(const TrayMailWriter&) = delete;
  TrayMailWriter& operator=(const TrayMailWriter&) = delete;
  ~TrayMailWriter() override {
    if (!published_) tray_.discard(manifest_.id);
  }

  Result<void> append(ByteView bytes) override {
    hash_.append(bytes);
    return writer_.append(bytes);
  }

  Result<void> accept() override {
    TRY_DO(writer_.finish());
    TRY_DO(file_.close());
    describe_file();
    const crypto::ObjectLabel label{manifest_.id, manifest_.id, 0};
    TRY_DO(write(folder_ + "/manifest", crypto::seal_bytes(key_.key, label, as_bytes(manifest_.json()))));
    TrayItem item;
    item.kind = manifest_.channel;
    item.accepted_ms = manifest_.received_ms;
    item.sealed_keys = {key_.sealed.openpgp};
    TRY_DO(write(folder_ + "/item.json", as_bytes(item.json())));
    TRY_DO(tray_.publish(manifest_.id, folder_));
    published_ = true;
    log(Level::kInfo, "kept",
        {{"channel", manifest_.channel}, {"item", manifest_.id.hex()}, {"bytes", manifest_.files[0].size}});
    return {};
  }

 private:
  void describe_file() {
    intake::ReceivedFile& file = manifest_.files[0];
    file.size = writer_.plaintext_bytes();
    file.sha256 = to_hex(hash_.finish());
    file.key_of_part = {0};
    file.received_ms = manifest_.received_ms = now_ms();  // the last byte: that is when it reached us
  }

  static Result<void> write(const std::string& path, ByteView bytes) {
    TRY_ASSIGN(auto file, FileWriter::create(path));
    TRY_DO(file.append(bytes));
    return file.close();
  }

  const Tray& tray_;
  std::string folder_;
  crypto::FreshKey key_;
  FileWriter file_;
  crypto::ObjectWriter writer_;
  crypto::Sha256 hash_;
  intake::SubmissionManifest manifest_;
  bool published_ = false;
};

}  // namespace

Result<std::unique_ptr<MailWriter>> MailTray::begin(const MailEnvelope& envelope) {
  intake::SubmissionManifest manifest;
  manifest.id = Id::random();
  manifest.channel = "mail";
  manifest.envelope_from = envelope.from;
  manifest.envelope_to = envelope.to;
  manifest.fetched = envelope.fetched;
  return begin(std::move(manifest), "bericht.eml", "message/rfc822");
}

Result<std::unique_ptr<MailWriter>> MailTray::begin_scan(const Id& id, const std::string& file_name) {
  intake::SubmissionManifest manifest;
  manifest.id = id;
  manifest.channel = "scan";
  tray_.discard(id);  // of a try that a crash cut short; nobody else gives an item this name
  return begin(std::move(manifest), intake::clean_file_name(file_name), "application/pdf");
}

Result<std::unique_ptr<MailWriter>> MailTray::begin(intake::SubmissionManifest manifest, std::string file_name,
                                                    const char* type) {
  TRY_DO(tray_.check_space());
  TRY_ASSIGN(auto key, keymaker_.fresh_key());
  manifest.reference = crypto::random_reference();
  manifest.files.resize(1);
  manifest.files[0].object = Id::random();
  manifest.files[0].name = std::move(file_name);
  manifest.files[0].declared_type = type;
  TRY_ASSIGN(const auto folder, tray_.begin(manifest.id));
  auto file = FileWriter::create(fmt::format("{}/{}.0", folder, manifest.files[0].object.hex()));
  if (!file) {
    tray_.discard(manifest.id);
    return std::unexpected(file.error());
  }
  return std::make_unique<TrayMailWriter>(tray_, folder, std::move(key), std::move(*file), std::move(manifest));
}

}  // namespace zp::gateway
