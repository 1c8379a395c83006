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
  TrayMailWriter(const Tray& tray, const Id& id, const Id& object, std::string folder, crypto::FreshKey key,
                 FileWriter file, const MailEnvelope& envelope)
      : tray_(tray),
        folder_(std::move(folder)),
        key_(std::move(key)),
        file_(std::move(file)),
        writer_(key_.key, {id, object, 0}, [this](ByteView sealed) { return file_.append(sealed); }) {
    manifest_.id = id;
    manifest_.channel = "mail";
    manifest_.reference = crypto::random_reference();
    manifest_.envelope_from = envelope.from;
    manifest_.envelope_to = envelope.to;
    manifest_.fetched = envelope.fetched;
    manifest_.received_ms = now_ms();
    manifest_.files.resize(1);
    manifest_.files[0].object = object;
  }
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
    describe_message();
    const crypto::ObjectLabel label{manifest_.id, manifest_.id, 0};
    TRY_DO(write(folder_ + "/manifest", crypto::seal_bytes(key_.key, label, as_bytes(manifest_.json()))));
    TrayItem item;
    item.kind = "mail";
    item.accepted_ms = manifest_.received_ms;
    item.sealed_keys = {key_.sealed.openpgp};
    TRY_DO(write(folder_ + "/item.json", as_bytes(item.json())));
    TRY_DO(tray_.publish(manifest_.id, folder_));
    published_ = true;
    log(Level::kInfo, "mail kept", {{"item", manifest_.id.hex()}, {"bytes", manifest_.files[0].size}});
    return {};
  }

 private:
  void describe_message() {
    intake::ReceivedFile& file = manifest_.files[0];
    file.name = "bericht.eml";
    file.declared_type = "message/rfc822";
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
  TRY_DO(tray_.check_space());
  TRY_ASSIGN(auto key, keymaker_.fresh_key());
  const Id id = Id::random();
  const Id object = Id::random();
  TRY_ASSIGN(const auto folder, tray_.begin(id));
  auto file = FileWriter::create(fmt::format("{}/{}.0", folder, object.hex()));
  if (!file) {
    tray_.discard(id);
    return std::unexpected(file.error());
  }
  return std::make_unique<TrayMailWriter>(tray_, id, object, folder, std::move(key), std::move(*file), envelope);
}

}  // namespace zp::gateway
