#include "intake/cell/pdf_fields.h"

#include <algorithm>
#include <array>
#include <map>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <set>

#include "intake/cell/protocol.h"

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxFields = 20'000;
constexpr int kMaxDepth = 30;

class FieldWalker {
 public:
  explicit FieldWalker(std::vector<Field>& fields) : fields_(fields) {}

  void walk(QPDFObjectHandle object, const Field& parent, int depth) {
    if (depth > kMaxDepth || fields_.size() >= kMaxFields || !object.isDictionary()) return;
    if (object.isIndirect() && !seen_.insert(object.getObjGen()).second) return;
    Field field = parent;
    field.object = object;
    field.widgets.clear();
    if (const QPDFObjectHandle part = object.getKey("/T"); QPDFObjectHandle(part).isString()) {
      field.name += (field.name.empty() ? "" : ".") + QPDFObjectHandle(part).getUTF8Value();
    }
    if (QPDFObjectHandle type = object.getKey("/FT"); type.isName()) field.type = type.getName();
    if (QPDFObjectHandle value = object.getKey("/V"); !value.isNull()) field.value = value;
    QPDFObjectHandle kids = object.getKey("/Kids");
    std::vector<QPDFObjectHandle> sub_fields;
    const int count = kids.isArray() ? kids.getArrayNItems() : 0;
    for (int i = 0; i < count; ++i) {
      QPDFObjectHandle kid = kids.getArrayItem(i);
      if (kid.isDictionary() && kid.hasKey("/T"))
        sub_fields.push_back(kid);
      else
        field.widgets.push_back(kid);
    }
    if (object.hasKey("/Rect")) field.widgets.push_back(object);
    fields_.push_back(field);
    for (QPDFObjectHandle& kid : sub_fields) walk(kid, field, depth + 1);
  }

 private:
  std::vector<Field>& fields_;
  std::set<QPDFObjGen> seen_;
};

}  // namespace

bool rectangle(QPDFObjectHandle array, std::array<double, 4>& into) {
  if (!array.isArray() || array.getArrayNItems() != 4) return false;
  for (int i = 0; i < 4; ++i) {
    QPDFObjectHandle item = array.getArrayItem(i);
    if (!item.isNumber()) return false;
    into[static_cast<std::size_t>(i)] = item.getNumericValue();
  }
  if (into[0] > into[2]) std::swap(into[0], into[2]);
  if (into[1] > into[3]) std::swap(into[1], into[3]);
  return true;
}

PageArea page_area(std::size_t index, QPDFObjectHandle page) {
  PageArea area{index, {0, 0, 612, 792}, 0};
  QPDFPageObjectHelper helper(page);
  rectangle(helper.getCropBox(), area.box);
  QPDFObjectHandle rotate = helper.getAttribute("/Rotate", false);
  if (rotate.isInteger()) area.rotate = static_cast<int>(((rotate.getIntValue() / 90) % 4 + 4) % 4);
  return area;
}

Box shown_box(const PageArea& area, const std::array<double, 4>& rect) {
  const double width = area.box[2] - area.box[0], height = area.box[3] - area.box[1];
  if (width <= 0 || height <= 0) return {};
  Box box{(rect[0] - area.box[0]) / width, (area.box[3] - rect[3]) / height, (rect[2] - rect[0]) / width,
          (rect[3] - rect[1]) / height};
  for (int turn = 0; turn < area.rotate; ++turn) box = {1 - box.y - box.h, box.x, box.h, box.w};
  const double right = std::clamp(box.x + box.w, 0.0, 1.0), bottom = std::clamp(box.y + box.h, 0.0, 1.0);
  box.x = std::clamp(box.x, 0.0, 1.0);
  box.y = std::clamp(box.y, 0.0, 1.0);
  return {box.x, box.y, right - box.x, bottom - box.y};
}

std::vector<Field> form_fields(QPDF& document) {
  std::vector<Field> fields;
  QPDFObjectHandle form = document.getRoot().getKey("/AcroForm");
  QPDFObjectHandle top = form.isDictionary() ? form.getKey("/Fields") : QPDFObjectHandle::newNull();
  if (!top.isArray()) return fields;
  FieldWalker walker(fields);
  Field none;
  none.value = QPDFObjectHandle::newNull();
  const int count = top.getArrayNItems();
  for (int i = 0; i < count; ++i) walker.walk(top.getArrayItem(i), none, 0);
  return fields;
}

std::vector<std::vector<Box>> empty_signature_fields(QPDF& document) {
  const std::vector<QPDFObjectHandle>& pages = document.getAllPages();
  std::vector<std::vector<Box>> found(std::min(pages.size(), kMaxPages));
  std::map<QPDFObjGen, PageArea> page_of_widget;
  for (std::size_t i = 0; i < found.size(); ++i) {
    QPDFObjectHandle page = pages[i], annotations = page.getKey("/Annots");
    const PageArea area = page_area(i, page);
    const int count = annotations.isArray() ? annotations.getArrayNItems() : 0;
    for (int n = 0; n < count; ++n) page_of_widget.emplace(annotations.getArrayItem(n).getObjGen(), area);
  }
  for (Field& field : form_fields(document)) {
    if (field.type != "/Sig" || !field.value.isNull()) continue;
    for (QPDFObjectHandle& widget : field.widgets) {
      const auto page = page_of_widget.find(widget.getObjGen());
      std::array<double, 4> rect{};
      if (page == page_of_widget.end() || !widget.isDictionary() || !rectangle(widget.getKey("/Rect"), rect)) continue;
      const Box box = shown_box(page->second, rect);
      if (box.w > 0 && box.h > 0) found[page->second.index].push_back(box);
    }
  }
  return found;
}

}  // namespace zp::intake::cell
