// templates/page/page.h - HTML pages and mail texts from Mustache files (templates/pages, templates/messages).
//
// Values are escaped for HTML by default (kainjow mustache); {{{raw}}} is refused at load. Partials: {{> name}}.
// Threads: a PageBook may be shared after load().
#ifndef TEMPLATES_PAGE_PAGE_H_
#define TEMPLATES_PAGE_PAGE_H_

#include <map>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "crypto/base/result.h"

namespace zp::templates {

class PageBook {
 public:
  /// Reads every *.html (escaped) and *.txt (not escaped; mails) below `folder`; kConfig names the file with a mistake.
  static Result<std::unique_ptr<PageBook>> load(const std::string& folder);
  virtual ~PageBook() = default;
  /// kNotFound for an unknown page. `data`: objects, arrays, strings, numbers, booleans. Page "portal/start" is portal/start.html.
  virtual Result<std::string> render(const std::string& page, const nlohmann::json& data) const = 0;
};

}  // namespace zp::templates

#endif  // TEMPLATES_PAGE_PAGE_H_
