// gateway/mail/mail_tray.h - a received message or scan becomes a sealed item in the incoming tray.
//
// The raw bytes are sealed as they stream in, under a key made for this message alone; the door can't open them again.
// Threads: may be shared; each writer belongs to one session.
#ifndef GATEWAY_MAIL_MAIL_TRAY_H_
#define GATEWAY_MAIL_MAIL_TRAY_H_

#include "gateway/ipc/keymaker.h"
#include "gateway/mail/lmtp_session.h"
#include "gateway/mail/parcel.h"
#include "gateway/mail/scan_folder.h"
#include "gateway/store/tray.h"
#include "intake/submission.h"

namespace zp::gateway {

class MailTray : public MailIntake, public ScanIntake {
 public:
  MailTray(Tray tray, KeymakerClient keymaker) : tray_(std::move(tray)), keys_(std::move(keymaker)) {}
  Result<void> check_space() override { return tray_.check_space(); }
  Result<std::unique_ptr<MailWriter>> begin(const MailEnvelope& envelope) override;
  Result<std::unique_ptr<MailWriter>> begin_scan(const Id& id, const std::string& file_name) override;

 private:
  Result<std::unique_ptr<MailWriter>> begin(std::unique_ptr<Parcel> parcel, intake::SubmissionManifest manifest);

  Tray tray_;
  Bundler bundler_{tray_};
  KeyStock keys_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_MAIL_TRAY_H_
