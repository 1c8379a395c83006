#include "intake/cell/mime_parts.h"

#include <algorithm>

namespace zp::intake::cell {
namespace {

constexpr std::size_t kMaxBoundaryLines = 50'000;  // GMime needs seconds and a gigabyte for a million parts

/// An mbox line in front is no field: everything after it would be lost.
ByteView without_mbox_line(ByteView mail) {
  const std::string_view text = as_text(mail);
  if (!text.starts_with("From ")) return mail;
  return mail.subspan(std::min(mail.size(), text.find('\n') + 1));
}

bool too_many_boundaries(ByteView mail) {
  const std::string_view text = as_text(mail);
  std::size_t count = 0;
  for (std::size_t at = text.find("\n--"); at != std::string_view::npos; at = text.find("\n--", at + 1)) {
    if (++count > kMaxBoundaryLines) return true;
  }
  return false;
}

Owned<GMimeParser> parser_of(ByteView bytes) {
  const Owned<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return Owned<GMimeParser>(g_mime_parser_new_with_stream(stream.get()));
}

}  // namespace

bool is_type(GMimeObject* object, const char* type, const char* subtype) {
  GMimeContentType* content_type = g_mime_object_get_content_type(object);
  return content_type && g_mime_content_type_is_type(content_type, type, subtype);
}

std::string type_of(GMimeObject* object) {
  GMimeContentType* content_type = g_mime_object_get_content_type(object);
  if (!content_type) return {};
  const std::unique_ptr<char, void (*)(void*)> name(g_mime_content_type_get_mime_type(content_type), g_free);
  return name ? name.get() : "";
}

Bytes decoded(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (!content) return {};
  const Owned<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {bytes->data, bytes->data + bytes->len};
}

Owned<GMimeMessage> parse_message(ByteView untrusted_mail) {
  const ByteView bytes = without_mbox_line(untrusted_mail);
  if (bytes.empty() || too_many_boundaries(bytes)) return nullptr;
  return Owned<GMimeMessage>(g_mime_parser_construct_message(parser_of(bytes).get(), nullptr));
}

Owned<GMimeObject> parse_part(ByteView untrusted_part) {
  if (untrusted_part.empty() || too_many_boundaries(untrusted_part)) return nullptr;
  return Owned<GMimeObject>(g_mime_parser_construct_part(parser_of(untrusted_part).get(), nullptr));
}

}  // namespace zp::intake::cell
