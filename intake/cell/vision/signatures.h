// intake/cell/vision/signatures.h - signatures and their fields from ink that is found already.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_SIGNATURES_H_
#define INTAKE_CELL_VISION_SIGNATURES_H_

#include <span>
#include <vector>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

inline constexpr double kSureSignature = 0.5;  // confidence; below it a person looks

/// find_signatures() for a page whose ink is known.
std::vector<HandwrittenSignature> signatures_of(const Ink& ink, std::span<const Word> words);

/// find_signature_fields() for a page whose ink is known.
std::vector<SignatureField> fields_of(const Ink& ink, std::span<const Word> words,
                                      std::span<const HandwrittenSignature> signatures);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_SIGNATURES_H_
