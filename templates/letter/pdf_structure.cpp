#include <map>

#include "templates/letter/pdf_parts.h"

namespace zp::templates {
namespace {

using Object = QPDFObjectHandle;

class StructureWriter {
 public:
  StructureWriter(QPDF& pdf, const DisplayList& list)
      : pdf_(pdf),
        list_(list),
        pages_(pdf.getAllPages()),
        root_(pdf.makeIndirectObject(Object::parse("<</Type /StructTreeRoot>>"))) {}

  void write(Object signature_field) {
    for (const Element& element : list_.elements)
      objects_.emplace(&element, pdf_.makeIndirectObject(Object::newDictionary()));
    for (std::size_t i = 0; i < pages_.size(); ++i) write_page(i);
    for (const Element& element : list_.elements) write_element(element);
    if (signature_field.isInitialized()) write_signature_element(signature_field);
    for (const auto& [key, value] : parents_) {
      numbers_.appendItem(Object::newInteger(key));
      numbers_.appendItem(value);
    }
    Object tree = pdf_.makeIndirectObject(Object::newDictionary());
    tree.replaceKey("/Nums", numbers_);
    root_.replaceKey("/ParentTree", tree);
    root_.replaceKey("/ParentTreeNextKey", Object::newInteger(next_parent_));
    root_.replaceKey("/K", objects_.at(&list_.elements.front()));
    pdf_.getRoot().replaceKey("/StructTreeRoot", root_);
    write_outline(pdf_, list_, objects_);
  }

 private:
  void write_page(std::size_t index) {
    const Page& page = list_.pages.at(index);
    Object object = pages_[index];
    object.replaceKey("/StructParents", Object::newInteger(static_cast<long long>(index)));
    object.replaceKey("/Tabs", Object::newName("/S"));
    Object owners = Object::newArray();
    for (const Element* owner : page.owners) owners.appendItem(objects_.at(owner));
    parents_[static_cast<int>(index)] = pdf_.makeIndirectObject(owners);
    Object annotations = Object::newArray();
    for (const Link& link : page.links) {
      links_[index].push_back(annotation(link));
      annotations.appendItem(links_[index].back());
    }
    if (!page.links.empty()) object.replaceKey("/Annots", annotations);
  }

  Object annotation(const Link& link) {
    Object object = pdf_.makeIndirectObject(Object::parse("<</Type /Annot /Subtype /Link /Border [0 0 0] /F 4>>"));
    Object action = Object::parse("<</Type /Action /S /URI>>");
    action.replaceKey("/URI", Object::newString(link.uri));
    object.replaceKey("/A", action);
    object.replaceKey("/Rect", numbers(link.box));
    object.replaceKey("/Contents", Object::newUnicodeString(link.description));
    own(object, objects_.at(link.owner));
    return object;
  }

  void own(Object annotation, Object element) {
    annotation.replaceKey("/StructParent", Object::newInteger(next_parent_));
    parents_[next_parent_++] = element;
  }

  void write_element(const Element& element) {
    Object object = objects_.at(&element);
    object.replaceKey("/Type", Object::newName("/StructElem"));
    object.replaceKey("/S", Object::newName("/" + element.type));
    object.replaceKey("/P", element.parent == nullptr ? root_ : objects_.at(element.parent));
    if (!element.alternative.empty()) object.replaceKey("/Alt", Object::newUnicodeString(element.alternative));
    write_attributes(element, object);
    Object kids = Object::newArray();
    int page = -1;
    for (const auto& kid : element.kids) {
      if (const auto* child = std::get_if<Element*>(&kid)) kids.appendItem(objects_.at(*child));
      if (const auto* content = std::get_if<ContentRef>(&kid)) {
        if (page < 0) object.replaceKey("/Pg", pages_.at(static_cast<std::size_t>(page = content->page)));
        kids.appendItem(content->page == page ? Object::newInteger(content->mcid) : marked_content(*content));
      }
      if (const auto* link = std::get_if<LinkRef>(&kid))
        kids.appendItem(
            object_reference(links_.at(static_cast<std::size_t>(link->page)).at(static_cast<std::size_t>(link->link)),
                             pages_.at(static_cast<std::size_t>(link->page))));
    }
    if (kids.getArrayNItems() > 0) object.replaceKey("/K", kids);
  }

  static void write_attributes(const Element& element, Object object) {
    Object attributes;
    if (!element.scope.empty()) {
      attributes = Object::parse("<</O /Table>>");
      attributes.replaceKey("/Scope", Object::newName("/" + element.scope));
    }
    if (!element.numbering.empty()) {
      attributes = Object::parse("<</O /List>>");
      attributes.replaceKey("/ListNumbering", Object::newName("/" + element.numbering));
    }
    if (element.box) {
      attributes = Object::parse("<</O /Layout /Placement /Block>>");
      attributes.replaceKey("/BBox", numbers(*element.box));
    }
    if (attributes.isInitialized()) object.replaceKey("/A", attributes);
  }

  Object marked_content(const ContentRef& content) {
    Object reference = Object::parse("<</Type /MCR>>");
    reference.replaceKey("/Pg", pages_.at(static_cast<std::size_t>(content.page)));
    reference.replaceKey("/MCID", Object::newInteger(content.mcid));
    return reference;
  }

  static Object object_reference(Object target, Object page) {
    Object reference = Object::parse("<</Type /OBJR>>");
    reference.replaceKey("/Obj", target);
    reference.replaceKey("/Pg", page);
    return reference;
  }

  void write_signature_element(Object field) {
    Object document = objects_.at(&list_.elements.front());
    Object form = pdf_.makeIndirectObject(Object::parse("<</Type /StructElem /S /Form>>"));
    form.replaceKey("/Alt", Object::newUnicodeString("Digitaal zegel"));
    form.replaceKey("/P", document);
    form.replaceKey("/Pg", pages_.front());
    form.replaceKey("/K", object_reference(field, pages_.front()));
    document.getKey("/K").appendItem(form);
    own(field, form);
  }

  static Object numbers(const std::array<double, 4>& values) {
    Object array = Object::newArray();
    for (const double value : values) array.appendItem(Object::newReal(value, 2));
    return array;
  }

  QPDF& pdf_;
  const DisplayList& list_;
  const std::vector<Object>& pages_;
  Object root_;
  Object numbers_ = Object::newArray();
  std::map<const Element*, Object> objects_;
  std::map<std::size_t, std::vector<Object>> links_;
  std::map<int, Object> parents_;
  int next_parent_ = static_cast<int>(pages_.size());
};

}  // namespace

void write_structure(QPDF& pdf, const DisplayList& list, QPDFObjectHandle signature_field) {
  StructureWriter(pdf, list).write(signature_field);
}

}  // namespace zp::templates
