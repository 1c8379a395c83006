#include "intake/cell/sniff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "intake/cell/outlook.h"

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view type;
};

constexpr std::array kSignatures = {
    Signature{0, "%PDF-"sv, "application/pdf"sv},
    Signature{0, "\xFF\xD8\xFF"sv, "image/jpeg"sv},
    Signature{0, "\x89PNG\r\n\x1A\n"sv, "image/png"sv},
    Signature{0, "II*\0"sv, "image/tiff"sv},
    Signature{0, "MM\0*"sv, "image/tiff"sv},
    Signature{0, "GIF87a"sv, "image/gif"sv},
    Signature{0, "GIF89a"sv, "image/gif"sv},
    Signature{8, "WEBP"sv, "image/webp"sv},
    Signature{0, "BM"sv, "image/bmp"sv},
    Signature{0, "\x78\x9F\x3E\x22"sv, "application/ms-tnef"sv},
    Signature{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "application/x-ole-storage"sv},
    Signature{0, "{\\rtf"sv, "application/rtf"sv},
    Signature{0, "-----BEGIN PGP SIGNATURE-----"sv, "application/pgp-signature"sv},
    Signature{0, "-----BEGIN PGP "sv, "application/pgp-encrypted"sv},
    Signature{0, "-----BEGIN PKCS7-----"sv, "application/pkcs7-mime"sv},
    Signature{0, "-----BEGIN CMS-----"sv, "application/pkcs7-mime"sv},
    Signature{257, "ustar"sv, "application/x-tar"sv},
    Signature{0, "Rar!\x1A\x07"sv, "application/vnd.rar"sv},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, "application/x-7z-compressed"sv},
    Signature{0, "\x1F\x8B"sv, "application/gzip"sv},
    Signature{0, "MZ"sv, "application/x-dosexec"sv},
    Signature{0,
              "\x7F"
              "ELF"sv,
              "application/x-executable"sv},
};

bool has_at(std::string_view text, std::size_t offset, std::string_view bytes) {
  return text.size() >= offset + bytes.size() && text.substr(offset, bytes.size()) == bytes;
}

// ISO 14496-12: a file-type box whose brands say which codec; HEIC is what telephones send.
std::string_view heif_type(std::string_view head) {
  if (!has_at(head, 4, "ftyp")) return {};
  const std::string_view brands = head.substr(8, 56);
  for (const std::string_view brand : {"avif"sv, "avis"sv}) {
    if (brands.find(brand) != std::string_view::npos) return "image/avif";
  }
  for (const std::string_view brand : {"heic"sv, "heix"sv, "hevc"sv, "heim"sv, "heis"sv}) {
    if (brands.find(brand) != std::string_view::npos) return "image/heic";
  }
  for (const std::string_view brand : {"mif1"sv, "msf1"sv}) {
    if (brands.find(brand) != std::string_view::npos) return "image/heif";
  }
  return {};
}

constexpr std::array kOpenDocument = {"application/vnd.oasis.opendocument.text"sv,
                                      "application/vnd.oasis.opendocument.spreadsheet"sv,
                                      "application/vnd.oasis.opendocument.presentation"sv};

struct ZipClue {
  std::string_view part, type;
};
constexpr std::array kZipClues = {
    ZipClue{"word/document.xml"sv, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"sv},
    ZipClue{"xl/workbook.xml"sv, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"sv},
    ZipClue{"ppt/presentation.xml"sv, "application/vnd.openxmlformats-officedocument.presentationml.presentation"sv},
};

std::size_t little_endian(std::string_view text, std::size_t at, std::size_t bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes; i > 0 && at + i <= text.size(); --i)
    value = value << 8 | static_cast<unsigned char>(text[at + i - 1]);
  return value;
}

// Whether the directory at the end of a ZIP (APPNOTE 4.3.12, 4.3.16) names a file; nothing if there is no directory.
std::optional<bool> directory_names(std::string_view zip, std::string_view file) {
  constexpr std::size_t kMostEntries = 20'000, kEntry = 46, kEnd = 22;
  const std::size_t end = zip.rfind("PK\x05\x06"sv);
  if (end == std::string_view::npos || end + kEnd > zip.size()) return std::nullopt;
  const std::size_t size = little_endian(zip, end + 12, 4);
  if (size > end) return std::nullopt;
  std::size_t at = end - size;
  for (std::size_t i = 0; i < kMostEntries && has_at(zip, at, "PK\x01\x02"sv) && at + kEntry <= end; ++i) {
    const std::size_t name = little_endian(zip, at + 28, 2);
    if (zip.substr(at + kEntry, name) == file) return true;
    at += kEntry + name + little_endian(zip, at + 30, 2) + little_endian(zip, at + 32, 2);
  }
  return false;
}

// ODF 1.2 part 3, 3.3: the first file says what it is, and is not packed.
std::string_view open_document_type(std::string_view zip) {
  constexpr std::size_t kName = 30;
  if (!has_at(zip, kName, "mimetype"sv)) return {};
  const std::size_t content = kName + 8 + little_endian(zip, 28, 2);
  const auto found =
      std::ranges::find_if(kOpenDocument, [&](std::string_view type) { return has_at(zip, content, type); });
  return found == kOpenDocument.end() ? std::string_view() : *found;
}

// The office formats are ZIPs with certain files. A ZIP that merely holds an office document has their names in it too, but not
// in its own directory.
std::string_view zip_type(std::string_view zip, std::string_view head) {
  if (!has_at(zip, 0, "PK\x03\x04") && !has_at(zip, 0, "PK\x05\x06")) return {};
  if (const std::string_view type = open_document_type(zip); !type.empty()) return type;
  for (const ZipClue& clue : kZipClues) {
    const bool cut_off_but_named = head.find(clue.part) != std::string_view::npos;
    if (directory_names(zip, clue.part).value_or(cut_off_but_named)) return clue.type;
  }
  return "application/zip";
}

// DER: SEQUENCE, any length form, OBJECT IDENTIFIER 1.2.840.113549.1.7.x, or 1.2.840.113549.1.9.16.1.23 (RFC 5083).
bool is_pkcs7(std::string_view head) {
  constexpr std::string_view kOids[] = {"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07",
                                        "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"};
  return has_at(head, 0, "\x30") && std::ranges::any_of(kOids, [&](std::string_view oid) {
           return head.substr(0, 24).find(oid) != std::string_view::npos;
         });
}

// An OpenPGP packet (RFC 4880 4.2) that opens a message: encrypted session key, signature, one-pass signature or
// encrypted data.
bool is_pgp(std::string_view head) {
  if (head.size() < 16) return false;
  const auto tag = static_cast<unsigned char>(head[0]);
  return tag == 0x84 || tag == 0x85 || tag == 0x8C || tag == 0xC1 || tag == 0xC3 || tag == 0xD2;
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Browsers run the scripts of web pages, of drawings and of XML that holds either.
std::string_view markup_type(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::size_t start = head.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || head[start] != '<') return {};
  std::string begin(head.substr(start));
  std::ranges::transform(begin, begin.begin(), lower);
  const bool is_xml = begin.starts_with("<?xml") || begin.starts_with("<!--");
  if (begin.starts_with("<svg") || begin.starts_with("<!doctype svg")) return "image/svg+xml";
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html")) return "text/html";
  if (is_xml && begin.find("<svg") != std::string::npos) return "image/svg+xml";
  if (is_xml && begin.find("<html") != std::string::npos) return "text/html";
  return begin.starts_with("<?xml") ? "text/xml" : std::string_view();
}

// RFC 5322: field names before anything else, and among the first lines one that a mail can hardly be without.
bool is_mail(std::string_view head) {
  if (head.starts_with("From ")) head.remove_prefix(std::min(head.size(), head.find('\n') + 1));
  bool known = false;
  for (int line = 0; line < 40 && !head.empty(); ++line) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::string text(head.substr(0, end));
    head.remove_prefix(std::min(head.size(), end + 1));
    if (text.empty() || text == "\r") break;
    if (line > 0 && (text[0] == ' ' || text[0] == '\t')) continue;
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0) return false;
    std::string name = text.substr(0, colon);
    if (!std::ranges::all_of(name, [](char c) { return c > 32 && c < 127; })) return false;
    std::ranges::transform(name, name.begin(), lower);
    for (const std::string_view field :
         {"received"sv, "from"sv, "message-id"sv, "mime-version"sv, "return-path"sv, "content-type"sv}) {
      known = known || name == field;
    }
  }
  return known;
}

bool is_text(std::string_view head) {
  return std::ranges::none_of(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || byte == 0x7F;
  });
}

}  // namespace

std::string_view sniff(ByteView untrusted_bytes) noexcept {
  constexpr std::size_t kLook = 8 * 1024;
  constexpr std::size_t kPdfJunk = 1024;  // ISO 32000-1 annex H.3.4.1: readers look this far for the header
  if (untrusted_bytes.empty()) return "application/x-empty";
  const std::string_view head = as_text(untrusted_bytes.first(std::min(untrusted_bytes.size(), kLook)));
  for (const Signature& signature : kSignatures) {
    if (!has_at(head, signature.offset, signature.bytes)) continue;
    const bool is_box = signature.type == "application/x-ole-storage";
    return is_box && is_outlook(untrusted_bytes) ? "application/vnd.ms-outlook" : signature.type;
  }
  if (const std::string_view type = heif_type(head); !type.empty()) return type;
  if (const std::string_view type = zip_type(as_text(untrusted_bytes), head); !type.empty()) return type;
  if (is_pkcs7(head)) return "application/pkcs7-mime";
  if (is_pgp(head)) return "application/pgp-encrypted";
  const std::size_t pdf = head.find("%PDF-");
  if (pdf != std::string_view::npos && pdf <= kPdfJunk) return "application/pdf";
  if (is_mail(head)) return "message/rfc822";
  if (const std::string_view type = markup_type(head); !type.empty()) return type;
  if (is_text(head)) return "text/plain";
  return "application/octet-stream";
}

bool carries_zip(ByteView untrusted_bytes) noexcept {
  constexpr std::size_t kEnd = 22, kEntry = 46;
  const std::string_view file = as_text(untrusted_bytes);
  const std::size_t end = file.rfind("PK\x05\x06"sv);
  if (has_at(file, 0, "PK") || end == std::string_view::npos || end + kEnd > file.size()) return false;
  const std::size_t directory = little_endian(file, end + 12, 4), comment = little_endian(file, end + 20, 2);
  return directory >= kEntry && directory <= end && has_at(file, end - directory, "PK\x01\x02"sv) &&
         end + kEnd + comment == file.size();
}

}  // namespace zp::intake::cell
