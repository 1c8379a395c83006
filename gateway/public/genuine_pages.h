// gateway/public/genuine_pages.h - is this letter genuine? By its reference and code, or by its file.
//
// Says yes with the day on which it went out, or no; nothing else, and not whether the reference exists. A file is hashed
// as it comes in: nothing of it is kept or looked into. Wrong codes are counted per reference (attempts.h).
// Threads: may be shared.
#ifndef GATEWAY_PUBLIC_GENUINE_PAGES_H_
#define GATEWAY_PUBLIC_GENUINE_PAGES_H_

#include "gateway/public/door.h"

namespace zp::gateway {

class GenuinePages {
 public:
  /// `door` is borrowed.
  explicit GenuinePages(Door& door) : door_(door) {}
  void add_routes(Router& router);

 private:
  struct Asked {
    std::string reference, code, error;
  };
  Response ask(const Asked& asked, int status = 200) const;
  Response by_code(Request& request);
  Response by_file(Request& request);
  Response answer(const Result<std::string>& day) const;

  Door& door_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_GENUINE_PAGES_H_
