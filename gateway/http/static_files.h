// gateway/http/static_files.h - style sheets, scripts and pictures, read once at the start and served from
// memory.
//
// Threads: may be shared after load().
#ifndef GATEWAY_HTTP_STATIC_FILES_H_
#define GATEWAY_HTTP_STATIC_FILES_H_

#include <map>
#include <string>

#include "gateway/http/message.h"

namespace zp::gateway {

class StaticFiles {
 public:
  /// Every css, js, svg, png, ico, woff2 and txt file directly in `folder`. kConfig if the folder can't be
  /// read.
  static Result<StaticFiles> load(const std::string& folder);
  /// With ETag and a day of caching; 304 if the browser has it, 404 if it is not there.
  Response serve(const Request& request, const std::string& name) const;

 private:
  struct File {
    std::string type, etag, content;
  };
  std::map<std::string, File> files_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_HTTP_STATIC_FILES_H_
