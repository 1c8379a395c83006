// crypto/search_token.h - finding a dossier by name without a readable name in the database.
//
// A token is a truncated HMAC of a normalised word (lower case, diacritics folded, one of: name part, birth date,
// e-mail, postcode, reference) under a key that only the inner zone has. Equal words give equal tokens: who holds the
// database learns that two dossiers share a word, not which (docs/threat-model.md).
#ifndef CRYPTO_SEARCH_TOKEN_H_
#define CRYPTO_SEARCH_TOKEN_H_

#include <string_view>
#include <vector>

#include "crypto/base/secret_bytes.h"

namespace zp::crypto {

/// 16 bytes.
Bytes search_token(const SecretBytes& index_key, std::string_view normalised_word);
/// The words of `text` in the spelling that tokens are made of: "Žižek-de Boer" gives "zizek", "de", "boer".
std::vector<std::string> search_words(std::string_view text);

}  // namespace zp::crypto

#endif  // CRYPTO_SEARCH_TOKEN_H_
