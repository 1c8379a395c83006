// crypto/crockford.h - base32 symbols that people can read aloud and type (Douglas Crockford's alphabet); private to
// crypto/.
#ifndef CRYPTO_CROCKFORD_H_
#define CRYPTO_CROCKFORD_H_

#include <string>
#include <string_view>

namespace zp::crypto {

/// No I, L, O (look like 1, 1, 0) and no U.
inline constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `count` random symbols of 5 bits each.
std::string random_symbols(std::size_t count);
/// Upper case, I and L to 1, O to 0, without spaces and dashes, typographic ones included; the rest stays.
std::string fold_symbols(std::string_view typed);

}  // namespace zp::crypto

#endif  // CRYPTO_CROCKFORD_H_
