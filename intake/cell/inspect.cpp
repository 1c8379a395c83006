#include "intake/cell/inspect.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <set>

#include "crypto/cms.h"
#include "crypto/hash.h"
#include "intake/cell/archive.h"
#include "intake/cell/charset.h"
#include "intake/cell/court_order.h"
#include "intake/cell/kind.h"
#include "intake/cell/mail.h"
#include "intake/cell/office.h"
#include "intake/cell/outlook.h"
#include "intake/cell/page_images.h"
#include "intake/cell/page_looker.h"
#include "intake/cell/pdf_pages.h"
#include "intake/cell/pdf_placed.h"
#include "intake/cell/pdf_signatures.h"
#include "intake/cell/pdf_structure.h"
#include "intake/cell/smime.h"
#include "intake/cell/sniff.h"
#include "intake/cell/tnef.h"
#include "intake/submission.h"
#include "intake/text.h"

namespace zp::intake::cell {
namespace {

constexpr int kMaxDepth = 4;                     // as parse_findings() bounds it
constexpr std::size_t kMaxAttachments = 100;     // of the whole document
constexpr std::size_t kMaxUnpacked = 256 << 20;  // bytes, of all archives in the document
constexpr int kExamineDpi = 150;                 // enough for the strokes of a signature and for letters of 8 points

std::int64_t end_of_day(const std::string& date) {
  std::tm day{};
  if (date.size() != 10 || !::strptime(date.c_str(), "%Y-%m-%d", &day)) return 0;
  return static_cast<std::int64_t>(::timegm(&day)) + 24 * 60 * 60 - 1;
}

class Inspection {
 public:
  Inspection(const Request& request, const Connection& connection, std::span<vision::Engines> engines)
      : request_(request), connection_(connection), engines_(engines), images_(connection, request.options) {
    policy_ = signature_policy(request.options);
  }

  Findings document(ByteView bytes, int depth) {
    Findings findings;
    findings.size = bytes.size();
    findings.sha256 = to_hex(crypto::sha256(bytes));
    findings.type = sniff(bytes);
    std::set<std::string> hazards;
    if (findings.type == "application/pdf")
      pdf(bytes, depth, findings, hazards);
    else if (findings.type == "message/rfc822")
      mail(bytes, depth, findings, hazards);
    else if (findings.type == "application/ms-tnef")
      tnef(bytes, depth, findings, hazards);
    else if (is_office(findings.type))
      office(bytes, depth, findings, hazards);
    else if (findings.type == "application/vnd.ms-outlook")
      outlook(bytes, depth, findings, hazards);
    else if (is_archive(findings.type))
      archive(bytes, depth, findings, hazards);
    else if (findings.type.starts_with("text/") || findings.type == "image/svg+xml")
      text(bytes, findings, hazards);
    else if (findings.type.starts_with("image/"))
      picture(bytes, depth, findings, hazards);
    else
      hazards.merge(hazards_of_type(findings.type));
    if (carries_zip(bytes)) hazards.insert("hidden-archive");
    if (findings.type == "application/pkcs7-mime" && crypto::is_signed_message(bytes)) {
      hazards.erase("encrypted");
      if (!crypto::signed_content(bytes)) hazards = {"detached-signature"};
    }
    if (findings.type == "application/x-ole-storage" && is_locked_office(bytes))
      hazards.insert({"encrypted", "needs-password"});
    findings.hazards.assign(hazards.begin(), hazards.end());
    classify(findings);
    return findings;
  }

 private:
  using Hazards = std::set<std::string>;

  Workplace workplace() {
    return {connection_, engines_, images_, request_.options.somebody_waits, started_, processor_started_};
  }

  static Hazards hazards_of_type(std::string_view type) {
    if (type == "application/x-empty") return {"empty"};
    if (type == "application/x-dosexec" || type == "application/x-executable") return {"executable"};
    if (type == "application/octet-stream") return {"unknown-type"};
    if (type == "application/rtf" || type == "application/x-ole-storage") return {"office-document"};
    if (type == "application/pgp-signature") return {"detached-signature"};
    if (type == "application/pgp-encrypted" || type == "application/pkcs7-mime") return {"encrypted", "not-scannable"};
    return {"not-scannable"};
  }

  // ---- PDF

  void pdf(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    PdfStructure structure = read_structure(bytes);
    hazards.merge(structure.hazards);
    if (structure.needs_password) {
      hazards.insert("needs-password");
      findings.digital_signatures = check_locked_signatures(bytes, policy_);
      return;
    }
    connection_.progress(0, 0);
    if (structure.document)
      findings.digital_signatures = check_signatures(bytes, *structure.document, structure.mended, policy_);
    for (EmbeddedFile& file : structure.embedded) attachment(file.name, file.content, depth, findings, hazards);
    structure.embedded.clear();
    // A picture of a billion dots would only exhaust the cell, and so would objects that did not fit in it.
    if (hazards.contains("image-bomb")) return;
    if (hazards.contains("decompression-bomb") && !structure.document) return;
    const std::optional<PdfPages> pages = PdfPages::open(bytes);
    if (!pages) {
      hazards.insert("unreadable");
      return;
    }
    pdf_pages(*pages, structure.empty_signature_fields, depth, findings, hazards);
    if (structure.document) tell_placed(*structure.document, findings);
  }

  void pdf_pages(const PdfPages& pages, const std::vector<std::vector<Box>>& empty_fields, int depth,
                 Findings& findings, Hazards& hazards) {
    const std::size_t count = std::min(pages.count(), kMaxPages);
    if (pages.count() > kMaxPages) hazards.insert("too-many-pages");
    PageLooker looker(workplace(), depth, static_cast<int>(count), findings, hazards);
    for (std::size_t i = 0; i < count; ++i) {
      cv::Mat drawn;
      if (looker.draws_on())
        drawn = pages.draw(i, std::max(kExamineDpi, depth == 0 && images_.wanted() ? request_.options.page_dpi : 0));
      looker.look(static_cast<int>(i + 1), std::move(drawn), pages.words(i));
    }
    looker.finish();
    for (std::size_t i = 0; i < std::min(count, empty_fields.size()); ++i) {
      std::vector<Box>& fields = findings.pages[i].empty_signature_fields;
      fields.insert(fields.end(), empty_fields[i].begin(), empty_fields[i].end());
    }
  }

  // ---- pictures and their pages

  void picture(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    Result<vision::DecodedImage> image = vision::decode_image(bytes);
    if (!image) {
      hazards.insert(image.error().code == Code::kTooLarge  ? "image-bomb"
                     : image.error().code == Code::kRefused ? "unknown-type"
                                                            : "unreadable");
      return;
    }
    if (image->has_location) hazards.insert("location-data");
    if (image->truncated) hazards.insert("too-many-pages");
    PageLooker looker(workplace(), depth, static_cast<int>(image->pages.size()), findings, hazards);
    int number = 0;
    for (cv::Mat& page : image->pages) looker.look(++number, std::move(page), {});
    looker.finish();
  }

  // ---- mail, text, what is inside

  void mail(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    const Result<ParsedMail> mail = read_mail(bytes, policy_);
    if (!mail) {
      hazards.insert("unreadable");
      return;
    }
    hazards.insert(mail->hazards.begin(), mail->hazards.end());
    add_text(mail->text, findings);
    findings.digital_signatures = mail->signatures;
    for (const MailPart& part : mail->parts) {
      const std::size_t before = findings.attachments.size();
      attachment(part.name, part.content, depth, findings, hazards);
      if (findings.attachments.size() > before) forget_own_signature(part.type, findings.attachments.back());
    }
  }

  /// What signs the mail was checked with it, and what a signed message encloses is a part too.
  static void forget_own_signature(std::string_view declared, Findings& part) {
    const bool signature = declared.ends_with("pkcs7-signature") || declared.ends_with("pgp-signature");
    if (signature && part.hazards == std::vector<std::string>{"detached-signature"}) part.hazards.clear();
    const bool enclosing = declared.ends_with("pkcs7-mime") && part.type == "application/pkcs7-mime";
    if (enclosing && part.hazards == std::vector<std::string>{"not-scannable"}) part.hazards.clear();
  }

  void tnef(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    if (depth > 0) return;  // what is packed in a mail's own part was unpacked with the mail
    const Tnef packed = read_tnef(bytes);
    if (packed.damaged) hazards.insert("malformed");
    if (!packed.text.empty()) add_text(packed.text, findings);
    for (const TnefFile& file : packed.files) attachment(file.name, file.content, depth, findings, hazards);
  }

  void text(ByteView bytes, Findings& findings, Hazards& hazards) {
    if (findings.type != "text/plain") hazards.insert("web-page");
    add_text(from_code_page(bytes.first(std::min(bytes.size(), 4 * kMaxPageText)), 0), findings);
    PageFindings& page = findings.pages.back();
    page.blank = page.text.find_first_not_of(" \t\n") == std::string::npos;
  }

  /// A page without words is not blank yet: there may be pictures in it or files beside it.
  static void add_text(std::string_view text, Findings& findings) {
    PageFindings page;
    page.text = clean_text(text, kMaxPageText, Lines::kKeep);
    findings.pages.push_back(std::move(page));
  }

  // ---- archives and what is packed like one

  static bool is_archive(std::string_view type) {
    return type == "application/zip" || type == "application/x-7z-compressed" || type == "application/gzip" ||
           type == "application/x-tar";
  }

  ArchiveLimits limits() const { return {.bytes = kMaxUnpacked - unpacked_}; }

  void archive(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    hazards.insert("packed-files");
    Archive archive = read_archive(bytes, limits(), [](std::string_view) { return true; });
    if (archive.files.empty()) hazards.insert("not-scannable");
    unpacked(archive, hazards);
    attachments(archive.files, depth, findings, hazards);
  }

  void office(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    hazards.insert("office-document");
    OfficeDocument document = read_office(bytes, limits(), kMaxPageText);
    unpacked(document.archive, hazards);
    if (document.has_macros) hazards.insert("macros");
    add_text(document.text, findings);
    attachments(document.files, depth, findings, hazards);
  }

  void outlook(ByteView bytes, int depth, Findings& findings, Hazards& hazards) {
    OutlookMail mail = read_outlook(bytes, limits());
    if (mail.damaged) hazards.insert("malformed");
    add_text(mail.text, findings);
    attachments(mail.files, depth, findings, hazards);
  }

  static void unpacked(const Archive& archive, Hazards& hazards) {
    if (archive.damaged) hazards.insert("malformed");
    if (archive.locked) hazards.insert({"encrypted", "needs-password"});
    if (archive.too_many) hazards.insert("too-many-attachments");
    if (archive.too_large) hazards.insert("decompression-bomb");
  }

  void attachments(std::vector<ArchivedFile>& files, int depth, Findings& findings, Hazards& hazards) {
    for (const ArchivedFile& file : files) unpacked_ += file.content.size();
    for (ArchivedFile& file : files) {
      attachment(file.name, file.content, depth, findings, hazards);
      file.content = {};  // what is inside an archive in it needs the room
    }
  }

  void attachment(std::string_view name, ByteView content, int depth, Findings& findings, Hazards& hazards) {
    if (depth >= kMaxDepth || attachments_ >= kMaxAttachments) {
      hazards.insert("too-many-attachments");
      return;
    }
    ++attachments_;
    Findings inner = document(content, depth + 1);
    inner.name = clean_file_name(name);
    findings.attachments.push_back(std::move(inner));
  }

  static void classify(Findings& findings) {
    const std::string text = text_of(findings);
    if (findings.kind == "unknown") take(kind_of(text), findings);  // made from no known form
    if (findings.identity_document) weigh_identity(findings);
    if (findings.kind == "court-order") findings.court_order = read_court_order(text);
  }

  static void take(Kind kind, Findings& findings) {
    findings.kind = std::move(kind.name);
    findings.kind_confidence = kind.confidence;
    findings.subject = std::move(kind.subject);
    findings.kind_words = std::move(kind.words);
  }

  static void weigh_identity(Findings& findings) {
    std::set<int> copies = {findings.identity_document->page};
    for (const IdentityDocument& other : findings.other_identity_documents) copies.insert(other.page);
    const auto is_other = [&](const PageFindings& page) { return !page.blank && !copies.contains(page.number); };
    const auto others = std::ranges::count_if(findings.pages, is_other);
    const bool sure = findings.identity_document->mrz && findings.identity_document->mrz->checks_ok;
    take(kind_beside_identity({findings.kind, findings.kind_confidence, findings.subject, findings.kind_words},
                              sure ? 0.95 : 0.6, copies.size(), static_cast<std::size_t>(others)),
         findings);
  }

  const Request& request_;
  const Connection& connection_;
  std::span<vision::Engines> engines_;
  PageImages images_;
  SignaturePolicy policy_;
  std::size_t attachments_ = 0, unpacked_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::clock_t processor_started_ = std::clock();
};

}  // namespace

SignaturePolicy signature_policy(const InspectionRequest& options) {
  SignaturePolicy policy;
  policy.trusted = trust_anchors(options.trust_anchors_pem);
  policy.at = end_of_day(options.as_of);
  return policy;
}

Findings inspect(const Request& request, const Connection& connection, std::span<vision::Engines> engines) {
  return Inspection(request, connection, engines).document(request.document, 0);
}

}  // namespace zp::intake::cell
