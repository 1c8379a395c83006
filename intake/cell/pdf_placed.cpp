#include "intake/cell/pdf_placed.h"

#include <algorithm>
#include <array>
#include <exception>
#include <qpdf/QPDFMatrix.hh>
#include <qpdf/QPDFPageObjectHelper.hh>

#include "intake/cell/bounded_buffer.h"
#include "intake/cell/pdf_fields.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxContent = 16 << 20;  // bytes of a content stream, decoded
constexpr std::size_t kMaxOperators = 500'000;
constexpr std::size_t kMaxOperands = 100;
constexpr int kMaxDepth = 8;            // forms within forms
constexpr std::size_t kMaxDrawn = 500;  // pictures of one page
constexpr double kScanned = 0.5;        // of the page, under pictures
constexpr double kSmall = 0.2;          // of the page: what is put on a scan afterwards is not larger
constexpr std::size_t kManySmall = 8;   // a scanner that cuts its pages into pieces makes more

double area(const Box& box) { return box.w * box.h; }

double overlap(const Box& a, const Box& b) {
  const double w = std::min(a.x + a.w, b.x + b.w) - std::max(a.x, b.x);
  const double h = std::min(a.y + a.h, b.y + b.h) - std::max(a.y, b.y);
  return std::max(0.0, w) * std::max(0.0, h);
}

/// Follows the matrix through a content stream and notes where pictures are drawn.
class PictureFinder {
 public:
  PictureFinder(QPDF& document, const PageArea& page) : document_(document), page_(page) {}

  void look(QPDFObjectHandle content, QPDFObjectHandle resources, const QPDFMatrix& matrix, int depth) {
    if (depth > kMaxDepth || !content.isStream()) return;
    BoundedBuffer buffer(kMaxContent);
    content.pipeStreamData(&buffer, 0, qpdf_dl_generalized, true);
    parse(buffer.take(), resources, matrix, depth);
  }

  void parse(const Bytes& content, QPDFObjectHandle resources, const QPDFMatrix& matrix, int depth) {
    Reader reader(*this, resources, matrix, depth);
    document_.newStream(std::string(as_text(content))).parseAsContents(&reader);
  }

  std::vector<Box> take() { return std::move(drawn_); }

 private:
  class Reader : public QPDFObjectHandle::ParserCallbacks {
   public:
    Reader(PictureFinder& finder, QPDFObjectHandle resources, const QPDFMatrix& matrix, int depth)
        : finder_(finder), resources_(resources), matrix_(matrix), depth_(depth) {}

    void handleObject(QPDFObjectHandle object, std::size_t, std::size_t) override {
      if (!object.isOperator()) {
        if (operands_.size() < kMaxOperands) operands_.push_back(object);
        return;
      }
      if (++finder_.operators_ > kMaxOperators) {
        terminateParsing();
        return;
      }
      const std::string name = object.getOperatorValue();
      if (name == "q" && saved_.size() < kMaxOperands) saved_.push_back(matrix_);
      if (name == "Q" && !saved_.empty()) {
        matrix_ = saved_.back();
        saved_.pop_back();
      }
      if (name == "cm") change();
      if (name == "Do" && operands_.size() == 1 && operands_[0].isName())
        finder_.draw(resources_.getKey("/XObject"), operands_[0].getName(), resources_, matrix_, depth_);
      operands_.clear();
    }
    void handleEOF() override {}

   private:
    void change() {
      if (operands_.size() != 6 || !std::ranges::all_of(operands_, [](auto& one) { return one.isNumber(); })) return;
      std::array<double, 6> v{};
      std::ranges::transform(operands_, v.begin(), [](auto& one) { return one.getNumericValue(); });
      matrix_.concat({v[0], v[1], v[2], v[3], v[4], v[5]});
    }

    PictureFinder& finder_;
    QPDFObjectHandle resources_;
    QPDFMatrix matrix_;
    int depth_;
    std::vector<QPDFMatrix> saved_;
    std::vector<QPDFObjectHandle> operands_;
  };

  void draw(QPDFObjectHandle objects, const std::string& name, QPDFObjectHandle resources, const QPDFMatrix& matrix,
            int depth) {
    QPDFObjectHandle object = objects.isDictionary() ? objects.getKey(name) : QPDFObjectHandle::newNull();
    if (!object.isStream() || drawn_.size() >= kMaxDrawn) return;
    QPDFObjectHandle keys = object.getDict();
    const QPDFObjectHandle subtype = keys.getKey("/Subtype");
    if (QPDFObjectHandle(subtype).isNameAndEquals("/Image")) {
      const auto r = matrix.transformRectangle({0, 0, 1, 1});
      drawn_.push_back(shown_box(page_, {r.llx, r.lly, r.urx, r.ury}));
    } else if (QPDFObjectHandle(subtype).isNameAndEquals("/Form")) {
      QPDFMatrix inner = matrix;
      if (keys.getKey("/Matrix").isMatrix()) inner.concat(QPDFMatrix(keys.getKey("/Matrix").getArrayAsMatrix()));
      look(object, keys.getKey("/Resources").isDictionary() ? keys.getKey("/Resources") : resources, inner, depth + 1);
    }
  }

  QPDF& document_;
  const PageArea& page_;
  std::vector<Box> drawn_;
  std::size_t operators_ = 0;
};

std::vector<Box> pictures_on(QPDF& document, QPDFObjectHandle page, const PageArea& where) {
  QPDFPageObjectHelper helper(page);
  BoundedBuffer content(kMaxContent);
  helper.pipeContents(&content);
  PictureFinder finder(document, where);
  finder.parse(content.take(), helper.getAttribute("/Resources", false), {}, 0);
  return finder.take();
}

/// Annotations in which a program draws or pastes.
std::vector<Box> drawings_on(QPDFObjectHandle page, const PageArea& where) {
  std::vector<Box> drawings;
  QPDFObjectHandle annotations = page.getKey("/Annots");
  const int count = annotations.isArray() ? std::min<int>(annotations.getArrayNItems(), kMaxDrawn) : 0;
  for (int i = 0; i < count; ++i) {
    QPDFObjectHandle one = annotations.getArrayItem(i);
    std::array<double, 4> rect{};
    if (!one.isDictionary() || !rectangle(one.getKey("/Rect"), rect)) continue;
    for (const char* subtype : {"/Stamp", "/Ink", "/FreeText", "/PolyLine"})
      if (one.getKey("/Subtype").isNameAndEquals(subtype)) drawings.push_back(shown_box(where, rect));
  }
  return drawings;
}

bool put_there(const PlacedOnPage& placed, const Box& signature) {
  if (!placed.scanned) return true;
  return std::ranges::any_of(placed.objects,
                             [&](const Box& box) { return overlap(box, signature) > 0.5 * area(signature); });
}

}  // namespace

PlacedOnPage placed_on_page(QPDF& document, std::size_t index) {
  QPDFObjectHandle page = document.getAllPages().at(index);
  const PageArea where = page_area(index, page);
  PlacedOnPage placed;
  double covered = 0;
  for (const Box& picture : pictures_on(document, page, where)) {
    covered += area(picture);
    if (area(picture) < kSmall) placed.objects.push_back(picture);
  }
  placed.scanned = covered > kScanned;
  if (placed.objects.size() > kManySmall) placed.objects.clear();
  for (const Box& drawing : drawings_on(page, where)) placed.objects.push_back(drawing);
  return placed;
}

void tell_placed(QPDF& document, Findings& findings) {
  for (PageFindings& page : findings.pages) {
    if (page.handwritten_signatures.empty()) continue;
    PlacedOnPage placed{.scanned = true, .objects = {}};
    try {
      placed = placed_on_page(document, static_cast<std::size_t>(page.number - 1));
    } catch (const std::exception&) {
    } catch (const TooMuch&) {
    }
    for (HandwrittenSignature& signature : page.handwritten_signatures) {
      if (put_there(placed, signature.box)) signature.origin = "image";
      std::erase_if(page.empty_signature_fields, [&](const Box& field) {
        return signature.confidence >= kSureSignature && overlap(field, signature.box) > 0.5 * area(signature.box);
      });
    }
  }
}

}  // namespace zp::intake::cell
