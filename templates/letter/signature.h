// templates/letter/signature.h - private: how finish() and sign_pdf() agree on the placeholder.
#ifndef TEMPLATES_LETTER_SIGNATURE_H_
#define TEMPLATES_LETTER_SIGNATURE_H_

#include <cstddef>

namespace zp::templates {

/// Room for the CMS: a chain of certificates fits, and a time-stamp later.
inline constexpr std::size_t kCmsBytes = 10000;
/// As QPDF writes it; numbers wide enough for every offset.
inline constexpr const char* kByteRangePlaceholder = "[ 0 9999999999 9999999999 9999999999 ]";

}  // namespace zp::templates

#endif  // TEMPLATES_LETTER_SIGNATURE_H_
