#include "templates/letter/font.h"

#include <hb-ot.h>
#include <hb-subset.h>
#include <hb.h>

#include <cmath>
#include <filesystem>
#include <mutex>

namespace zp::templates {
namespace {

// Regular and bold of each family, the preferred family first: metric-compatible with Arial, then two with
// more letters.
struct Family {
  const char *regular, *bold, *package;
};
constexpr std::array<Family, 3> kFamilies = {{
    {"/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf",
     "/usr/share/fonts/truetype/liberation2/LiberationSans-Bold.ttf", "fonts-liberation2"},
    {"/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
     "fonts-noto-core"},
    {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
     "fonts-dejavu-core"},
}};

template <typename T, void (*Destroy)(T*)>
struct Destroyer {
  void operator()(T* object) const { Destroy(object); }
};
using Blob = std::unique_ptr<hb_blob_t, Destroyer<hb_blob_t, hb_blob_destroy>>;
using HbFace = std::unique_ptr<hb_face_t, Destroyer<hb_face_t, hb_face_destroy>>;
using HbFont = std::unique_ptr<hb_font_t, Destroyer<hb_font_t, hb_font_destroy>>;
using Buffer = std::unique_ptr<hb_buffer_t, Destroyer<hb_buffer_t, hb_buffer_destroy>>;
using SubsetInput = std::unique_ptr<hb_subset_input_t, Destroyer<hb_subset_input_t, hb_subset_input_destroy>>;

/// A big-endian 16-bit field of an OpenType table; 0 if the table is too short.
int table_field(hb_face_t* face, hb_tag_t tag, unsigned offset) {
  const Blob blob(hb_face_reference_table(face, tag));
  unsigned length = 0;
  const char* data = hb_blob_get_data(blob.get(), &length);
  if (offset + 2 > length) return 0;
  const auto high = static_cast<unsigned char>(data[offset]), low = static_cast<unsigned char>(data[offset + 1]);
  return static_cast<std::int16_t>(static_cast<unsigned>(high) << 8 | low);
}

FaceMetrics read_metrics(hb_face_t* face) {
  const double unit = 1000.0 / hb_face_get_upem(face);
  const auto field = [&](const char(&tag)[5], unsigned offset) {
    return static_cast<int>(std::lround(table_field(face, HB_TAG(tag[0], tag[1], tag[2], tag[3]), offset) * unit));
  };
  std::array<char, 128> name{};
  unsigned length = name.size();
  hb_ot_name_get_utf8(face, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &length, name.data());
  const int weight = table_field(face, HB_TAG('O', 'S', '/', '2'), 4);
  return {.postscript_name = name.data(),
          .ascent = field("hhea", 4),
          .descent = field("hhea", 6),
          .cap_height = field("OS/2", 88),
          .x_height = field("OS/2", 86),
          .stem_v = static_cast<int>(
              std::lround(50 + std::pow(weight / 65.0, 2))),  // the usual estimate from the weight class
          .box = {field("head", 36), field("head", 38), field("head", 40), field("head", 42)},
          .italic_angle = static_cast<double>(table_field(face, HB_TAG('p', 'o', 's', 't'), 4))};
}

std::map<char32_t, std::uint16_t> glyph_numbers(hb_face_t* face, const std::set<char32_t>& characters) {
  const HbFont font(hb_font_create(face));
  std::map<char32_t, std::uint16_t> glyphs;
  for (const char32_t c : characters) {
    hb_codepoint_t glyph = 0;
    ZP_CHECK(hb_font_get_nominal_glyph(font.get(), c, &glyph));
    glyphs[c] = static_cast<std::uint16_t>(glyph);
  }
  return glyphs;
}

}  // namespace

struct Face::Impl {
  Blob blob;
  HbFace face;
  HbFont font;
  // What subsetting needs: computed once, and only for a face that is used, since it takes 700 kB.
  std::once_flag prepare_once;
  HbFace prepared;
  FaceMetrics metrics;
  double unit;  // font units to 1/1000 em

  bool glyph(char32_t c, hb_codepoint_t& out) const { return hb_font_get_nominal_glyph(font.get(), c, &out) != 0; }
};

Face::Face(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Face::~Face() = default;
const FaceMetrics& Face::metrics() const { return impl_->metrics; }

Result<std::unique_ptr<Face>> Face::load(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->blob.reset(hb_blob_create_from_file_or_fail(path.c_str()));
  if (!impl->blob) return fail(Code::kConfig, "load font", path);
  impl->face.reset(hb_face_create(impl->blob.get(), 0));
  if (hb_face_get_glyph_count(impl->face.get()) == 0)
    return fail(Code::kConfig, "load font", path + " is no TrueType font");
  hb_face_make_immutable(impl->face.get());
  impl->font.reset(hb_font_create(impl->face.get()));
  hb_font_make_immutable(impl->font.get());
  impl->metrics = read_metrics(impl->face.get());
  impl->unit = 1000.0 / hb_face_get_upem(impl->face.get());
  return std::unique_ptr<Face>(new Face(std::move(impl)));
}

bool Face::has(char32_t c) const {
  hb_codepoint_t glyph = 0;
  return c <= 0xFFFF && impl_->glyph(c, glyph);  // libharu's codes have 16 bits
}

double Face::width(char32_t c) const {
  hb_codepoint_t glyph = 0;
  impl_->glyph(c, glyph);
  return hb_font_get_glyph_h_advance(impl_->font.get(), glyph) * impl_->unit;
}

std::vector<Glyph> Face::shape(std::u32string_view text) const {
  static const hb_feature_t kFeatures[] = {{HB_TAG('l', 'i', 'g', 'a'), 0, 0, HB_FEATURE_GLOBAL_END},
                                           {HB_TAG('c', 'l', 'i', 'g'), 0, 0, HB_FEATURE_GLOBAL_END},
                                           {HB_TAG('c', 'a', 'l', 't'), 0, 0, HB_FEATURE_GLOBAL_END},
                                           {HB_TAG('c', 'c', 'm', 'p'), 0, 0, HB_FEATURE_GLOBAL_END},
                                           {HB_TAG('l', 'o', 'c', 'l'), 0, 0, HB_FEATURE_GLOBAL_END},
                                           {HB_TAG('k', 'e', 'r', 'n'), 1, 0, HB_FEATURE_GLOBAL_END}};
  const Buffer buffer(hb_buffer_create());
  std::vector<std::uint32_t> codes(text.begin(), text.end());
  hb_buffer_add_codepoints(buffer.get(), codes.data(), static_cast<int>(codes.size()), 0,
                           static_cast<int>(codes.size()));
  hb_buffer_set_direction(buffer.get(), HB_DIRECTION_LTR);
  hb_buffer_set_language(buffer.get(), hb_language_from_string("nl", -1));
  hb_buffer_set_flags(buffer.get(), HB_BUFFER_FLAG_PRESERVE_DEFAULT_IGNORABLES);
  hb_buffer_guess_segment_properties(buffer.get());
  hb_shape(impl_->font.get(), buffer.get(), kFeatures, std::size(kFeatures));

  unsigned count = 0;
  const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer.get(), &count);
  const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer.get(), &count);
  bool one_to_one = count == text.size();
  for (unsigned i = 0; one_to_one && i < count; ++i) {
    hb_codepoint_t nominal = 0;
    impl_->glyph(text[i], nominal);
    one_to_one = infos[i].codepoint == nominal && infos[i].cluster <= i;
  }
  std::vector<Glyph> glyphs;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!one_to_one) {
      glyphs.push_back({text[i], static_cast<float>(width(text[i]))});
      continue;
    }
    const auto scaled = [&](hb_position_t value) { return static_cast<float>(value * impl_->unit); };
    glyphs.push_back(
        {text[i], scaled(positions[i].x_advance), scaled(positions[i].x_offset), scaled(positions[i].y_offset)});
  }
  return glyphs;
}

FaceSubset Face::subset(const std::set<char32_t>& characters) const {
  const SubsetInput input(hb_subset_input_create_or_fail());
  ZP_CHECK(input);
  for (const char32_t c : characters) hb_set_add(hb_subset_input_unicode_set(input.get()), c);
  hb_subset_input_set_flags(input.get(), HB_SUBSET_FLAGS_NO_HINTING);
  hb_set_t* dropped = hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG);
  for (const char* tag : {"GSUB", "GPOS", "GDEF", "gasp", "kern", "hdmx", "VDMX", "LTSH", "FFTM", "meta", "MATH"})
    hb_set_add(dropped, HB_TAG(tag[0], tag[1], tag[2], tag[3]));
  std::call_once(impl_->prepare_once, [&] { impl_->prepared.reset(hb_subset_preprocess(impl_->face.get())); });
  const HbFace face(hb_subset_or_fail(impl_->prepared.get(), input.get()));
  ZP_CHECK(face);
  const Blob blob(hb_face_reference_blob(face.get()));
  unsigned length = 0;
  const char* data = hb_blob_get_data(blob.get(), &length);
  FaceSubset subset{.truetype = Bytes(data, data + length), .glyphs = {}};
  const HbFace written(hb_face_create(blob.get(), 0));
  subset.glyphs = glyph_numbers(written.get(), characters);
  return subset;
}

Result<FaceBook> FaceBook::load() {
  FaceBook book;
  for (const Family& family : kFamilies)
    for (const char* path : {family.regular, family.bold}) {
      auto face = Face::load(path);
      if (!face) return fail(Code::kConfig, "load font", std::string(path) + ": install " + family.package);
      book.faces_.push_back(std::move(*face));
    }
  return book;
}

int FaceBook::pick(Weight weight, char32_t c) const {
  for (int i = weight == Weight::kBold ? 1 : 0; i < size(); i += 2)
    if (face(i).has(c)) return i;
  return -1;
}

}  // namespace zp::templates
