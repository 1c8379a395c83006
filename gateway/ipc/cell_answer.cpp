#include "gateway/ipc/cell_answer.h"

#include <nlohmann/json.hpp>

#include "intake/json_reader.h"
#include "intake/submission.h"

namespace zp::gateway {

using namespace intake::cell;

namespace {

constexpr std::size_t kMaxHeader = 2000;
constexpr std::size_t kMaxMailJson = 8 * 1024 * 1024;
constexpr std::size_t kMaxScanJson = 256 * 1024;
constexpr std::size_t kMaxTexts = 1000;
constexpr std::size_t kMaxSignatures = 20;

/// `signatures`: how many the mail has.
intake::MailCover cover_of(intake::JsonReader& reader, const nlohmann::json& one, std::size_t signatures) {
  intake::MailCover cover;
  for (const auto& place : reader.array(one, "signatures", kMaxSignatures)) {
    if (!place.is_number_unsigned() || place.get<std::uint64_t>() >= signatures)
      reader.fail(Code::kMalformed, "signatures");
    else
      cover.signatures.push_back(place.get<std::size_t>());
  }
  return cover;
}

}  // namespace

std::size_t InspectionAnswer::allowed_bytes(FrameKind kind) const {
  switch (kind) {
    case FrameKind::kProgress:
      return kProgressBytes;
    case FrameKind::kFindings:
      return findings_ ? 0 : kMaxFindings;
    case FrameKind::kImage:
      return std::min(kMaxFrame, kImageHeadBytes + kMaxImageBytes - image_bytes_);
    default:
      return 0;
  }
}

bool InspectionAnswer::take(FrameKind kind, Bytes untrusted_payload) {
  if (kind == FrameKind::kFindings) return take_findings(untrusted_payload);
  return kind == FrameKind::kImage && take_image(untrusted_payload);
}

bool InspectionAnswer::take_findings(ByteView untrusted_json) {
  const auto json = intake::parse_json(as_text(untrusted_json));
  Result<intake::Findings> parsed = intake::parse_findings(json);
  if (findings_ || !parsed) return false;
  findings_ = std::move(*parsed);
  return true;
}

bool InspectionAnswer::take_image(ByteView untrusted_image) {
  if (untrusted_image.size() < kImageHeadBytes) return false;
  intake::PageImage image;
  const std::uint32_t page = get_u32(&untrusted_image[0]);
  image.width = get_u32(&untrusted_image[4]);
  image.height = get_u32(&untrusted_image[8]);
  image.masked = untrusted_image[12] != 0;
  const ByteView pixels = untrusted_image.subspan(kImageHeadBytes);
  const bool asked = image.masked ? request_.want_masked : request_.want_pages;
  const bool sane = page >= 1 && page <= kMaxPages && image.width >= 1 && image.width <= kMaxImageSide &&
                    image.height >= 1 && image.height <= kMaxImageSide &&
                    pixels.size() == std::size_t{image.width} * image.height * 3;
  if (!asked || !sane || images_.size() >= 2 * kMaxPages) return false;
  image.page = static_cast<int>(page);
  image.rgb.assign(pixels.begin(), pixels.end());
  image_bytes_ += pixels.size();
  images_.push_back(std::move(image));
  return true;
}

void InspectionAnswer::reset() {
  findings_.reset();
  images_.clear();
  image_bytes_ = 0;
}

bool ComingContents::take(ByteView untrusted_content) {
  while (done_ < coming_.size() && coming_[done_].into->size() == coming_[done_].size) ++done_;
  if (done_ == coming_.size() || untrusted_content.empty()) return false;
  const auto& [into, size] = coming_[done_];
  if (untrusted_content.size() > size - into->size()) return false;
  into->reserve(size);  // growing step by step would hold it twice
  into->insert(into->end(), untrusted_content.begin(), untrusted_content.end());
  return true;
}

bool ComingContents::complete() const { return left() == 0; }

std::size_t ComingContents::left() const {
  std::size_t sum = 0;
  for (const Coming& one : coming_) sum += one.size - one.into->size();
  return sum;
}

std::size_t MailAnswer::allowed_bytes(FrameKind kind) const {
  switch (kind) {
    case FrameKind::kProgress:
      return kProgressBytes;
    case FrameKind::kMail:
      return mail_ ? 0 : kMaxMailJson;
    case FrameKind::kMailPart:
      return contents_.left();
    default:
      return 0;
  }
}

bool MailAnswer::take(FrameKind kind, Bytes untrusted_payload) {
  if (kind == FrameKind::kMail) return take_mail(untrusted_payload);
  return kind == FrameKind::kMailPart && contents_.take(untrusted_payload);
}

bool MailAnswer::take_mail(ByteView untrusted_json) {
  const auto json = intake::parse_json(as_text(untrusted_json));
  if (mail_ || !json.is_object()) return false;
  intake::JsonReader reader("read mail from a cell");
  intake::ParsedMail mail;
  refused_ = reader.flag(json, "refused");
  mail.from_address = reader.text(json, "from_address", 320);
  mail.from_name = reader.text(json, "from_name", 256);
  mail.subject = reader.text(json, "subject", kMaxHeader);
  mail.message_id = reader.text(json, "message_id", kMaxHeader);
  mail.in_reply_to = reader.text(json, "in_reply_to", kMaxHeader);
  mail.date = reader.text(json, "date", 64);
  mail.to = reader.texts(json, "to", 200, 320);
  mail.automatic = reader.flag(json, "automatic");
  mail.encrypted = reader.text(json, "encrypted", 16);
  mail.hazards = reader.texts(json, "hazards", 100, 64);
  for (const auto& one : reader.array(json, "reports", 100))
    mail.reports.push_back(
        {reader.text(one, "action", 16), reader.text(one, "status", 16), reader.text(one, "diagnostic", 300)});
  for (const auto& one : reader.array(json, "authentication", intake::kMaxAuthentication))
    mail.authentication.push_back({reader.text(one, "server", 255), reader.text(one, "method", 16),
                                   reader.text(one, "result", 32), reader.text(one, "domain", 255)});
  if (!refused_) {
    auto findings = intake::parse_findings(reader.object(json, "findings"));
    if (!findings) return false;
    mail.signatures = std::move(findings->digital_signatures);
  }
  for (const auto& one : reader.array(json, "texts", kMaxTexts)) {
    mail.texts.push_back({reader.text(one, "text", intake::kMaxMailText - mail.text.size(), intake::Lines::kKeep),
                          cover_of(reader, one, mail.signatures.size())});
    mail.text += mail.texts.back().text;
  }
  std::uint64_t total = 0;
  std::vector<std::size_t> sizes;
  for (const auto& one : reader.array(json, "parts", kMaxMailParts)) {
    const auto size =
        static_cast<std::uint64_t>(reader.integer(one, "size", 0, static_cast<std::int64_t>(most_bytes_)));
    total += size;
    sizes.push_back(size);
    const std::string name = reader.text(one, "name", 4096);
    mail.parts.push_back({name.empty() ? "" : intake::clean_file_name(name),
                          reader.text(one, "type", 255),
                          {},
                          cover_of(reader, one, mail.signatures.size()),
                          reader.flag(one, "wrapping")});
  }
  // A part is decoded from bytes of the mail that no other part has, so all of them are no longer than it.
  if (reader.failed() || total > most_bytes_) return false;
  mail_ = std::move(mail);
  for (std::size_t i = 0; i < sizes.size(); ++i) contents_.expect(mail_->parts[i].content, sizes[i]);
  return true;
}

void MailAnswer::reset() {
  mail_.reset();
  contents_ = {};
  refused_ = false;
}

std::size_t ScanAnswer::allowed_bytes(FrameKind kind) const {
  switch (kind) {
    case FrameKind::kProgress:
      return kProgressBytes;
    case FrameKind::kScan:
      return batch_ || refused_ ? 0 : kMaxScanJson;
    case FrameKind::kMailPart:
      return contents_.left();
    default:
      return 0;
  }
}

bool ScanAnswer::take(FrameKind kind, Bytes untrusted_payload) {
  if (kind == FrameKind::kScan) return take_scan(untrusted_payload);
  return kind == FrameKind::kMailPart && contents_.take(untrusted_payload);
}

bool ScanAnswer::take_scan(ByteView untrusted_json) {
  const auto json = intake::parse_json(as_text(untrusted_json));
  if (batch_ || !json.is_object()) return false;
  intake::JsonReader reader("read scan from a cell");
  refused_ = reader.flag(json, "refused");
  if (refused_) return !reader.failed();
  intake::ScanBatch batch;
  batch.pages = static_cast<int>(reader.integer(json, "pages", 1, kMaxBatchPages));
  std::vector<std::size_t> sizes;
  std::uint64_t total = 0;
  const auto most = static_cast<std::int64_t>(2 * batch_bytes_ + (kMaxBatchPages + 1) * kBatchBytesPerPart);
  for (const auto& one : reader.array(json, "parts", kMaxBatchPages + 1)) {
    intake::ScanPart part;
    part.reference = reader.text(one, "reference", 32);
    part.first_page = static_cast<int>(reader.integer(one, "first_page", 1, kMaxBatchPages + 1));
    part.last_page = static_cast<int>(reader.integer(one, "last_page", 0, batch.pages));
    for (const char* const name : {"sheet", "content"}) {
      sizes.push_back(static_cast<std::size_t>(reader.integer(one, name, 0, most)));
      total += sizes.back();
    }
    batch.parts.push_back(std::move(part));
  }
  if (reader.failed() || batch.parts.empty() || total > static_cast<std::uint64_t>(most)) return false;
  batch_ = std::move(batch);
  for (std::size_t i = 0; i < batch_->parts.size(); ++i) {
    contents_.expect(batch_->parts[i].sheet, sizes[2 * i]);
    contents_.expect(batch_->parts[i].content, sizes[2 * i + 1]);
  }
  return true;
}

void ScanAnswer::reset() {
  batch_.reset();
  contents_ = {};
  refused_ = false;
}

}  // namespace zp::gateway
