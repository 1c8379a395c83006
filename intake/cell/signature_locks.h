// intake/cell/signature_locks.h - what the signatures of one revision of a PDF permit afterwards.
//
// Certification (/DocMDP), locked fields (/FieldMDP and a signed field's own /Lock): ISO 32000-2 12.8.2.2, 12.8.2.4,
// 12.7.5.5. Throws what QPDF throws.
#ifndef INTAKE_CELL_SIGNATURE_LOCKS_H_
#define INTAKE_CELL_SIGNATURE_LOCKS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "intake/cell/pdf_fields.h"

namespace zp::intake::cell {

class SignatureLocks {
 public:
  /// `fields`: all of the revision.
  explicit SignatureLocks(const std::vector<Field>& fields);

  /// Level 1 of a certification permits validation data and time-stamps only.
  bool filling_permitted() const { return level_ >= 2; }
  bool further_signatures_permitted() const { return level_ >= 2; }
  /// Certified by its maker (/DocMDP).
  bool certified() const { return certified_; }
  /// Certified at level 3 and nowhere more strictly.
  bool notes_permitted() const;
  bool locked(const std::string& field_name) const;
  /// A later signature claims to permit what an earlier one forbade.
  bool widened_by(const SignatureLocks& later) const;

 private:
  struct Lock {
    bool all = false, exclude = false;
    std::set<std::string> names;
  };

  void read_reference(QPDFObjectHandle reference, const std::string& field_name);
  void read_lock(QPDFObjectHandle parameters, const std::string& field_name);
  void name_level(QPDFObjectHandle level, const std::string& field_name);

  int level_ = 2;  // the strictest of all; 2 where no signature names one
  bool certified_ = false;
  std::map<std::string, int> named_levels_;  // by signature field
  std::vector<Lock> locks_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_SIGNATURE_LOCKS_H_
