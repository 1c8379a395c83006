// The only file that knows libharu. Marked content and TJ have no public call in 2.3.0, so internals that it exports are
// used; 2.4 changed them, hence the check of the version.
#include "templates/letter/draw.h"

#include <fmt/format.h>
#include <hpdf.h>

#include <array>
#include <cmath>
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

/// The fonts of libharu that need no file. The page says glyphs by code itself, so that libharu need not know the font that
/// is meant, only a name for it; finish() puts that font in its place. libharu's own way of embedding gives up on some
/// composite glyphs and makes tables of 65,536 codes for each font.
constexpr std::array kStandIns = {"Helvetica",   "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique",
                                  "Times-Roman", "Times-Bold",     "Times-Italic",      "Times-BoldItalic",
                                  "Courier",     "Courier-Bold",   "Courier-Oblique",   "Courier-BoldOblique"};

class Painter {
 public:
  Painter(HPDF_Doc document, const FaceBook& faces) : document_(document), faces_(faces) {}

  bool add_fonts(const DisplayList& list, Drawing& drawing) {
    for (const auto& [face, characters] : characters_by_face(list)) {
      const char* const name = kStandIns.at(fonts_.size());
      HPDF_Font font = HPDF_GetFont(document_, name, nullptr);
      if (font == nullptr) return false;
      fonts_[face] = font;
      drawing.face_of_font[name] = face;
      drawing.subsets[face] = faces_.face(face).subset(characters);
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
  if (painter.add_fonts(list, drawing))
    for (const Page& page : list.pages) painter.paint(page);
  if (trouble.code == 0) drawing.pdf = saved(document.get());
  if (trouble.code != 0 || drawing.pdf.empty())
    return fail(Code::kIo, "draw letter", fmt::format("libharu error {:#x}, {}", trouble.code, trouble.detail));
  return drawing;
}

}  // namespace zp::templates
