#include "templates/letter/pdf_parts.h"

namespace zp::templates {
namespace {

using Object = QPDFObjectHandle;

constexpr std::size_t kLongLetter = 4;  // pages

struct Level {
  int level;
  Object item;
};

void append(Object parent, Object item) {
  item.replaceKey("/Parent", parent);
  Object last = parent.getKey("/Last");
  if (last.isNull()) {
    parent.replaceKey("/First", item);
  } else {
    item.replaceKey("/Prev", last);
    last.replaceKey("/Next", item);
  }
  parent.replaceKey("/Last", item);
}

void count_one_more(Object item) {
  const long long before = item.hasKey("/Count") ? item.getKey("/Count").getIntValue() : 0;
  item.replaceKey("/Count", Object::newInteger(before + 1));
}

Object destination(Object page, double top) {
  Object array = Object::parse("[/XYZ null]");
  array.insertItem(0, page);
  array.appendItem(Object::newReal(top, 2));
  array.appendItem(Object::newNull());
  return array;
}

}  // namespace

void write_outline(QPDF& pdf, const DisplayList& list, const std::map<const Element*, Object>& elements) {
  if (list.pages.size() < kLongLetter) return;
  const auto& pages = pdf.getAllPages();
  std::vector<Level> path{{0, pdf.makeIndirectObject(Object::parse("<</Type /Outlines>>"))}};
  pdf.getRoot().replaceKey("/Outlines", path.front().item);
  pdf.getRoot().replaceKey("/PageMode", Object::newName("/UseOutlines"));
  for (const Bookmark& bookmark : list.bookmarks) {
    while (path.back().level >= bookmark.level) path.pop_back();
    Object item = pdf.makeIndirectObject(Object::newDictionary());
    item.replaceKey("/Title", Object::newUnicodeString(bookmark.title));
    item.replaceKey("/Dest", destination(pages.at(static_cast<std::size_t>(bookmark.page)), bookmark.top));
    item.replaceKey("/SE", elements.at(bookmark.heading));
    append(path.back().item, item);
    for (const Level& above : path) count_one_more(above.item);
    path.push_back({bookmark.level, item});
  }
}

}  // namespace zp::templates
