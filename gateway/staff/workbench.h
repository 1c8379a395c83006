// gateway/staff/workbench.h - the pages that staff see, over HTTPS on an inner address.
//
// Every page and action runs as a Visit: a logged-in member of staff with the purpose that the address names
// (?doel=...). What may be seen or done is decided by casework (flow.h), which writes the ledger first; nothing here
// decides that again. Pages work without JavaScript. Threads: handlers run in any thread of the server.
#ifndef GATEWAY_STAFF_WORKBENCH_H_
#define GATEWAY_STAFF_WORKBENCH_H_

#include <functional>
#include <string>

#include "gateway/accounts/accounts.h"
#include "gateway/casework/casework.h"
#include "gateway/http/form.h"
#include "gateway/http/router.h"
#include "gateway/http/static_files.h"
#include "gateway/staff/record_view.h"
#include "intake/rules/cited.h"
#include "templates/page/page.h"

namespace zp::gateway {

/// One request by a member of staff who is logged in.
struct Visit {
  Request& request;
  User user;
  Session session;
  Actor actor;               // with purpose
  Form form;                 // of an action
  std::string refusal = {};  // why the action can't be: told on the page where it was asked

  Result<Id> id(const std::string& parameter) const { return Id::parse(request.parameter(parameter)); }
  std::string value(const std::string& field) const;
};

class Workbench {
 public:
  /// Borrows everything; all of it must outlive the workbench.
  Workbench(Casework& casework, Accounts& accounts, const templates::PageBook& pages, const StaticFiles& files,
            const intake::Desk& desk, const std::vector<intake::CitedRule>& rules);
  Response handle(Request& request);
  /// Fills in an answer that has a status of 400 or more and no body.
  void error_page(Response& response) const;

 private:
  using View = Result<Response> (Workbench::*)(Visit&);
  void page(const char* pattern, View view);
  /// A POST with a file: the view reads the form, and trusts it only after is_own_form().
  void upload(const char* pattern, View view);
  bool is_own_form(const Visit& visit, const std::string& token) const;
  /// A POST: the form is read and its token checked before `view` runs. What a rule refuses is told on top of `asked_on`.
  void action(const char* pattern, View view, View asked_on = nullptr);
  Response with_visit(Request& request, View view, bool is_action, View asked_on = nullptr);
  Result<Visit> enter(Request& request, bool is_action);

  // login.cpp
  Response login_form(Request& request, int status, const std::string& complaint) const;
  Response log_in(Request& request);
  Result<Response> log_out(Visit& visit);
  // queue.cpp
  Result<Response> queue(Visit& visit);
  // calendar_page.cpp
  Result<Response> calendar(Visit& visit);
  // dossier_page.cpp
  Result<Response> dossier(Visit& visit);
  Result<Response> choose_purpose(Visit& visit);
  // dossier_actions.cpp
  Result<Response> act(Visit& visit);
  // document_page.cpp
  Result<Response> document(Visit& visit);
  Result<Response> page_image(Visit& visit);
  Result<Response> original(Visit& visit);
  Result<Response> correct(Visit& visit);
  Result<Response> release(Visit& visit);
  Result<Response> scan_again(Visit& visit);
  // mail_page.cpp
  Result<Response> mail(Visit& visit);
  Result<Response> raw_mail(Visit& visit);
  // letter_page.cpp
  Result<Response> draft(Visit& visit);
  Result<Response> letter(Visit& visit);
  Result<Response> letter_pdf(Visit& visit);
  Result<Response> letter_act(Visit& visit);
  Result<Response> recall(Visit& visit);
  // absence_page.cpp
  Result<Response> absences(Visit& visit);
  Result<Response> absence_act(Visit& visit);
  // overview_page.cpp
  Result<Response> overview(Visit& visit);
  Result<Response> enclosure(Visit& visit);
  Result<Response> add_document(Visit& visit);
  // wording_page.cpp
  Result<Response> wording(Visit& visit);
  Result<Response> try_wording(Visit& visit);
  Result<Response> reword(Visit& visit);
  // record_page.cpp
  Result<Response> new_dossier(Visit& visit);
  Result<Response> new_dossier_form(Visit& visit, const Attempt& attempt) const;
  Result<Response> make_dossier(Visit& visit);
  Result<Response> records(Visit& visit);
  Result<Response> records_page(Visit& visit, const Attempt& attempt);
  Result<Response> record_act(Visit& visit);
  // desk_page.cpp
  Result<Response> desk(Visit& visit);
  Result<Response> record_call(Visit& visit);
  Result<Response> rules(Visit& visit);
  // oversight.cpp
  Result<Response> ledger(Visit& visit);
  Result<Response> jobs(Visit& visit);
  Result<Response> revive(Visit& visit);
  Result<Response> users(Visit& visit);

  // outgoing_page.cpp
  Result<Response> outgoing(Visit& visit);
  Result<Response> outgoing_act(Visit& visit);
  // message_record_page.cpp
  Result<Response> message_record(Visit& visit);
  Result<Response> send_message_record(Visit& visit);
  // mailboxes_page.cpp
  Result<Response> mailboxes(Visit& visit);
  bool mailbox_alarm() const;

  Result<Response> show(const std::string& page, nlohmann::json data, const Visit& visit) const;
  /// Without menu, for who is not logged in.
  Result<Response> plain_page(const std::string& page, const nlohmann::json& data) const;
  Response complain(const Error& error, const Visit* visit) const;
  /// Back to a dossier, purpose kept.
  static Response back_to_dossier(const Visit& visit, const Id& dossier);

  Casework& casework_;
  Accounts& accounts_;
  const templates::PageBook& pages_;
  const StaticFiles& files_;
  const intake::Desk& desk_;
  const std::vector<intake::CitedRule>& rules_;
  Router router_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_STAFF_WORKBENCH_H_
