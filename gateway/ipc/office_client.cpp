#include "gateway/ipc/office_client.h"

#include <algorithm>

#include "gateway/ipc/unix_socket.h"
#include "intake/judge.h"

namespace zp::gateway {
namespace {

using intake::Findings;
using intake::Inspection;
using intake::InspectionRequest;

constexpr int kPatienceMs = 130'000;

bool has_hazard(const Findings& findings, std::string_view hazard) {
  return std::ranges::find(findings.hazards, hazard) != findings.hazards.end();
}

/// The pages replace the words that were read without drawing; of the rest only what the document itself did not tell.
void add_pages(Inspection drawn, Inspection& document) {
  Findings& pages = drawn.findings;
  Findings& findings = document.findings;
  findings.pages = std::move(pages.pages);
  document.images = std::move(drawn.images);
  for (const char* hazard : {"too-many-pages", "page-unreadable"}) {
    if (has_hazard(pages, hazard)) findings.hazards.emplace_back(hazard);
  }
  if (!findings.identity_document) {
    findings.identity_document = std::move(pages.identity_document);
    findings.other_identity_documents = std::move(pages.other_identity_documents);
  }
  if (findings.kind != "unknown") return;
  findings.kind = std::move(pages.kind);
  findings.kind_confidence = pages.kind_confidence;
  findings.subject = std::move(pages.subject);
  findings.kind_words = std::move(pages.kind_words);
  findings.court_order = std::move(pages.court_order);
}

class OfficeInspector : public intake::Inspector {
 public:
  OfficeInspector(std::unique_ptr<intake::Inspector> cells, std::string socket)
      : cells_(std::move(cells)), socket_(std::move(socket)) {}

  Result<Inspection> inspect(ByteView document, const InspectionRequest& request) override {
    TRY_ASSIGN(Inspection inspection, cells_->inspect(document, request));
    if (!has_hazard(inspection.findings, "office-document") ||
        inspection.findings.verdict == intake::Verdict::kRejected)
      return inspection;
    const auto drawing = draw(document);
    if (!drawing || drawing->empty()) return inspection;
    TRY_ASSIGN(Inspection pages, cells_->inspect(*drawing, request));
    if (pages.findings.verdict == intake::Verdict::kRejected) return inspection;
    add_pages(std::move(pages), inspection);
    intake::judge(inspection.findings, request.as_of);
    return inspection;
  }

  Result<intake::ParsedMail> parse_mail(ByteView raw, const InspectionRequest& request) override {
    return cells_->parse_mail(raw, request);
  }

  Result<intake::ScanBatch> split_scan(ByteView batch) override { return cells_->split_scan(batch); }

 private:
  Result<Bytes> draw(ByteView document) const {
    TRY_ASSIGN(UnixSocket office, UnixSocket::connect(socket_, kPatienceMs));
    TRY_DO(office.write_counted(document));
    return office.read_counted(kMaxDrawing);
  }

  std::unique_ptr<intake::Inspector> cells_;
  std::string socket_;
};

}  // namespace

std::unique_ptr<intake::Inspector> with_office(std::unique_ptr<intake::Inspector> cells, std::string office_socket) {
  return std::make_unique<OfficeInspector>(std::move(cells), std::move(office_socket));
}

}  // namespace zp::gateway
