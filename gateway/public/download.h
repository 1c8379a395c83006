// gateway/public/download.h - what is attached to a message on its way out, a chunk at a time: however large it is, the door holds little of it.
//
// Threads: a source belongs to one thread. Errors: those of crypto::ObjectReader; what was handed out before is authentic, but not
// the whole.
#ifndef GATEWAY_PUBLIC_DOWNLOAD_H_
#define GATEWAY_PUBLIC_DOWNLOAD_H_

#include <string>
#include <vector>

#include "crypto/object.h"
#include "gateway/http/message.h"

namespace zp::gateway {

BodySource as_it_is(crypto::ObjectReader content);
/// `frame`: of message_frame() (gateway/dispatch/protected_mail.h), for these contents.
BodySource as_mail(std::vector<std::string> frame, std::vector<crypto::ObjectReader> contents);

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_DOWNLOAD_H_
