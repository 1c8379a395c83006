#include <fmt/format.h>

#include <cmath>
#include <set>

#include "templates/letter/pdf_parts.h"

namespace zp::templates {
namespace {

using Object = QPDFObjectHandle;

/// Six capitals that differ when the characters differ, so that fonts of two letters are never taken for one
/// (ISO 32000-1, 9.6.4).
std::string subset_tag(const FaceSubset& subset) {
  std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
  for (const auto& [c, glyph] : subset.glyphs) hash = (hash ^ c) * 1099511628211ULL;
  std::string tag;
  for (int i = 0; i < 6; ++i, hash /= 26) tag += static_cast<char>('A' + hash % 26);
  return tag;
}

std::string to_unicode_map(const FaceSubset& subset) {
  std::string map =
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
      "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
      "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
  constexpr std::size_t kMostPerBlock = 100;
  auto at = subset.glyphs.begin();
  for (std::size_t left = subset.glyphs.size(); left > 0;) {
    const std::size_t count = std::min(left, kMostPerBlock);
    map += fmt::format("{} beginbfchar\n", count);
    for (std::size_t i = 0; i < count; ++i, ++at)
      map += fmt::format("<{0:04X}> <{0:04X}>\n", static_cast<std::uint32_t>(at->first));
    map += "endbfchar\n";
    left -= count;
  }
  return map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

/// Codes are UTF-16 units; the map leads from each to its glyph, two bytes for every code up to the highest.
std::string glyph_map(const FaceSubset& subset) {
  std::string map((static_cast<std::size_t>(subset.glyphs.rbegin()->first) + 1) * 2, '\0');
  for (const auto& [c, glyph] : subset.glyphs) {
    map[c * 2] = static_cast<char>(glyph >> 8);
    map[c * 2 + 1] = static_cast<char>(glyph & 0xFF);
  }
  return map;
}

Object widths(const FaceSubset& subset, const Face& face) {
  Object all = Object::newArray();
  Object run;
  char32_t last = 0;
  for (const auto& [c, glyph] : subset.glyphs) {
    if (!run.isInitialized() || c != last + 1) {
      run = Object::newArray();
      all.appendItem(Object::newInteger(c));
      all.appendItem(run);
    }
    run.appendItem(Object::newReal(face.width(c), 3));
    last = c;
  }
  return all;
}

Object descriptor(QPDF& pdf, const Object& name, const FaceSubset& subset, const FaceMetrics& metrics) {
  Object file = Object::newStream(&pdf, std::string(subset.truetype.begin(), subset.truetype.end()));
  file.getDict().replaceKey("/Length1", Object::newInteger(static_cast<long long>(subset.truetype.size())));
  Object box = Object::newArray();
  for (const int side : metrics.box) box.appendItem(Object::newInteger(side));
  constexpr int kNonsymbolic = 32;
  return Object::newDictionary({{"/Type", Object::newName("/FontDescriptor")},
                                {"/FontName", name},
                                {"/Flags", Object::newInteger(kNonsymbolic)},
                                {"/Ascent", Object::newInteger(metrics.ascent)},
                                {"/Descent", Object::newInteger(metrics.descent)},
                                {"/CapHeight", Object::newInteger(metrics.cap_height)},
                                {"/XHeight", Object::newInteger(metrics.x_height)},
                                {"/StemV", Object::newInteger(metrics.stem_v)},
                                {"/ItalicAngle", Object::newReal(metrics.italic_angle, 1)},
                                {"/FontBBox", box},
                                {"/FontFile2", file}});
}

/// A font of two-byte codes (ISO 32000-1, 9.7).
Object composite_font(QPDF& pdf, const FaceSubset& subset, const Face& face) {
  const FaceMetrics& metrics = face.metrics();
  const Object name = Object::newName("/" + subset_tag(subset) + "+" + metrics.postscript_name);
  Object glyphs = Object::newDictionary(
      {{"/Type", Object::newName("/Font")},
       {"/Subtype", Object::newName("/CIDFontType2")},
       {"/BaseFont", name},
       {"/CIDSystemInfo", Object::parse("<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>")},
       {"/CIDToGIDMap", Object::newStream(&pdf, glyph_map(subset))},
       {"/W", widths(subset, face)},
       {"/DW", Object::newInteger(1000)},
       {"/FontDescriptor", pdf.makeIndirectObject(descriptor(pdf, name, subset, metrics))}});
  Object descendants = Object::newArray();
  descendants.appendItem(pdf.makeIndirectObject(glyphs));
  return Object::newDictionary({{"/Type", Object::newName("/Font")},
                                {"/Subtype", Object::newName("/Type0")},
                                {"/BaseFont", name},
                                {"/Encoding", Object::newName("/Identity-H")},
                                {"/DescendantFonts", descendants},
                                {"/ToUnicode", Object::newStream(&pdf, to_unicode_map(subset))}});
}

}  // namespace

void put_in_fonts(QPDF& pdf, const Drawing& drawing, const FaceBook& faces) {
  std::set<QPDFObjGen> seen;
  for (Object page : pdf.getAllPages()) {
    Object resources = page.getKey("/Resources");
    resources.removeKey("/ProcSet");
    Object fonts = resources.getKey("/Font");
    if (!fonts.isDictionary()) continue;
    for (const std::string& key : fonts.getKeys()) {
      Object stand_in = fonts.getKey(key);
      if (!seen.insert(stand_in.getObjGen()).second) continue;
      const int face = drawing.face_of_font.at(stand_in.getKey("/BaseFont").getName().substr(1));
      pdf.replaceObject(stand_in.getObjGen(), composite_font(pdf, drawing.subsets.at(face), faces.face(face)));
    }
  }
}

}  // namespace zp::templates
