// tests/unit/worker/mail_came_in.h - files a mail as the worker would, with a parser that says what the test says.
#ifndef TESTS_UNIT_WORKER_MAIL_CAME_IN_H_
#define TESTS_UNIT_WORKER_MAIL_CAME_IN_H_

#include <fstream>

#include "crypto/hash.h"
#include "gateway/casework/received_mail.h"
#include "gateway/worker/mail_filing.h"
#include "tests/unit/worker/worker_desk.h"

namespace zp::gateway::test {

class OneMail final : public intake::Inspector {
 public:
  explicit OneMail(intake::ParsedMail mail) : mail_(std::move(mail)) {}
  Result<intake::Inspection> inspect(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "inspect");
  }
  Result<intake::ParsedMail> parse_mail(ByteView, const intake::InspectionRequest&) override { return mail_; }
  Result<intake::ScanBatch> split_scan(ByteView) override { return fail(Code::kUnavailable, "split scan"); }

 private:
  intake::ParsedMail mail_;
};

struct CameIn {
  Id dossier, submission;
};

struct Item {
  intake::SubmissionManifest manifest;
  OpenedKeys keys;
};

/// One file in `folder`, sealed as the door does it.
inline Item item_in(const std::string& folder, const char* channel, TimeMs now, const std::string& raw) {
  Item item;
  item.manifest.id = Id::random();
  item.manifest.reference = crypto::random_reference();
  item.manifest.channel = channel;
  item.manifest.received_ms = now;
  item.keys.keys.push_back(crypto::DataKey::generate());
  item.keys.sealed.push_back({1});
  intake::ReceivedFile file;
  file.object = Id::random();
  file.size = raw.size();
  file.key_of_part = {0};
  const Bytes sealed = crypto::seal_bytes(item.keys.keys.front(), {item.manifest.id, file.object, 0}, as_bytes(raw));
  std::ofstream(folder + "/" + file.object.hex() + ".0", std::ios::binary)
      .write(reinterpret_cast<const char*>(sealed.data()), static_cast<std::streamsize>(sealed.size()));
  item.manifest.files.push_back(std::move(file));
  return item;
}

inline CameIn mail_came_in(const Tools& worker, const std::string& folder, intake::ParsedMail mail,
                           const std::string& raw) {
  auto [manifest, keys] = item_in(folder, "mail", worker.office.now(), raw);
  manifest.envelope_from = mail.from_address;
  const Id submission = manifest.id;
  mail.texts = {{mail.text, {}}};
  OneMail inspector(std::move(mail));
  Tools tools{worker.office,   worker.casework, inspector,          worker.clamd, worker.smtp,
              worker.messages, worker.seal,     worker.time_stamps, {},           {}};
  auto filing = prepare_mail(tools, folder, std::move(manifest), std::move(keys));
  EXPECT_TRUE(filing) << filing.error().message();
  auto dossier = file_delivery(tools, folder, std::move(*filing));
  EXPECT_TRUE(dossier) << dossier.error().message();
  return {*dossier, submission};
}

}  // namespace zp::gateway::test

#endif  // TESTS_UNIT_WORKER_MAIL_CAME_IN_H_
