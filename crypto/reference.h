// crypto/reference.h - the reference of a submission or dossier that people write, say and put in a mail subject.
//
// "ZP-4K7M-9XQ2-R": eight random symbols of Crockford base32 (40 bits) and one check symbol over them (a Reed-Solomon
// symbol in GF(32)), so that any one wrong symbol and any two swapped ones are noticed. Not a secret: it opens nothing.
#ifndef CRYPTO_REFERENCE_H_
#define CRYPTO_REFERENCE_H_

#include <optional>
#include <string>
#include <string_view>

namespace zp::crypto {

std::string random_reference();
/// The canonical spelling of what a person typed (any case, O/0 and I/L/1 folded, dashes or spaces optional), or
/// nothing if the check symbol is wrong.
std::optional<std::string> parse_reference(std::string_view typed);
/// The first valid reference inside free text such as a mail subject.
std::optional<std::string> find_reference(std::string_view text);

}  // namespace zp::crypto

#endif  // CRYPTO_REFERENCE_H_
