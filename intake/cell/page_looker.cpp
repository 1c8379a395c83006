#include "intake/cell/page_looker.h"

#include <iterator>

#include "intake/cell/kind.h"

namespace zp::intake::cell {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxIdentityDocuments = 20;  // besides the first, as parse_findings() bounds it
constexpr std::size_t kPagesToRead = 4;            // of a beschikking without its own text: first two, last two
constexpr double kKnownForm = 0.95;                // confidence in the kind that a known form has
constexpr int kPhotoDpi = 150;                     // what a photo counts as when it is made smaller for the screen
// Then pages are read only if they carry their own text. 200 scanned pages take 90 s of two idle cores.
constexpr std::chrono::seconds kTimeForLooking{120}, kWhileSomebodyWaits{40};
// Of the cell's processor time: what pages under way and a result still take must fit in the rest.
constexpr double kForLooking = 0.75, kForDrawing = 0.9;

std::chrono::seconds& processor_time() {
  static std::chrono::seconds allowed{60};
  return allowed;
}

bool says_what_it_is(const Kind& kind) { return kind.confidence >= kSureKind && !kind.subject.empty(); }

}  // namespace

void allow_processor_time(std::chrono::seconds of_a_cell) { processor_time() = of_a_cell; }

bool PageLooker::has_used(double share) const {
  const auto used = static_cast<double>(std::clock() - workplace_.processor_since) / CLOCKS_PER_SEC;
  return used > share * static_cast<double>(processor_time().count());
}

bool PageLooker::out_of_time() const {
  const auto allowed = workplace_.somebody_waits ? kWhileSomebodyWaits : kTimeForLooking;
  return Clock::now() - workplace_.since > allowed || has_used(kForLooking);
}

bool PageLooker::draws_on() const { return !out_of_time() || (workplace_.images.wanted() && !has_used(kForDrawing)); }

void PageLooker::look(int number, cv::Mat picture, std::vector<vision::Word> text_layer) {
  const bool late = out_of_time();
  if (!picture.empty() && !late) {
    if (queue_.full()) add_next();
    queue_.begin(number, std::move(picture), std::move(text_layer));
    return;
  }
  add_all();
  SeenPage unseen{number, std::move(text_layer), {}};
  unseen.report.findings.looked_at = false;
  unseen.report.upright = std::move(picture);
  hazards_.insert(late ? "too-many-pages" : "page-unreadable");
  add(std::move(unseen));
}

void PageLooker::add_next() {
  SeenPage seen = queue_.next();
  if (!seen.report.findings.looked_at) hazards_.insert("page-unreadable");
  add(std::move(seen));
}

void PageLooker::finish() {
  add_all();
  read_what_matters();
}

void PageLooker::add_all() {
  while (!queue_.empty()) add_next();
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
  const int left = count_ - number + 1;
  workplace_.images.send(number, report.upright, kPhotoDpi, left);
  std::vector<Box> boxes;
  for (const IdentityDocument& document : report.identities) {
    const std::vector<Box> some = vision::boxes_to_mask(document);
    boxes.insert(boxes.end(), some.begin(), some.end());
  }
  if (boxes.empty()) return;
  workplace_.images.send_masked(number, vision::mask(report.upright, boxes), kPhotoDpi, left);
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
