// templates/page/page.h - HTML pages and mail texts from Mustache files (templates/pages, .../messages).
//
// Page "portal/start" is the file portal/start.html (values escaped for HTML) or portal/start.txt (mails:
// values as they are). A name that exists as both is called with its extension: "mail/receipt.txt". {{>
// partials/head}} puts in the file of that name and the same extension, counted from the folder that was
// loaded.
// Refused at load: {{{raw}}} and {{&raw}} (nothing goes unescaped into HTML), {{=changed delimiters=}}, a
// partial that is missing or contains itself, a section that is not closed.
// In a section, false, null, "" and an empty list are "no"; every number, 0 too, is "yes".
// Threads: a PageBook may be shared after load().
// Errors: kConfig names the file, never a value.
#ifndef TEMPLATES_PAGE_PAGE_H_
#define TEMPLATES_PAGE_PAGE_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "crypto/base/result.h"

namespace zp::templates {

class PageBook {
 public:
  /// Reads every *.html and *.txt below `folder`; kConfig names the file with a mistake.
  static Result<std::unique_ptr<PageBook>> load(const std::string& folder);
  virtual ~PageBook() = default;
  /// kNotFound for an unknown page. `data`: an object of objects, arrays, strings, numbers, booleans. A value
  /// that is absent prints nothing.
  virtual Result<std::string> render(const std::string& page, const nlohmann::json& data) const = 0;
};

}  // namespace zp::templates

#endif  // TEMPLATES_PAGE_PAGE_H_
