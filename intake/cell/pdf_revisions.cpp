#include "intake/cell/pdf_revisions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <map>
#include <qpdf/Buffer.hh>
#include <set>
#include <span>
#include <string>

#include "intake/cell/graph_comparison.h"
#include "intake/cell/pdf_appended.h"
#include "intake/cell/pdf_byte_range.h"
#include "intake/cell/pdf_fields.h"
#include "intake/cell/pdf_structure.h"
#include "intake/cell/signature_locks.h"

namespace zp::intake::cell {
namespace {

using Object = QPDFObjectHandle;
using Keys = std::set<std::string>;

/// Compares two revisions, whose fields are known; each function returns false for a change that is not permitted.
class RevisionComparison {
 public:
  RevisionComparison(QPDF& before, std::size_t signed_end, QPDF& after, std::size_t size,
                     std::vector<Field>& new_fields)
      : before_(before),
        signed_end_(signed_end),
        after_(after),
        size_(size),
        old_fields_(form_fields(before)),
        new_fields_(new_fields),
        locks_(old_fields_) {}

  std::string forbidden_change() {
    if (!equate_pages()) return "changed-page-list";
    if (!equate_fields()) return "changed-field-list";
    if (!trailer()) return "changed-trailer";
    if (!catalog()) return "changed-catalog";
    if (!form()) return "changed-form";
    if (!pages()) return "changed-page";
    if (locks_.widened_by(SignatureLocks(new_fields_))) return "widened-permissions";
    return fields() ? "" : "changed-field";
  }

 private:
  /// Pages and fields are compared by rules of their own: whoever points to one points to the same one as before.
  bool equate_pages() {
    const std::vector<Object>&old_pages = before_.getAllPages(), &new_pages = after_.getAllPages();
    if (old_pages.size() != new_pages.size()) return false;
    for (std::size_t i = 0; i < old_pages.size(); ++i) {
      if (old_pages[i].getObjGen() != new_pages[i].getObjGen()) return false;
      graph_.equate(old_pages[i], new_pages[i]);
    }
    return true;
  }

  bool equate_fields() {
    for (Field& field : new_fields_) {
      if (!new_by_name_.emplace(field.name, &field).second && !field.name.empty()) return false;
    }
    for (Field& field : old_fields_) {
      const auto same = new_by_name_.find(field.name);
      if (same == new_by_name_.end() || same->second->object.getObjGen() != field.object.getObjGen()) return false;
      old_names_.insert(field.name);
      graph_.equate(field.object, same->second->object);
      if (field.widgets.size() != same->second->widgets.size()) return false;
      for (std::size_t i = 0; i < field.widgets.size(); ++i) {
        if (field.widgets[i].getObjGen() != same->second->widgets[i].getObjGen()) return false;
        graph_.equate(field.widgets[i], same->second->widgets[i]);
      }
    }
    return true;
  }

  bool trailer() {
    // What a new cross-reference section needs (ISO 32000-1 7.5.5, 7.5.8), the sum over a locked file (ISO/TS 32004),
    // and the catalog and information, which have their own rules.
    static const Keys kOwnRules = {"/Root",  "/Info", "/ID",     "/Size",   "/Prev",        "/XRefStm", "/Type",
                                   "/Index", "/W",    "/Length", "/Filter", "/DecodeParms", "/AuthCode"};
    return same_but(before_.getTrailer(), after_.getTrailer(), kOwnRules);
  }

  bool catalog() {
    Object old_root = before_.getRoot(), new_root = after_.getRoot();
    graph_.equate(old_root, new_root);
    static const Keys kOwnRules = {"/DSS", "/Extensions", "/Version", "/AcroForm", "/Metadata"};
    return same_but(old_root, new_root, kOwnRules) && only_grows(old_root.getKey("/DSS"), new_root.getKey("/DSS")) &&
           new_root.getKey("/Extensions").isDictionary() >= old_root.getKey("/Extensions").isDictionary() &&
           version_of(new_root) >= version_of(old_root);
  }

  /// "/1.7"; empty: that of the file's first line.
  static std::string version_of(Object root) {
    Object version = root.getKey("/Version");
    return version.isName() ? version.getName() : std::string();
  }

  /// Validation data (ISO 32000-2 12.8.4.3) may be added and renewed, never taken away. Nothing in it is shown.
  static bool only_grows(Object old_value, Object new_value) {
    if (old_value.isDictionary() && new_value.isDictionary()) {
      return std::ranges::all_of(old_value.getKeys(), [&](const std::string& key) {
        return key == "/Type" || only_grows(old_value.getKey(key), new_value.getKey(key));
      });
    }
    if (old_value.isArray()) return new_value.isArray() && new_value.getArrayNItems() >= old_value.getArrayNItems();
    return !old_value.isDictionary() && (old_value.isNull() || !new_value.isNull());
  }

  static std::vector<Object> items_of(Object list) {
    return list.isArray() ? list.getArrayAsVector() : std::vector<Object>();
  }

  /// The elements of the old list, then perhaps more.
  bool begins_with(const std::vector<Object>& old_list, const std::vector<Object>& new_list) {
    return new_list.size() >= old_list.size() &&
           std::ranges::equal(old_list, std::span(new_list).first(old_list.size()),
                              [&](Object before, Object after) { return graph_.same(before, after); });
  }

  bool same_but(Object old_dictionary, Object new_dictionary, const Keys& own_rules) {
    if (!old_dictionary.isDictionary() || !new_dictionary.isDictionary()) return false;
    Keys keys = old_dictionary.getKeys();
    keys.merge(new_dictionary.getKeys());
    return std::ranges::all_of(keys, [&](const std::string& key) {
      return own_rules.contains(key) || graph_.same(old_dictionary.getKey(key), new_dictionary.getKey(key));
    });
  }

  bool form() {
    Object old_form = before_.getRoot().getKey("/AcroForm"), new_form = after_.getRoot().getKey("/AcroForm");
    if (old_form.isNull()) return new_form.isNull() || only_new_signatures(items_of(new_form.getKey("/Fields")), 0);
    if (!new_form.isDictionary()) return false;
    // Programs that sign add a style for fields that name none, and no longer ask viewers to draw the fields anew.
    Keys own_rules = {"/Fields", "/SigFlags", "/DR", "/NeedAppearances"};
    if (!old_form.hasKey("/DA")) own_rules.insert("/DA");
    if (!asks_to_draw_fields(old_form) && asks_to_draw_fields(new_form)) return false;
    const std::vector<Object> old_list = items_of(old_form.getKey("/Fields")),
                              new_list = items_of(new_form.getKey("/Fields"));
    return same_but(old_form, new_form, own_rules) && resources_grow(old_form.getKey("/DR"), new_form.getKey("/DR")) &&
           begins_with(old_list, new_list) && only_new_signatures(new_list, old_list.size());
  }

  static bool asks_to_draw_fields(Object form) {
    Object asks = form.getKey("/NeedAppearances");
    return asks.isBool() && asks.getBoolValue();
  }

  bool resources_grow(Object old_resources, Object new_resources) {
    if (old_resources.isNull()) return true;
    if (!old_resources.isDictionary() || !new_resources.isDictionary())
      return graph_.same(old_resources, new_resources);
    for (const std::string& category : old_resources.getKeys()) {
      Object old_category = old_resources.getKey(category), new_category = new_resources.getKey(category);
      if (!old_category.isDictionary()) {
        if (!graph_.same(old_category, new_category)) return false;
        continue;
      }
      for (const std::string& name : old_category.getKeys()) {
        if (!new_category.isDictionary() || !graph_.same(old_category.getKey(name), new_category.getKey(name)))
          return false;
      }
    }
    return true;
  }

  bool only_new_signatures(const std::vector<Object>& list, std::size_t from) {
    return std::all_of(list.begin() + static_cast<std::ptrdiff_t>(from), list.end(),
                       [&](const Object& one) { return is_new_signature(one); });
  }

  /// ISO 32000-2 table 257 lets the maker of a document permit notes. One that hides text would be an attack, so only
  /// marks that viewers draw themselves, and small ones.
  static bool is_harmless_note(Object note) {
    static const Keys kMarks = {"/Text", "/Popup", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret"};
    if (!note.isDictionary() || !note.getKey("/Subtype").isName() ||
        !kMarks.contains(note.getKey("/Subtype").getName()))
      return false;
    constexpr double kSmall = 40;  // points
    return !has_actions(note) &&
           (!note.hasKey("/AP") || (width_and_height(note).first <= kSmall && width_and_height(note).second <= kSmall));
  }

  static std::pair<double, double> width_and_height(Object annotation) {
    Object rect = annotation.getKey("/Rect");
    std::array<double, 4> corner{};
    for (int i = 0; i < 4; ++i) {
      if (!rect.isArray() || rect.getArrayNItems() != 4 || !rect.getArrayItem(i).isNumber()) return {0, 0};
      corner[static_cast<std::size_t>(i)] = rect.getArrayItem(i).getNumericValue();
    }
    return {std::abs(corner[2] - corner[0]), std::abs(corner[3] - corner[1])};
  }

  /// A place for a signature that nobody foresaw, drawn over a document whose maker certified it, can hide what it
  /// says.
  bool covers_certified(Object field) const {
    const auto [width, height] = width_and_height(field);
    return locks_.certified() && width > 0 && height > 0 && field.hasKey("/AP");
  }

  /// A signature over more than this one, which is then checked like any other: a field that only looks signed can be
  /// drawn by anybody.
  bool signs_more(Object value) const {
    if (!value.isDictionary() || !value.getKey("/Contents").isString()) return false;
    const auto range = read_byte_range(value.getKey("/ByteRange"), size_);
    return range && range->after_end > signed_end_;
  }

  /// A new name between dots: what is below it is looked at field by field.
  static bool only_groups(Object field) {
    static const Keys kOfGroup = {"/Kids", "/Parent", "/T"};
    return field.hasKey("/Kids") && std::ranges::includes(kOfGroup, field.getKeys());
  }

  /// Itself unless it is one of the places of a field. Not all programs give those a /Parent.
  Object field_shown_in(Object widget) const {
    const auto field = std::ranges::find_if(new_fields_, [&](const Field& one) {
      return std::ranges::any_of(one.widgets, [&](Object own) { return own.getObjGen() == widget.getObjGen(); });
    });
    return field == new_fields_.end() ? widget : field->object;
  }

  /// A field or the place where it is shown.
  bool is_new_signature(Object shown) {
    if (!shown.isDictionary() || !shown.isIndirect() || existed(shown)) return false;
    if (only_groups(shown)) return true;
    Object field = field_shown_in(shown);
    if (existed(field) || has_actions(field)) return false;
    const bool signature = field.getKey("/FT").isName() && field.getKey("/FT").getName() == "/Sig";
    Object value = field.getKey("/V");
    if (!signature || !signs_more(value) || has_actions(shown) || covers_certified(shown)) return false;
    const bool timestamp =
        value.getKey("/SubFilter").isName() && value.getKey("/SubFilter").getName() == "/ETSI.RFC3161";
    return timestamp || locks_.further_signatures_permitted();
  }

  bool existed(Object object) {
    return before_.getObjectByObjGen(object.getObjGen()).isInitialized() &&
           !before_.getObjectByObjGen(object.getObjGen()).isNull();
  }

  static bool has_actions(Object object) { return object.hasKey("/A") || object.hasKey("/AA"); }

  bool pages() {
    const std::vector<Object>&old_pages = before_.getAllPages(), &new_pages = after_.getAllPages();
    static const Keys kOwnRules = {"/Annots"};
    for (std::size_t i = 0; i < old_pages.size(); ++i) {
      std::vector<Object> old_list = items_of(Object(old_pages[i]).getKey("/Annots")),
                          new_list = items_of(Object(new_pages[i]).getKey("/Annots"));
      if (locks_.notes_permitted()) {
        std::erase_if(old_list, is_harmless_note);
        std::erase_if(new_list, is_harmless_note);
      }
      // Annotations that were added must be the places of new signatures.
      if (!same_but(old_pages[i], new_pages[i], kOwnRules) || !begins_with(old_list, new_list)) return false;
      if (!only_new_signatures(new_list, old_list.size())) return false;
    }
    return true;
  }

  bool fields() {
    for (Field& field : old_fields_) {
      Field& now = *new_by_name_.at(field.name);
      const bool signing = field.type == "/Sig" && field.value.isNull() && signs_more(now.value) &&
                           locks_.further_signatures_permitted();
      const bool filling = field.type != "/Sig" && locks_.filling_permitted();
      const bool may_change = (signing || filling) && !locks_.locked(field.name);
      if (!field_permitted(field.object, now.object, may_change)) return false;
      for (std::size_t i = 0; i < field.widgets.size(); ++i) {
        if (!field_permitted(field.widgets[i], now.widgets[i], may_change)) return false;
      }
    }
    return std::ranges::all_of(new_fields_, [&](const Field& field) {
      return old_names_.contains(field.name) || is_new_signature(field.object);
    });
  }

  bool field_permitted(Object old_field, Object new_field, bool may_change) {
    // What shows the new value, and how it is set in type: the appearance may be anything already.
    static const Keys kFilledIn = {"/V", "/RV", "/AP", "/AS", "/M", "/I", "/MK", "/DA", "/Q", "/F", "/Parent", "/Kids"};
    static const Keys kStructure = {"/Parent", "/Kids"};
    if (!may_change) return same_but(old_field, new_field, kStructure);
    return same_but(old_field, new_field, kFilledIn) && same_flags(old_field.getKey("/F"), new_field.getKey("/F")) &&
           (graph_.same(old_field.getKey("/AP"), new_field.getKey("/AP")) || only_shown_here(old_field.getKey("/AP")));
  }

  /// A signed field is printed and locked; it must not become hidden or visible.
  static bool same_flags(Object old_flags, Object new_flags) {
    constexpr long long kPrint = 4, kLocked = 128, kLockedContents = 512;
    const auto rest = [](Object flags) {
      return (flags.isInteger() ? flags.getIntValue() : 0) & ~(kPrint | kLocked | kLockedContents);
    };
    return rest(old_flags) == rest(new_flags);
  }

  /// An appearance that is also used elsewhere would change more than its field.
  bool only_shown_here(Object appearance) {
    if (appearance.isIndirect() && graph_.looked_at(appearance)) return false;
    if (!appearance.isDictionary()) return true;
    return std::ranges::all_of(appearance.getKeys(),
                               [&](const std::string& key) { return only_shown_here(appearance.getKey(key)); });
  }

  QPDF& before_;
  std::size_t signed_end_;
  QPDF& after_;
  std::size_t size_;
  std::vector<Field> old_fields_;
  std::vector<Field>& new_fields_;
  SignatureLocks locks_;
  GraphComparison graph_;
  std::map<std::string, Field*> new_by_name_;
  Keys old_names_;
};

}  // namespace

struct LatestRevision::Opened {
  Opened(ByteView whole, QPDF* known)
      : anew(known == nullptr ? open_pdf(whole) : nullptr),
        document(known == nullptr ? *anew : *known),
        fields(form_fields(document)) {}

  std::shared_ptr<QPDF> anew;
  QPDF& document;
  std::vector<Field> fields;
  bool repaired = false;
};

LatestRevision::LatestRevision(ByteView whole, QPDF* document) : whole_(whole), document_(document) {}
LatestRevision::~LatestRevision() = default;

std::string LatestRevision::forbidden_change(std::size_t signed_end) {
  try {
    if (!opened_) opened_ = std::make_unique<Opened>(whole_, document_);
    const auto before = open_pdf(whole_.first(signed_end));
    std::string change =
        RevisionComparison(*before, signed_end, opened_->document, whole_.size(), opened_->fields).forbidden_change();
    if (change.empty() && !only_revisions_follow(whole_, signed_end, opened_->document)) change = "unlisted-objects";
    // A file that had to be repaired can be read in more than one way.
    opened_->repaired = was_repaired(opened_->document) || opened_->repaired;
    if (change.empty() && (was_repaired(*before) || opened_->repaired)) change = "repaired";
    return change;
  } catch (const std::exception&) {
    return "unreadable-revision";
  }
}

}  // namespace zp::intake::cell
