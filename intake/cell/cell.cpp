#include "intake/cell/cell.h"

#include <malloc.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <vector>

#include "crypto/cms.h"
#include "intake/cell/archive.h"
#include "intake/cell/connection.h"
#include "intake/cell/form_registry.h"
#include "intake/cell/inspect.h"
#include "intake/cell/mail.h"
#include "intake/cell/office.h"
#include "intake/cell/page_looker.h"
#include "intake/cell/pdf_pages.h"
#include "intake/cell/scan_batch.h"
#include "intake/cell/signature_verdict.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kPiece = 16 << 20;

// One for each page that is looked at at once: the second makes use of a second core, more would cost 20 MB each.
constexpr std::size_t kPagesAtOnce = 2;

std::vector<vision::Engines>& engines() {
  static std::vector<vision::Engines> loaded;
  return loaded;
}

std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void serve_inspection(const Request& request, const Connection& connection) {
  const Findings findings = inspect(request, connection, engines());
  connection.frame(FrameKind::kFindings, dump(to_json(findings, true)));
}

void send_content(const Connection& connection, ByteView rest) {
  for (; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kPiece)))
    connection.frame(FrameKind::kMailPart, rest.first(std::min(rest.size(), kPiece)));
}

void serve_mail(const Request& request, const Connection& connection) {
  const Result<ParsedMail> mail = read_mail(request.document, signature_policy(request.options));
  if (!mail) {
    connection.frame(FrameKind::kMail, dump({{"refused", true}}));
    return;
  }
  Findings findings;
  findings.digital_signatures = mail->signatures;
  nlohmann::json parts = nlohmann::json::array();
  for (const MailPart& part : mail->parts) {
    parts.push_back({{"name", part.name},
                     {"type", part.type},
                     {"size", part.content.size()},
                     {"signatures", part.cover.signatures},
                     {"wrapping", part.wrapping}});
  }
  nlohmann::json texts = nlohmann::json::array();
  for (const MailText& one : mail->texts) texts.push_back({{"text", one.text}, {"signatures", one.cover.signatures}});
  nlohmann::json reports = nlohmann::json::array();
  for (const DeliveryReport& one : mail->reports)
    reports.push_back({{"action", one.action}, {"status", one.status}, {"diagnostic", one.diagnostic}});
  nlohmann::json authentication = nlohmann::json::array();
  for (const AuthenticationResult& one : mail->authentication)
    authentication.push_back(
        {{"server", one.server}, {"method", one.method}, {"result", one.result}, {"domain", one.domain}});
  connection.frame(FrameKind::kMail, dump({{"from_address", mail->from_address},
                                           {"from_name", mail->from_name},
                                           {"subject", mail->subject},
                                           {"message_id", mail->message_id},
                                           {"in_reply_to", mail->in_reply_to},
                                           {"date", mail->date},
                                           {"to", mail->to},
                                           {"automatic", mail->automatic},
                                           {"texts", std::move(texts)},
                                           {"encrypted", mail->encrypted},
                                           {"hazards", mail->hazards},
                                           {"reports", std::move(reports)},
                                           {"authentication", std::move(authentication)},
                                           {"findings", to_json(findings, true)},
                                           {"parts", std::move(parts)}}));
  for (const MailPart& part : mail->parts) send_content(connection, part.content);
}

void serve_scan(const Request& request, const Connection& connection) {
  const Result<ScanBatch> batch =
      split_batch(request.document, [&](int page, int pages) { connection.progress(page, pages); });
  if (!batch) {
    connection.frame(FrameKind::kScan, dump({{"refused", true}}));
    return;
  }
  nlohmann::json parts = nlohmann::json::array();
  for (const ScanPart& part : batch->parts)
    parts.push_back({{"reference", part.reference},
                     {"first_page", part.first_page},
                     {"last_page", part.last_page},
                     {"sheet", part.sheet.size()},
                     {"content", part.content.size()}});
  connection.frame(FrameKind::kScan, dump({{"pages", batch->pages}, {"parts", std::move(parts)}}));
  for (const ScanPart& part : batch->parts) {
    send_content(connection, part.sheet);
    send_content(connection, part.content);
  }
}

}  // namespace

Result<void> prepare(const std::string& forms, std::uint32_t cpu_seconds, std::string trust_anchors_pem) {
  allow_processor_time(std::chrono::seconds(cpu_seconds));
  ::tzset();
  cv::setNumThreads(0);  // no threads of OpenCV's own
  crypto::load_cms_algorithms();
  know_anchors(std::move(trust_anchors_pem));
  prepare_mail();
  prepare_poppler();
  prepare_archives();
  prepare_office();
  TRY_ASSIGN(std::vector<vision::FormPage> pages, load_forms(forms));
  const auto known = std::make_shared<const std::vector<vision::FormPage>>(std::move(pages));
  std::vector<vision::Engines> all;
  while (all.size() < kPagesAtOnce) {
    TRY_ASSIGN(vision::Engines loaded, vision::Engines::create());
    loaded.know(known);
    all.push_back(std::move(loaded));
  }
  // Not filled in place: it must be made after, so end before, the cache that Tesseract keeps.
  engines() = std::move(all);
  ::malloc_trim(0);  // what loading left free would be a part of every cell
  return {};
}

std::vector<std::string> readable_folders() {
  return {"/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/poppler",
          "/etc/fonts",       "/usr/share/fontconfig",  "/var/cache/fontconfig"};
}

void serve(int client, int broker) {
  Connection connection(client, broker);
  const Result<Request> request = connection.receive();
  if (!request) return;
  connection.report_time_limit();
  connection.progress(0, 0);
  switch (request->operation) {
    case Operation::kInspect:
      serve_inspection(*request, connection);
      break;
    case Operation::kParseMail:
      serve_mail(*request, connection);
      break;
    case Operation::kSplitScan:
      serve_scan(*request, connection);
      break;
  }
  connection.end();
}

}  // namespace zp::intake::cell
