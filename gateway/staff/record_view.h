// gateway/staff/record_view.h - records, demands and measures as data for the page templates. Nothing is decided here.
#ifndef GATEWAY_STAFF_RECORD_VIEW_H_
#define GATEWAY_STAFF_RECORD_VIEW_H_

#include <nlohmann/json.hpp>

#include "gateway/casework/register.h"
#include "gateway/http/form.h"

namespace zp::gateway {

/// A form that could not be kept: what was typed, and why.
struct Attempt {
  std::string record, complaint;
  intake::FieldValues typed;
};

/// The fields of a form (staff/partials/velden.html); `group` keeps ids apart when a page holds several forms.
nlohmann::json form_fields(const std::vector<intake::FieldRule>& fields, const intake::FieldValues& values,
                           const std::string& group);
/// What such a form sent. Several choices come as several boxes.
intake::FieldValues typed_fields(const std::vector<intake::FieldRule>& fields, const Form& form);
/// What the register says, beside a dossier; `rule` is the register's own.
nlohmann::json register_json(const ClientRegister& known, const intake::RequestRule* rule, const std::string& today);
/// Everything that staff/vastlegging.html shows.
nlohmann::json records_json(const DossierView& view, const Attempt& attempt);

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_RECORD_VIEW_H_
