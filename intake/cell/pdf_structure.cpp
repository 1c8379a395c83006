#include "intake/cell/pdf_structure.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>

#include "intake/cell/bounded_buffer.h"
#include "intake/cell/pdf_fields.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxObjects = 300'000;
constexpr int kMaxDepth = 60;  // of direct objects inside one object
constexpr std::size_t kMaxEmbedded = 50;
constexpr std::size_t kMaxEmbeddedBytes = 64ul << 20;  // of one embedded file, decoded
constexpr std::size_t kMaxEmbeddedTotal = 128ul << 20;
constexpr std::size_t kMaxObjectStreams = 64ul << 20;  // of all together, decoded
constexpr std::size_t kMaxContainers = 1'000'000;      // arrays and dictionaries in them; each takes a microsecond
constexpr std::size_t kMaxXfaBytes = 16ul << 20;       // of one packet, decoded
constexpr std::size_t kMaxStreams = 512ul << 20;       // of all that are no pictures, decoded
constexpr double kMaxPicturePixels = 800e6;            // an A4 page at 2400 dpi has 557 million

/// Looks at every object of the file, reachable or not: readers differ in what they reach.
class HazardFinder {
 public:
  explicit HazardFinder(PdfStructure& structure) : structure_(structure) {}

  void look_at_all() {
    look_at(structure_.document->getTrailer(), 0);
    std::size_t count = 0;
    for (QPDFObjectHandle& object : structure_.document->getAllObjects()) {
      if (++count > kMaxObjects) {
        add("decompression-bomb");
        return;
      }
      look_at(object, 0);
    }
  }

 private:
  void add(const char* hazard) { structure_.hazards.insert(hazard); }

  void look_at(QPDFObjectHandle object, int depth) {
    if (depth > kMaxDepth) {
      add("malformed");
      return;
    }
    if (object.isStream()) {
      look_at_stream(object);
      object = object.getDict();
    }
    if (object.isDictionary()) {
      look_at_dictionary(object);
      for (const std::string& key : object.getKeys()) look_further(object.getKey(key), depth);
    } else if (object.isArray()) {
      const int count = object.getArrayNItems();
      for (int i = 0; i < count; ++i) look_further(object.getArrayItem(i), depth);
    }
  }

  /// What is indirect gets its own turn in the list of all objects.
  void look_further(QPDFObjectHandle value, int depth) {
    if (!value.isIndirect() && !value.isScalar()) look_at(value, depth + 1);
  }

  void look_at_stream(QPDFObjectHandle stream) {
    QPDFObjectHandle dictionary = stream.getDict();
    const QPDFObjectHandle width = dictionary.getKey("/Width"), height = dictionary.getKey("/Height");
    const bool is_picture = QPDFObjectHandle(width).isNumber() && QPDFObjectHandle(height).isNumber();
    if (is_picture &&
        QPDFObjectHandle(width).getNumericValue() * QPDFObjectHandle(height).getNumericValue() > kMaxPicturePixels) {
      add("image-bomb");
    }
    if (!is_picture) count(stream);
  }

  /// Whoever draws a page unpacks its streams; two kilobytes can hold a billion.
  void count(QPDFObjectHandle stream) {
    BoundedCount unpacked(streams_left_);
    try {
      stream.pipeStreamData(&unpacked, 0, qpdf_dl_all, true);
    } catch (const TooMuch&) {
      throw std::bad_alloc();
    }
    streams_left_ = unpacked.left();
  }

  void look_at_dictionary(QPDFObjectHandle dictionary) {
    if (dictionary.hasKey("/JS")) add("javascript");
    if (dictionary.hasKey("/XFA")) look_at_xfa(dictionary.getKey("/XFA"));
    if (dictionary.getKey("/NeedsRendering").isBool() && dictionary.getKey("/NeedsRendering").getBoolValue())
      add("xfa");
    if (dictionary.hasKey("/EF")) embedded_file(dictionary);
    look_at_names(dictionary.getKey("/EmbeddedFiles"));
    look_at_action(dictionary.getKey("/S"), dictionary);
    const QPDFObjectHandle subtype = dictionary.getKey("/Subtype");
    if (is_name(dictionary.getKey("/Type"), "/EmbeddedFile")) add("embedded-file");
    for (const char* media : {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}) {
      if (is_name(subtype, media)) add("rich-media");
    }
    if (is_name(subtype, "/FileAttachment")) add("embedded-file");
  }

  /// One stream, or names and streams by turns. A script in it is declared by its content type.
  void look_at_xfa(QPDFObjectHandle form) {
    add("xfa");
    const std::vector<QPDFObjectHandle> streams = form.isArray() ? form.getArrayAsVector() : std::vector{form};
    for (QPDFObjectHandle stream : streams) {
      if (!stream.isStream()) continue;
      BoundedBuffer buffer(kMaxXfaBytes);
      try {
        stream.pipeStreamData(&buffer, 0, qpdf_dl_all, true);
      } catch (const TooMuch&) {
        add("decompression-bomb");
      }
      const Bytes packet = buffer.take();
      if (as_text(packet).find("x-javascript") != std::string_view::npos) add("javascript");
    }
  }

  void look_at_names(QPDFObjectHandle tree) {
    if (!tree.isDictionary()) return;
    QPDFObjectHandle names = tree.getKey("/Names");
    if (tree.hasKey("/Kids") || (names.isArray() && names.getArrayNItems() > 0)) add("embedded-file");
  }

  static bool is_name(QPDFObjectHandle value, const char* name) { return value.isName() && value.getName() == name; }

  void look_at_action(QPDFObjectHandle type, QPDFObjectHandle action) {
    if (is_name(type, "/JavaScript")) add("javascript");
    if (is_name(type, "/Launch")) add("launch-action");
    for (const char* outside : {"/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound"}) {
      if (is_name(type, outside)) add("external-action");
    }
    if (is_name(type, "/URI") && action.getKey("/URI").isString())
      look_at_address(action.getKey("/URI").getStringValue());
  }

  void look_at_address(std::string address) {
    std::ranges::transform(address, address.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (address.starts_with("javascript:")) add("javascript");
    if (address.starts_with("file:")) add("launch-action");
    if (address.starts_with("data:")) add("external-action");
  }

  void embedded_file(QPDFObjectHandle specification) {
    add("embedded-file");
    QPDFObjectHandle files = specification.getKey("/EF");
    if (!files.isDictionary()) return;
    for (const char* key : {"/UF", "/F", "/DOS", "/Mac", "/Unix"}) {
      QPDFObjectHandle stream = files.getKey(key);
      if (!stream.isStream() || !seen_.insert(stream.getObjGen()).second) continue;
      if (structure_.embedded.size() >= kMaxEmbedded) {
        add("too-many-attachments");
        return;
      }
      take(stream, name_of(specification));
    }
  }

  static std::string name_of(QPDFObjectHandle specification) {
    for (const char* key : {"/UF", "/F"}) {
      if (specification.getKey(key).isString()) return specification.getKey(key).getUTF8Value();
    }
    return {};
  }

  void take(QPDFObjectHandle stream, std::string name) {
    const std::size_t left = kMaxEmbeddedTotal - total_;
    BoundedBuffer buffer(std::min(left, kMaxEmbeddedBytes));
    try {
      if (!stream.pipeStreamData(&buffer, 0, qpdf_dl_all, true)) add("malformed");
    } catch (const TooMuch&) {
      add("decompression-bomb");
      return;
    }
    structure_.embedded.push_back({std::move(name), buffer.take()});
    total_ += structure_.embedded.back().content.size();
  }

  PdfStructure& structure_;
  std::set<QPDFObjGen> seen_;
  std::size_t total_ = 0;
  std::size_t streams_left_ = kMaxStreams;
};

/// For a file whose objects cannot be read: the words that another reader might still act on.
void look_at_raw(ByteView pdf, PdfStructure& structure) {
  struct Clue {
    std::string_view word;
    const char* hazard;
  };
  constexpr Clue kClues[] = {{"/JavaScript", "javascript"},      {"/JS", "javascript"},
                             {"/Launch", "launch-action"},       {"/XFA", "xfa"},
                             {"/EmbeddedFile", "embedded-file"}, {"/Encrypt", "encrypted"},
                             {"/RichMedia", "rich-media"},       {"/x-javascript", "javascript"}};
  for (const Clue& clue : kClues) {
    if (as_text(pdf).find(clue.word) != std::string_view::npos) structure.hazards.insert(clue.hazard);
  }
  structure.document.reset();
}

/// How many arrays and dictionaries may begin there: a small stream can hold millions of empty ones.
std::size_t containers_in(ByteView bytes) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    count += bytes[i] == '[' || (bytes[i] == '<' && i + 1 < bytes.size() && bytes[i + 1] == '<') ? 1 : 0;
  return count;
}

/// Objects packed into streams are unpacked a whole stream at a time, by us and by each reader.
bool packs_too_much(QPDF& document) {
  constexpr int kInObjectStream = 2;
  std::set<int> streams;
  for (const auto& [id, entry] : document.getXRefTable())
    if (entry.getType() == kInObjectStream) streams.insert(entry.getObjStreamNumber());
  std::size_t left = kMaxObjectStreams, containers = 0;
  for (const int number : streams) {
    QPDFObjectHandle stream = document.getObject(number, 0);
    if (!stream.isStream()) continue;
    BoundedBuffer buffer(left);
    try {
      stream.pipeStreamData(&buffer, 0, qpdf_dl_all, true);
    } catch (const TooMuch&) {
      return true;
    }
    const Bytes packed = buffer.take();
    left -= packed.size();
    containers += containers_in(packed);
    if (containers > kMaxContainers) return true;
  }
  return false;
}

void read_document(PdfStructure& structure) {
  HazardFinder(structure).look_at_all();
  structure.empty_signature_fields = empty_signature_fields(*structure.document);
}

/// /Size may be larger than it need be; one too small would hide objects from some readers (ISO 32000-1 7.5.5).
bool leaves_numbers_unused(const std::string& warning) {
  int size = 0, highest = 0;
  constexpr const char* kForm = "reported number of objects (%d) is not one plus the highest object number (%d)";
  return std::sscanf(warning.c_str(), kForm, &size, &highest) == 2 && size > highest;
}

}  // namespace

std::shared_ptr<QPDF> open_pdf(ByteView bytes) {
  auto document = QPDF::create();
  document->setSuppressWarnings(true);
  document->processMemoryFile("document", reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return document;
}

bool was_repaired(QPDF& document) {
  return std::ranges::any_of(document.getWarnings(), [](const QPDFExc& warning) {
    const std::string detail = warning.getMessageDetail();
    return detail != "extraneous whitespace seen before xref" && !leaves_numbers_unused(detail);
  });
}

PdfStructure read_structure(ByteView untrusted_pdf) {
  PdfStructure structure;
  try {
    structure.document = open_pdf(untrusted_pdf);
    if (structure.document->isEncrypted()) structure.hazards.insert("encrypted");
    if (packs_too_much(*structure.document)) throw std::bad_alloc();
    read_document(structure);
    structure.mended = was_repaired(*structure.document);
    if (structure.mended) structure.hazards.insert("malformed");
    return structure;
  } catch (const QPDFExc& error) {
    // Locks that QPDF knows not (certificates instead of a password) are for a person with another program.
    structure.needs_password = error.getErrorCode() == qpdf_e_password || error.getErrorCode() == qpdf_e_unsupported;
    structure.hazards.insert(structure.needs_password ? "encrypted" : "malformed");
  } catch (const std::bad_alloc&) {
    structure.hazards.insert("decompression-bomb");
  } catch (const std::exception&) {
    structure.hazards.insert("malformed");
  }
  look_at_raw(untrusted_pdf, structure);
  return structure;
}

}  // namespace zp::intake::cell
