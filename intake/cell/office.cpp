#include "intake/cell/office.h"

#include <libxml/parser.h>
#include <libxml/xmlreader.h>

#include <algorithm>
#include <array>
#include <memory>

namespace zp::intake::cell {
namespace {

using namespace std::string_view_literals;

constexpr std::array kTypes = {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"sv,
                               "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"sv,
                               "application/vnd.openxmlformats-officedocument.presentationml.presentation"sv,
                               "application/vnd.oasis.opendocument.text"sv,
                               "application/vnd.oasis.opendocument.spreadsheet"sv,
                               "application/vnd.oasis.opendocument.presentation"sv};

// The parts that hold what a reader sees, in the order in which it is told.
constexpr std::array kTextParts = {"word/header"sv, "word/document.xml"sv,    "word/footnotes.xml"sv, "word/footer"sv,
                                   "content.xml"sv, "xl/sharedStrings.xml"sv, "ppt/slides/slide"sv};

bool is_text_part(std::string_view name) {
  return name.ends_with(".xml") &&
         std::ranges::any_of(kTextParts, [&](std::string_view part) { return name.starts_with(part); });
}

/// Pictures and other people's documents; thumbnails show what the document shows itself.
bool is_inner_file(std::string_view name) {
  for (const std::string_view folder : {"/media/"sv, "/embeddings/"sv}) {
    if (name.find(folder) != std::string_view::npos) return true;
  }
  return name.starts_with("Pictures/") && !name.ends_with('/');
}

/// Of an OpenDocument: says how each part is locked, if it is (ODF 1.3 part 2, 4.8).
bool is_manifest(std::string_view name) { return name == "META-INF/manifest.xml"; }

bool is_macro(std::string_view name) {
  return name.ends_with("vbaProject.bin") || name.starts_with("Basic/") || name.starts_with("Scripts/");
}

bool ends_a_line(std::string_view element) {
  static constexpr std::array kElements = {"p"sv,  "h"sv,         "br"sv, "line-break"sv,
                                           "tr"sv, "table-row"sv, "si"sv, "tab"sv};
  return std::ranges::find(kElements, element) != kElements.end();
}

using XmlReader = std::unique_ptr<xmlTextReader, decltype(&xmlFreeTextReader)>;

std::string_view text_of(const xmlChar* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

/// The text between the tags. Entities of the document's own are not replaced, and nothing is fetched.
void read_xml(ByteView xml, std::size_t max_text, std::string& text) {
  const XmlReader reader(
      xmlReaderForMemory(reinterpret_cast<const char*>(xml.data()), static_cast<int>(xml.size()), nullptr, nullptr,
                         XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
      xmlFreeTextReader);
  if (!reader) return;
  while (text.size() < max_text && xmlTextReaderRead(reader.get()) == 1) {
    const int type = xmlTextReaderNodeType(reader.get());
    if (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE)
      text += text_of(xmlTextReaderConstValue(reader.get()));
    const bool ends = type == XML_READER_TYPE_END_ELEMENT ||
                      (type == XML_READER_TYPE_ELEMENT && xmlTextReaderIsEmptyElement(reader.get()) == 1);
    if (ends && ends_a_line(text_of(xmlTextReaderConstLocalName(reader.get())))) text += '\n';
  }
}

void say_nothing(void*, const char*, ...) {}

}  // namespace

bool is_office(std::string_view type) noexcept { return std::ranges::find(kTypes, type) != kTypes.end(); }

void prepare_office() {
  xmlInitParser();
  xmlSetGenericErrorFunc(nullptr, say_nothing);
}

OfficeDocument read_office(ByteView untrusted_document, const ArchiveLimits& limits, std::size_t max_text) {
  OfficeDocument document;
  document.archive = read_archive(untrusted_document, limits, [&](std::string_view name) {
    document.has_macros = document.has_macros || is_macro(name);
    return is_text_part(name) || is_inner_file(name) || is_manifest(name);
  });
  for (const ArchivedFile& file : document.archive.files) {
    if (is_manifest(file.name) && as_text(file.content).find("encryption-data") != std::string_view::npos)
      document.archive.locked = true;
  }
  for (const std::string_view part : kTextParts) {
    for (const ArchivedFile& file : document.archive.files) {
      if (file.name.starts_with(part) && is_text_part(file.name)) read_xml(file.content, max_text, document.text);
    }
  }
  std::erase_if(document.archive.files,
                [](const ArchivedFile& file) { return is_text_part(file.name) || is_manifest(file.name); });
  document.files = std::move(document.archive.files);
  document.archive.files.clear();
  return document;
}

}  // namespace zp::intake::cell
