#include "gateway/mail/mail_tray.h"

#include "crypto/object.h"
#include "crypto/reference.h"
#include "gateway/process/process.h"
#include "intake/submission.h"

namespace zp::gateway {
namespace {

class TrayMailWriter : public MailWriter {
 public:
  TrayMailWriter(std::unique_ptr<Parcel> parcel, crypto::FreshKey key, intake::SubmissionManifest manifest)
      : parcel_(std::move(parcel)),
        key_(std::move(key)),
        writer_(key_.key, {manifest.id, manifest.files.front().object, 0},
                [this](ByteView sealed) { return parcel_->append(sealed); }),
        manifest_(std::move(manifest)) {}

  Result<void> append(ByteView bytes) override { return writer_.append(bytes); }

  Result<void> accept() override {
    TRY_DO(writer_.finish());
    describe_file();
    const crypto::ObjectLabel label{manifest_.id, manifest_.id, 0};
    TrayItem item;
    item.kind = manifest_.channel;
    item.accepted_ms = manifest_.received_ms;
    item.sealed_keys = {key_.sealed.openpgp};
    TRY_DO(parcel_->publish(crypto::seal_bytes(key_.key, label, as_bytes(manifest_.json())), item.json()));
    log(Level::kInfo, "kept",
        {{"channel", manifest_.channel}, {"item", manifest_.id.hex()}, {"bytes", manifest_.files[0].size}});
    return {};
  }

 private:
  void describe_file() {
    intake::ReceivedFile& file = manifest_.files[0];
    file.size = writer_.plaintext_bytes();
    file.key_of_part = {0};
    file.received_ms = manifest_.received_ms = now_ms();  // the last byte: that is when it reached us
  }

  std::unique_ptr<Parcel> parcel_;
  crypto::FreshKey key_;
  crypto::ObjectWriter writer_;
  intake::SubmissionManifest manifest_;
};

void describe(intake::SubmissionManifest& manifest, std::string file_name, const char* type) {
  manifest.reference = crypto::random_reference();
  manifest.files.resize(1);
  manifest.files[0].object = Id::random();
  manifest.files[0].name = std::move(file_name);
  manifest.files[0].declared_type = type;
}

std::unique_ptr<Parcel> parcel_for(const intake::SubmissionManifest& manifest, const Tray& tray, Bundler& bundler) {
  return std::make_unique<Parcel>(tray, bundler, manifest.id, manifest.files[0].object.hex() + ".0");
}

}  // namespace

Result<std::unique_ptr<MailWriter>> MailTray::begin(const MailEnvelope& envelope) {
  intake::SubmissionManifest manifest;
  manifest.id = Id::random();
  manifest.channel = "mail";
  manifest.envelope_from = envelope.from;
  manifest.envelope_to = envelope.to;
  manifest.fetched = envelope.fetched;
  describe(manifest, "bericht.eml", "message/rfc822");
  TRY_DO(tray_.check_space());
  auto parcel = parcel_for(manifest, tray_, bundler_);
  return begin(std::move(parcel), std::move(manifest));
}

Result<std::unique_ptr<MailWriter>> MailTray::begin_scan(const Id& id, const std::string& file_name) {
  intake::SubmissionManifest manifest;
  manifest.id = id;
  manifest.channel = "scan";
  describe(manifest, intake::clean_file_name(file_name), "application/pdf");
  tray_.discard(id);  // of a try that a crash cut short; nobody else gives an item this name
  auto parcel = parcel_for(manifest, tray_, bundler_);
  TRY_DO(parcel->begin_folder());
  return begin(std::move(parcel), std::move(manifest));
}

Result<std::unique_ptr<MailWriter>> MailTray::begin(std::unique_ptr<Parcel> parcel,
                                                    intake::SubmissionManifest manifest) {
  TRY_ASSIGN(auto key, keys_.take());
  return std::make_unique<TrayMailWriter>(std::move(parcel), std::move(key), std::move(manifest));
}

}  // namespace zp::gateway
