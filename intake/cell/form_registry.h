// intake/cell/form_registry.h - the forms that are known: blank PDFs, and a YAML file for each that names where one
// signs.
//
// Read before a cell is shut in. The files are ours or the operator's, not a stranger's; docs/operators/forms.md tells
// how to add one. Threads: free functions.
#ifndef INTAKE_CELL_FORM_REGISTRY_H_
#define INTAKE_CELL_FORM_REGISTRY_H_

#include <string>
#include <vector>

#include "crypto/base/result.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::cell {

/// The pages of all forms in `folder` (*.yaml). kConfig with file and line of what is wrong.
Result<std::vector<vision::FormPage>> load_forms(const std::string& folder);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_FORM_REGISTRY_H_
