// gateway/public/tus.h - tus 1.0.0, the protocol of resumable uploads (tus.io), for the files of a draft.
//
// Extensions: creation, creation-with-upload, expiration, checksum (sha1, sha256), termination. Uploads are
// at /uploads/{id} and need the draft's cookie. Refusals are problem+json with a Dutch `detail` that the page
// shows. Threads: may be shared.
#ifndef GATEWAY_PUBLIC_TUS_H_
#define GATEWAY_PUBLIC_TUS_H_

#include "gateway/http/router.h"
#include "gateway/public/uploads.h"

namespace zp::gateway {

class Tus {
 public:
  /// `uploads` and `drafts` are borrowed.
  Tus(Uploads& uploads, const DraftStore& drafts, std::string base_url, std::uint32_t expiry_hours);
  void add_routes(Router& router);

 private:
  using Action = Response (Tus::*)(Request&, const DraftSecret&);
  Handler checked(Action action);
  Response options() const;
  Response create(Request& request, const DraftSecret& secret);
  Response head(Request& request, const DraftSecret& secret);
  Response patch(Request& request, const DraftSecret& secret);
  Response remove(Request& request, const DraftSecret& secret);
  Response refuse(const Error& error) const;
  Response problem(int status, std::string title, std::string detail) const;
  void add_state(Response& response, const DraftFile& file) const;

  Uploads& uploads_;
  const DraftStore& drafts_;
  const std::string base_url_;
  const std::uint32_t expiry_hours_;
};

/// The cookie that holds a DraftSecret.
inline constexpr const char* kDraftCookie = "__Host-inzending";

/// "filename d29ybGQ=,slot cmVxdWVzdA==": names to decoded values. kMalformed for anything else.
Result<std::map<std::string, std::string>> parse_tus_metadata(std::string_view untrusted_header);

/// "50 MB"
std::string dutch_size(std::uint64_t bytes);

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_TUS_H_
