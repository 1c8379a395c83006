#include "intake/cell/page_looker.h"

#include <iterator>

#include "intake/cell/kind.h"

namespace zp::intake::cell {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxIdentityDocuments = 20;    // besides the first, as parse_findings() bounds it
constexpr std::size_t kPagesToRead = 4;              // of a beschikking without its own text: first two, last two
constexpr double kKnownForm = 0.95;                  // confidence in the kind that a known form has
constexpr int kPhotoDpi = 150;                       // what a photo counts as when it is made smaller for the screen
constexpr std::chrono::seconds kTimeForLooking{40};  // then pages are read only if they carry their own text

bool says_what_it_is(const Kind& kind) {
  constexpr double kPlainly = 0.5;
  return kind.confidence >= kPlainly && !kind.subject.empty();
}

}  // namespace

bool PageLooker::out_of_time() const { return Clock::now() - workplace_.since > kTimeForLooking; }

void PageLooker::look(int number, cv::Mat picture, std::vector<vision::Word> text_layer) {
  const bool late = !picture.empty() && out_of_time();
  if (!picture.empty() && !late) {
    if (queue_.full()) add(queue_.next());
    queue_.begin(number, std::move(picture), std::move(text_layer));
    return;
  }
  add_all();
  SeenPage unseen{number, std::move(text_layer), {}};
  unseen.report.upright = std::move(picture);
  if (late) hazards_.insert("too-many-pages");
  add(std::move(unseen));
}

void PageLooker::finish() {
  add_all();
  read_what_matters();
}

void PageLooker::add_all() {
  while (!queue_.empty()) add(queue_.next());
}

void PageLooker::add(SeenPage seen) {
  vision::PageReport& report = seen.report;
  PageFindings& page = findings_.pages.emplace_back(std::move(report.findings));
  page.number = seen.number;
  const auto& words = report.words.empty() ? seen.text_layer : report.words;
  if (!report.form_kind.empty()) {
    findings_.kind = report.form_kind;
    findings_.kind_confidence = kKnownForm;
    findings_.subject = report.form_subject;
    findings_.kind_words = {page.form};
  }
  if (page.text.empty()) page.text = vision::text_of(words, kMaxPageText);
  if (depth_ == 0 && !report.upright.empty()) send_images(report, seen.number);
  for (IdentityDocument& document : report.identities) {
    document.page = seen.number;
    add(std::move(document));
  }
  if (report.was_read) {
    half_read_.emplace_back(findings_.pages.size() - 1, report.upright);
    if (half_read_.size() > kPagesToRead) half_read_.erase(half_read_.begin() + kPagesToRead / 2);
  }
  workplace_.connection.progress(seen.number, count_);
}

// One whose zone was read comes before one that was only recognised.
void PageLooker::add(IdentityDocument document) {
  if (!findings_.identity_document) {
    findings_.identity_document = std::move(document);
    return;
  }
  if (findings_.other_identity_documents.size() >= kMaxIdentityDocuments) return;
  if (document.mrz && !findings_.identity_document->mrz) std::swap(document, *findings_.identity_document);
  findings_.other_identity_documents.push_back(std::move(document));
}

void PageLooker::send_images(const vision::PageReport& report, int number) {
  workplace_.images.send(number, report.upright, kPhotoDpi);
  std::vector<Box> boxes;
  for (const IdentityDocument& document : report.identities) {
    const std::vector<Box> some = vision::boxes_to_mask(document);
    boxes.insert(boxes.end(), some.begin(), some.end());
  }
  if (boxes.empty()) return;
  workplace_.images.send_masked(number, vision::mask(report.upright, boxes), kPhotoDpi);
}

// Reading a whole page takes a second or two. It is done for the first page where its head did not say what the
// document is, and for a beschikking, which names its people in sentences.
void PageLooker::read_what_matters() {
  if (workplace_.somebody_waits || findings_.kind != "unknown" || findings_.identity_document) return;
  Kind kind = kind_of(text_of(findings_));
  std::size_t read = 0;
  if (!says_what_it_is(kind) && !half_read_.empty() && half_read_.front().first == 0) {
    read_whole(read++);
    kind = kind_of(text_of(findings_));
  }
  if (kind.name != "court-order") return;
  while (read < half_read_.size()) read_whole(read++);
}

void PageLooker::read_whole(std::size_t which) {
  if (out_of_time()) return;
  const auto& [index, upright] = half_read_[which];
  std::string read = vision::text_of(vision::ocr_words(upright, workplace_.engines.front()), kMaxPageText);
  std::string& known = findings_.pages[index].text;
  if (read.size() > known.size()) known = std::move(read);
  workplace_.connection.progress(static_cast<int>(index + 1), count_);
}

std::string text_of(const Findings& findings) {
  std::string text;
  for (const PageFindings& page : findings.pages) text += page.text + "\n";
  return text;
}

}  // namespace zp::intake::cell
