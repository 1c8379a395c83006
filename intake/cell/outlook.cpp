#include "intake/cell/outlook.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "intake/cell/charset.h"
#include "intake/cell/compound_file.h"
#include "intake/cell/mail.h"
#include "intake/cell/rtf.h"

namespace zp::intake::cell {
namespace {

using Entry = CompoundFile::Entry;

constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxText = 256 * 1024, kMaxRtf = 16 << 20;
constexpr std::string_view kProperty = "__substg1.0_", kAttachment = "__attach_version1.0_",
                           kFixed = "__properties_version1.0";
constexpr std::uint32_t kMessageCodePage = 0x3FFD0003, kInternetCodePage = 0x3FDE0003;

/// `name` as a directory spells it, two bytes for each letter.
bool has_name(ByteView file, std::string_view name) {
  std::string wide;
  for (const char c : name) {
    wide += c;
    wide += '\0';
  }
  return as_text(file).find(wide) != std::string_view::npos;
}

/// The numbers that a message or attachment keeps in one stream (MS-OXMSG 2.4), as far as they are asked for.
std::uint32_t fixed_property(ByteView stream, std::size_t head, std::uint32_t tag) {
  constexpr std::size_t kEntry = 16;  // tag, flags, value
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(stream[at + i]) << (8 * i);
    return value;
  };
  for (std::size_t at = head; at + kEntry <= stream.size(); at += kEntry) {
    if (number(at) == tag) return number(at + 8);
  }
  return 0;
}

struct CodePages {
  std::uint32_t strings = 0, html = 0;
};

class OutlookReader {
 public:
  OutlookReader(ByteView file, const ArchiveLimits& limits) : file_(file), limits_(limits) {}

  OutlookMail run() {
    mail_.damaged = file_.damaged();
    if (!file_.damaged()) message(*file_.root(), 0, {});
    return std::move(mail_);
  }

 private:
  using Entries = std::vector<const Entry*>;

  static const Entry* find(const Entries& entries, std::string_view name, bool storage) {
    const auto found = std::ranges::find_if(
        entries, [&](const Entry* entry) { return entry->is_storage == storage && entry->name == name; });
    return found == entries.end() ? nullptr : *found;
  }

  /// A property by its number (MS-OXPROPS), such as "1000", and its type.
  std::optional<Bytes> property(const Entries& entries, std::string_view number, std::string_view type) const {
    const Entry* entry = find(entries, std::string(kProperty) + std::string(number) + std::string(type), false);
    return entry ? std::optional(file_.content(*entry)) : std::nullopt;
  }

  /// Unicode before the other kind.
  std::string text(const Entries& entries, std::string_view number, const CodePages& pages) const {
    if (const auto wide = property(entries, number, "001F")) return from_utf16(front(*wide));
    if (const auto narrow = property(entries, number, "001E")) return from_code_page(front(*narrow), pages.strings);
    return {};
  }

  static ByteView front(ByteView bytes) { return bytes.first(std::min(bytes.size(), 2 * kMaxText)); }

  /// A mail inside that says nothing about it has the code pages of what it is in.
  CodePages pages_of(const Entries& entries, int depth, CodePages pages) const {
    const Entry* entry = find(entries, kFixed, false);
    const Bytes stream = entry ? file_.content(*entry) : Bytes();
    const std::size_t head = depth == 0 ? 32 : 24;
    const std::uint32_t message = fixed_property(stream, head, kMessageCodePage),
                        internet = fixed_property(stream, head, kInternetCodePage);
    if (message != 0 || internet != 0) pages = {message != 0 ? message : internet, internet != 0 ? internet : message};
    return pages;
  }

  /// In its plainest form.
  std::string body(const Entries& entries, const CodePages& pages) const {
    std::string words = text(entries, "1000", pages);
    if (!words.empty()) return words;
    if (const auto html = property(entries, "1013", "0102"))
      words = text_of_html(from_code_page(*html, pages.html), kMaxText);
    if (!words.empty()) return words;
    const auto rtf = property(entries, "1009", "0102");
    return rtf ? text_of_rtf(unpacked_rtf(*rtf, kMaxRtf), kMaxText) : words;
  }

  void message(const Entry& storage, int depth, const CodePages& outer) {
    const Entries entries = file_.children(storage);
    const CodePages pages = pages_of(entries, depth, outer);
    if (mail_.text.size() < kMaxText) {
      mail_.text += text(entries, "0C1A", pages) + "\n" + text(entries, "0037", pages) + "\n";
      mail_.text += body(entries, pages) + "\n";
    }
    for (const Entry* entry : entries) {
      if (entry->is_storage && entry->name.starts_with(kAttachment)) attachment(*entry, depth, pages);
    }
  }

  void attachment(const Entry& storage, int depth, const CodePages& pages) {
    const Entries entries = file_.children(storage);
    const Entry* inner = find(entries, "__substg1.0_3701000D", true);
    if (inner && depth < kMaxDepth && find(file_.children(*inner), kFixed, false))
      return message(*inner, depth + 1, pages);
    auto content = property(entries, "3701", "0102");
    if (!content || mail_.files.size() >= limits_.files || total_ + content->size() > limits_.bytes) {
      mail_.damaged = true;  // a file that is named and not to be had, such as an object of another program
      return;
    }
    total_ += content->size();
    std::string name = text(entries, "3707", pages);
    if (name.empty()) name = text(entries, "3704", pages);
    mail_.files.push_back({std::move(name), std::move(*content)});
  }

  CompoundFile file_;
  const ArchiveLimits& limits_;
  OutlookMail mail_;
  std::size_t total_ = 0;
};

}  // namespace

bool is_outlook(ByteView compound_file) { return has_name(compound_file, kFixed); }

bool is_locked_office(ByteView compound_file) { return has_name(compound_file, "EncryptedPackage"); }

OutlookMail read_outlook(ByteView untrusted_file, const ArchiveLimits& limits) {
  return OutlookReader(untrusted_file, limits).run();
}

}  // namespace zp::intake::cell
