// intake/cell/mime_parts.h - small things that everybody needs who looks at a mail with GMime.
#ifndef INTAKE_CELL_MIME_PARTS_H_
#define INTAKE_CELL_MIME_PARTS_H_

#include <gmime/gmime.h>

#include <memory>
#include <string>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

bool is_type(GMimeObject* object, const char* type, const char* subtype);
std::string type_of(GMimeObject* object);
/// The content without its transfer encoding.
Bytes decoded(GMimePart* part);

/// Null if there is no mail in it, or so many boundaries that parsing would exhaust the cell. An mbox line in front is
/// left out.
Owned<GMimeMessage> parse_message(ByteView untrusted_mail);
/// A body part by itself, such as a signed message encloses; null if there is none.
Owned<GMimeObject> parse_part(ByteView untrusted_part);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_MIME_PARTS_H_
