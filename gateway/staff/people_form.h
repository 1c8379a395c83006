// gateway/staff/people_form.h - who asks and who it is about, as staff correct or complete it.
#ifndef GATEWAY_STAFF_PEOPLE_FORM_H_
#define GATEWAY_STAFF_PEOPLE_FORM_H_

#include "gateway/staff/workbench.h"

namespace zp::gateway {

/// What the form on the dossier's page says of them. kRefused, in Dutch: it can't be right.
Result<void> edit_people(Casework& casework, Visit& visit, const Id& dossier);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_PEOPLE_FORM_H_
