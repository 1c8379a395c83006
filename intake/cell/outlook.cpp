#include "intake/cell/outlook.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "crypto/base/text.h"
#include "intake/cell/compound_file.h"
#include "intake/cell/mail.h"

namespace zp::intake::cell {
namespace {

using Entry = CompoundFile::Entry;

constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxText = 256 * 1024;
constexpr std::string_view kProperty = "__substg1.0_", kAttachment = "__attach_version1.0_";

/// `name` as a directory spells it, two bytes for each letter.
bool has_name(ByteView file, std::string_view name) {
  std::string wide;
  for (const char c : name) {
    wide += c;
    wide += '\0';
  }
  return as_text(file).find(wide) != std::string_view::npos;
}

std::string from_utf16(ByteView bytes) {
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size() && text.size() < kMaxText; i += 2) {
    char32_t unit = static_cast<char32_t>(bytes[i] | bytes[i + 1] << 8);
    if (unit >= 0xD800 && unit < 0xDC00 && i + 3 < bytes.size()) {
      const auto low = static_cast<char32_t>(bytes[i + 2] | bytes[i + 3] << 8);
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    if (unit >= 0xD800 && unit < 0xE000) unit = 0xFFFD;
    if (unit != 0) append_utf8(text, unit);
  }
  return text;
}

/// Windows-1252 as far as it is Latin-1: what stands in a MSG without Unicode.
std::string from_latin1(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), kMaxText))) {
    if (byte != 0) append_utf8(text, byte);
  }
  return text;
}

class OutlookReader {
 public:
  OutlookReader(ByteView file, const ArchiveLimits& limits) : file_(file), limits_(limits) {}

  OutlookMail run() {
    mail_.damaged = file_.damaged();
    if (!file_.damaged()) message(*file_.root(), 0);
    return std::move(mail_);
  }

 private:
  /// A property by its number (MS-OXPROPS), such as "1000"; Unicode before the other kind.
  std::optional<Bytes> property(const std::vector<const Entry*>& entries, std::string_view number,
                                std::string_view type) const {
    const std::string name = std::string(kProperty) + std::string(number) + std::string(type);
    const auto found =
        std::ranges::find_if(entries, [&](const Entry* entry) { return !entry->is_storage && entry->name == name; });
    if (found == entries.end()) return std::nullopt;
    return file_.content(**found);
  }

  std::string text(const std::vector<const Entry*>& entries, std::string_view number) const {
    if (const auto wide = property(entries, number, "001F")) return from_utf16(*wide);
    if (const auto narrow = property(entries, number, "001E")) return from_latin1(*narrow);
    return {};
  }

  void message(const Entry& storage, int depth) {
    const std::vector<const Entry*> entries = file_.children(storage);
    const std::string from = text(entries, "0C1A"), subject = text(entries, "0037");
    std::string body = text(entries, "1000");
    if (body.empty()) {
      if (const auto html = property(entries, "1013", "0102")) body = text_of_html(as_text(*html), kMaxText);
    }
    if (mail_.text.size() < kMaxText) mail_.text += from + "\n" + subject + "\n" + body + "\n";
    for (const Entry* entry : entries) {
      if (entry->is_storage && entry->name.starts_with(kAttachment)) attachment(*entry, depth);
    }
  }

  void attachment(const Entry& storage, int depth) {
    const std::vector<const Entry*> entries = file_.children(storage);
    const auto inner = std::ranges::find_if(
        entries, [](const Entry* entry) { return entry->is_storage && entry->name == "__substg1.0_3701000D"; });
    if (inner != entries.end() && depth < kMaxDepth) return message(**inner, depth + 1);
    auto content = property(entries, "3701", "0102");
    if (!content || mail_.files.size() >= limits_.files || total_ + content->size() > limits_.bytes) {
      mail_.damaged = true;  // a file that is named and not to be had
      return;
    }
    total_ += content->size();
    std::string name = text(entries, "3707");
    if (name.empty()) name = text(entries, "3704");
    mail_.files.push_back({std::move(name), std::move(*content)});
  }

  CompoundFile file_;
  const ArchiveLimits& limits_;
  OutlookMail mail_;
  std::size_t total_ = 0;
};

}  // namespace

bool is_outlook(ByteView compound_file) { return has_name(compound_file, "__properties_version1.0"); }

bool is_locked_office(ByteView compound_file) { return has_name(compound_file, "EncryptedPackage"); }

OutlookMail read_outlook(ByteView untrusted_file, const ArchiveLimits& limits) {
  return OutlookReader(untrusted_file, limits).run();
}

}  // namespace zp::intake::cell
