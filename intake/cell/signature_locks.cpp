#include "intake/cell/signature_locks.h"

#include <algorithm>

namespace zp::intake::cell {
namespace {

std::string name_of(QPDFObjectHandle value) { return value.isName() ? value.getName() : std::string(); }

}  // namespace

SignatureLocks::SignatureLocks(const std::vector<Field>& fields) {
  for (const Field& one : fields) {
    if (one.type != "/Sig") continue;
    Field field = one;
    if (!field.value.isDictionary()) continue;
    QPDFObjectHandle references = field.value.getKey("/Reference");
    const int count = references.isArray() ? references.getArrayNItems() : 0;
    for (int i = 0; i < count; ++i) read_reference(references.getArrayItem(i), field.name);
    if (field.object.getKey("/Lock").isDictionary()) read_lock(field.object.getKey("/Lock"), field.name);
  }
}

void SignatureLocks::read_reference(QPDFObjectHandle reference, const std::string& field_name) {
  if (!reference.isDictionary()) return;
  QPDFObjectHandle parameters = reference.getKey("/TransformParams");
  const std::string method = name_of(reference.getKey("/TransformMethod"));
  if (!parameters.isDictionary()) return;
  certified_ = certified_ || method == "/DocMDP";
  if (method == "/DocMDP") name_level(parameters.getKey("/P"), field_name);
  if (method == "/FieldMDP") read_lock(parameters, field_name);
}

void SignatureLocks::read_lock(QPDFObjectHandle parameters, const std::string& field_name) {
  const std::string action = name_of(parameters.getKey("/Action"));
  Lock lock;
  lock.all = action == "/All";
  lock.exclude = action == "/Exclude";
  QPDFObjectHandle names = parameters.getKey("/Fields");
  const int count = names.isArray() ? names.getArrayNItems() : 0;
  for (int i = 0; i < count; ++i) {
    if (names.getArrayItem(i).isString()) lock.names.insert(names.getArrayItem(i).getUTF8Value());
  }
  locks_.push_back(std::move(lock));
  name_level(parameters.getKey("/P"), field_name);
}

void SignatureLocks::name_level(QPDFObjectHandle level, const std::string& field_name) {
  if (!level.isInteger()) return;
  const int named = static_cast<int>(std::clamp(level.getIntValue(), 1LL, 3LL));
  level_ = std::min(level_, named);
  named_levels_[field_name] = named;
}

bool SignatureLocks::widened_by(const SignatureLocks& later) const {
  return !named_levels_.empty() && std::ranges::any_of(later.named_levels_, [&](const auto& named) {
    return !named_levels_.contains(named.first) && named.second > level_;
  });
}

bool SignatureLocks::notes_permitted() const {
  return certified_ && !named_levels_.empty() &&
         std::ranges::all_of(named_levels_, [](const auto& named) { return named.second == 3; });
}

bool SignatureLocks::locked(const std::string& field_name) const {
  // A lock on a field holds for the fields below it.
  const auto named = [&](const Lock& lock) {
    return std::ranges::any_of(
        lock.names, [&](const std::string& name) { return field_name == name || field_name.starts_with(name + "."); });
  };
  return std::ranges::any_of(locks_,
                             [&](const Lock& lock) { return lock.all || (lock.exclude ? !named(lock) : named(lock)); });
}

}  // namespace zp::intake::cell
