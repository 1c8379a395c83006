#include "intake/cell/graph_comparison.h"

#include <cstring>
#include <map>
#include <qpdf/Buffer.hh>
#include <string>

namespace zp::intake::cell {
namespace {

/// Its digits without a fraction of zeros; as text, so that nothing is rounded.
std::string plain_number(QPDFObjectHandle number) {
  std::string digits = number.unparseResolved();
  if (digits.find('.') == std::string::npos) return digits;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

}  // namespace

void GraphComparison::equate(QPDFObjectHandle before, QPDFObjectHandle after) {
  if (before.isIndirect() && after.isIndirect()) equal_.emplace(before.getObjGen(), after.getObjGen());
}

bool GraphComparison::same(QPDFObjectHandle before, QPDFObjectHandle after) {
  to_compare_.assign(1, {before, after});
  assumed_.clear();
  while (!to_compare_.empty()) {
    const auto [left, right] = to_compare_.back();
    to_compare_.pop_back();
    if (!same_here(left, right)) return false;
  }
  // Nothing differs anywhere: all that was assumed on the way holds.
  for (const Ids& ids : assumed_) looked_at_.insert(ids.first);
  equal_.merge(assumed_);
  return true;
}

bool GraphComparison::same_here(QPDFObjectHandle before, QPDFObjectHandle after) {
  if (before.isIndirect() && after.isIndirect()) {
    const Ids ids{before.getObjGen(), after.getObjGen()};
    if (equal_.contains(ids) || !assumed_.insert(ids).second) return true;
  }
  // A program that writes an object anew may write 612.0 as 612.
  if (before.isNumber() && after.isNumber()) return plain_number(before) == plain_number(after);
  if (before.getTypeCode() != after.getTypeCode()) return false;
  if (before.isDictionary()) return same_dictionary(before, after);
  if (before.isStream()) return same_stream(before, after);
  if (!before.isArray()) return before.unparseResolved() == after.unparseResolved();
  const int count = before.getArrayNItems();
  if (after.getArrayNItems() != count) return false;
  for (int i = 0; i < count; ++i) to_compare_.emplace_back(before.getArrayItem(i), after.getArrayItem(i));
  return true;
}

bool GraphComparison::same_dictionary(QPDFObjectHandle before, QPDFObjectHandle after) {
  const std::map<std::string, QPDFObjectHandle> left = before.getDictAsMap(), right = after.getDictAsMap();
  for (const auto& [key, value] : left) to_compare_.emplace_back(value, after.getKey(key));
  for (const auto& [key, value] : right)
    if (!left.contains(key)) to_compare_.emplace_back(before.getKey(key), value);
  return true;
}

bool GraphComparison::same_stream(QPDFObjectHandle before, QPDFObjectHandle after) {
  const auto left = before.getRawStreamData(), right = after.getRawStreamData();
  if (left->getSize() != right->getSize() || std::memcmp(left->getBuffer(), right->getBuffer(), left->getSize()) != 0)
    return false;
  return same_dictionary(before.getDict(), after.getDict());
}

}  // namespace zp::intake::cell
