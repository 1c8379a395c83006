// The only file that knows libharu. Marked content, TJ and fonts from memory have no public call in 2.3.0, so
// internals that it exports are used; 2.4 changed them, hence the check of the version.
#include "templates/letter/draw.h"

#include <fmt/format.h>
#include <hpdf.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <set>

namespace zp::templates {
namespace {

static_assert(HPDF_VERSION_ID == 20300,
              "draw.cpp uses internals of libharu 2.3.0: check each of them against this version");
constexpr float kLeastAdjustment = 0.4F;  // 1/1000 em that nobody sees

/// libharu calls this from C frames: note the first error, never throw.
struct Trouble {
  HPDF_STATUS code = 0, detail = 0;
};
void note_trouble(HPDF_STATUS code, HPDF_STATUS detail, void* user) {
  auto* trouble = static_cast<Trouble*>(user);
  if (trouble->code == 0) *trouble = {code, detail};
}

struct FreeDocument {
  void operator()(HPDF_Doc document) const { HPDF_Free(document); }
};
using Document = std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, FreeDocument>;

std::map<int, std::set<char32_t>> characters_by_face(const DisplayList& list) {
  std::map<int, std::set<char32_t>> used;
  for (const Page& page : list.pages)
    for (const Mark& mark : page.marks)
      if (const auto* text = std::get_if<TextMark>(&mark))
        for (const Glyph& glyph : text->glyphs) used[text->face].insert(glyph.c);
  return used;
}

constexpr const char* kEncoding = "zegelpost";

/// An encoding with one character: libharu refuses a font without any. libharu would make widths, glyphs and Unicode of all 65536 codes of its UTF-8 encoding for
/// each font, which is a third of the time that a letter takes; finish() writes those of the characters used.
HPDF_STATUS fill_in(HPDF_Encoder encoder) {
  const HPDF_STATUS status = HPDF_CMapEncoder_InitAttr(encoder);
  if (status != HPDF_OK) return status;
  auto* map = static_cast<HPDF_CMapEncoderAttr>(encoder->attr);
  std::strcpy(map->registry, "Adobe");
  std::strcpy(map->ordering, "Identity-H");  // becomes the /Encoding of the font
  map->writing_mode = HPDF_WMODE_HORIZONTAL;
  map->cid_map[0][' '] = map->unicode_map[0][' '] = ' ';
  encoder->type = HPDF_ENCODER_TYPE_DOUBLE_BYTE;
  return HPDF_OK;
}

bool add_encoding(HPDF_Doc document) {
  std::string name = kEncoding;
  HPDF_Encoder encoder = HPDF_CMapEncoder_New(document->mmgr, name.data(), fill_in);
  if (encoder == nullptr) return false;
  return HPDF_Doc_RegisterEncoder(document, encoder) == HPDF_OK;  // frees it on failure
}

/// How libharu marks the font in the PDF, so that finish() finds it.
std::string tag_of(int face) { return "ZPFAC" + std::string(1, static_cast<char>('A' + face)); }

/// The name that HPDF_GetFont knows the font by; null if libharu refuses it.
const char* add_font(HPDF_Doc document, const Bytes& truetype, int face) {
  const auto size = static_cast<HPDF_UINT>(truetype.size());
  HPDF_Stream stream = HPDF_MemStream_New(document->mmgr, size);
  if (stream == nullptr) return nullptr;
  HPDF_Stream_Write(stream, truetype.data(), size);
  HPDF_Stream_Seek(stream, 0, HPDF_SEEK_SET);
  HPDF_FontDef definition = HPDF_TTFontDef_Load(document->mmgr, stream, HPDF_TRUE);  // owns the stream, also on failure
  if (definition == nullptr) return nullptr;
  if (HPDF_List_Add(document->fontdef_list, definition) != HPDF_OK) {
    HPDF_FontDef_Free(definition);
    return nullptr;
  }
  std::string tag = tag_of(face);
  HPDF_TTFontDef_SetTagName(definition, tag.data());
  return definition->base_font;
}

class Painter {
 public:
  Painter(HPDF_Doc document, const FaceBook& faces) : document_(document), faces_(faces) {}

  bool add_fonts(const DisplayList& list, Drawing& drawing) {
    for (const auto& [face, characters] : characters_by_face(list)) {
      FaceSubset subset = faces_.face(face).subset(characters);
      const char* name = add_font(document_, subset.truetype, face);
      HPDF_Font font = name == nullptr ? nullptr : HPDF_GetFont(document_, name, kEncoding);
      if (font == nullptr) return false;
      // Raw TJ marks no glyph as used, so libharu embeds an empty font; finish() puts the subset in its
      // place. (Its own subsetter gives up on some composite glyphs.)
      fonts_[face] = font;
      drawing.face_of_tag[tag_of(face)] = face;
      drawing.subsets[face] = std::move(subset);
    }
    return true;
  }

  void paint(const Page& page) {
    page_ = HPDF_AddPage(document_);
    if (page_ == nullptr) return;
    HPDF_Page_SetWidth(page_, static_cast<float>(kPageWidth));
    HPDF_Page_SetHeight(page_, static_cast<float>(kPageHeight));
    stream_ = static_cast<HPDF_PageAttr>(page_->attr)->stream;
    for (const Mark& mark : page.marks) std::visit([this](const auto& one) { put(one); }, mark);
  }

 private:
  void write(const std::string& operators) { HPDF_Stream_WriteStr(stream_, operators.c_str()); }
  void put(const BeginContent& mark) { write(fmt::format("/{} <</MCID {}>> BDC\n", mark.tag, mark.mcid)); }
  void put(const BeginArtifact& mark) {
    const std::string subtype = mark.subtype.empty() ? "" : "/Subtype/" + mark.subtype;
    write(fmt::format("/Artifact <</Type/{}{}>> BDC\n", mark.type, subtype));
  }
  void put(const EndContent&) { write("EMC\n"); }

  void put(const RectangleMark& mark) {
    if (mark.rectangles.empty()) return;
    HPDF_Page_SetRGBFill(page_, mark.color.red, mark.color.green, mark.color.blue);
    for (const Rectangle& box : mark.rectangles)
      HPDF_Page_Rectangle(page_, static_cast<float>(box.x), static_cast<float>(box.y), static_cast<float>(box.width),
                          static_cast<float>(box.height));
    HPDF_Page_Fill(page_);
  }

  void put(const TextMark& mark) {
    HPDF_Page_BeginText(page_);
    HPDF_Page_SetFontAndSize(page_, fonts_.at(mark.face), static_cast<float>(mark.size));
    HPDF_Page_SetRGBFill(page_, mark.color.red, mark.color.green, mark.color.blue);
    HPDF_Page_MoveTextPos(page_, static_cast<float>(mark.x), static_cast<float>(mark.y));
    std::string array = "[<";
    float rise = 0;
    const auto adjust = [&](float by) {  // thousandths of an em to the right
      if (std::abs(by) > kLeastAdjustment) array += fmt::format(">{}<", std::lround(-by));
    };
    for (const Glyph& glyph : mark.glyphs) {
      if (glyph.dy != rise) {
        rise = glyph.dy;
        array += fmt::format(">] TJ\n{:.3f} Ts\n[<", rise * static_cast<float>(mark.size) / 1000);
      }
      adjust(glyph.dx);
      array += fmt::format("{:04X}", static_cast<std::uint32_t>(glyph.c));
      adjust(glyph.advance - static_cast<float>(faces_.face(mark.face).width(glyph.c)) - glyph.dx);
    }
    write(array + (rise != 0 ? ">] TJ\n0 Ts\n" : ">] TJ\n"));
    HPDF_Page_EndText(page_);
  }

  HPDF_Doc document_;
  const FaceBook& faces_;
  HPDF_Page page_ = nullptr;
  HPDF_Stream stream_ = nullptr;
  std::map<int, HPDF_Font> fonts_;
};

std::string saved(HPDF_Doc document) {
  HPDF_SaveToStream(document);
  HPDF_UINT32 size = HPDF_GetStreamSize(document);
  std::string pdf(size, '\0');
  HPDF_ResetStream(document);
  HPDF_ReadFromStream(document, reinterpret_cast<HPDF_BYTE*>(pdf.data()), &size);
  pdf.resize(size);
  return pdf;
}

}  // namespace

Result<Drawing> draw(const DisplayList& list, const FaceBook& faces) {
  Trouble trouble;
  const Document document(HPDF_New(note_trouble, &trouble));
  if (!document) return fail(Code::kIo, "draw letter", "libharu cannot start");
  HPDF_SetCompressionMode(document.get(), HPDF_COMP_NONE);  // QPDF compresses once, at the end
  Drawing drawing;
  Painter painter(document.get(), faces);
  if (add_encoding(document.get()) && painter.add_fonts(list, drawing))
    for (const Page& page : list.pages) painter.paint(page);
  if (trouble.code == 0) drawing.pdf = saved(document.get());
  if (trouble.code != 0 || drawing.pdf.empty())
    return fail(Code::kIo, "draw letter", fmt::format("libharu error {:#x}, {}", trouble.code, trouble.detail));
  return drawing;
}

}  // namespace zp::templates
