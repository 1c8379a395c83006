// gateway/public/portal.h - the pages on which a sender sends documents: start, form, documents, overview,
// receipt, resume, legal pages.
//
// Every page works without JavaScript; scripts only add progress and findings as they come.
// Threads: may be shared.
#ifndef GATEWAY_PUBLIC_PORTAL_H_
#define GATEWAY_PUBLIC_PORTAL_H_

#include "gateway/public/door.h"

namespace zp::gateway {

class Portal {
 public:
  /// `door` is borrowed.
  explicit Portal(Door& door) : door_(door) {}
  void add_routes(Router& router);

 private:
  // portal_request.cpp
  Response start(Request& request);
  Response form_page(Request& request);
  Response begin(Request& request);
  Response render_form(const intake::RequestRule& rule, const std::map<std::string, std::string>& values,
                       const std::vector<std::pair<std::string, std::string>>& mistakes) const;
  // portal_documents.cpp
  Response documents(Request& request);
  Response upload_form(Request& request);
  Response remove_file(Request& request);
  Response findings(Request& request);
  Response render_documents(const Door::Session& session, const std::string& mistake, int status = 200) const;
  // portal_send.cpp
  Response overview(Request& request);
  Response send(Request& request);
  Response receipt(Request& request);
  Response receipt_pdf(Request& request);
  Response stop(Request& request);
  // portal_words.cpp
  Response words_page(Request& request);
  Response keep_words(Request& request);
  // portal_resume.cpp
  Response resume_page(Request& request);
  Response resume(Request& request);
  // portal_legal.cpp
  Response accessibility(Request& request);
  Response privacy(Request& request);
  Response security_txt(Request& request);
  Response health(Request& request);

  Door& door_;
};

/// One file of a draft as pages and the findings endpoint show it: what inspection found, and what the rule
/// lacks in it.
nlohmann::json file_view(const DraftFile& file, const std::vector<intake::RequirementResult>& requirements);
/// What was filled in, label and value, in the order of the rule.
nlohmann::json filled_in(const Draft& draft, const intake::RequestRule* rule);
/// The page for somebody without a draft.
Response no_draft(const Door& door);

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_PORTAL_H_
