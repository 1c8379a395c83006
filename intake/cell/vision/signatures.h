// intake/cell/vision/signatures.h - signatures and their fields from ink that is found already.
//
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_SIGNATURES_H_
#define INTAKE_CELL_VISION_SIGNATURES_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/vision.h"

namespace zp::intake::vision {

/// What was put where a known form asks for a signature.
struct AddedInk {
  bool any = false;      // more than specks
  bool strokes = false;  // as large and as winding as a signature: no tick, cross, typed name or line
  cv::Rect box;          // around it, in pixels of the working picture
};

/// Where one is asked to sign, in pixels of the working picture.
struct PlaceToSign {
  cv::Rect box;
  cv::Rect label;                 // what asks for it; empty where a known form says it
  std::string whose;              // as SignatureField::whose
  std::optional<AddedInk> added;  // to the blank form; unset without a known form
};

struct PlacesToSign {
  std::vector<PlaceToSign> all;
  bool complete = false;  // told by a known form: nobody signs elsewhere
};

/// The places that labels ask to sign in: "Handtekening", "Ondertekening", "Signature".
PlacesToSign labelled_places(const Ink& ink, std::span<const Word> words);

/// `place`, and what sticks out of it when somebody signs there.
cv::Rect around(const PlaceToSign& place, double letter_height);

/// find_signatures() for a page whose ink and places to sign are known.
std::vector<HandwrittenSignature> signatures_of(const Ink& ink, std::span<const Word> words,
                                                const PlacesToSign& places);

/// Whether `box` lies where one is asked to sign.
bool is_asked_in(const Box& box, const Ink& ink, const PlacesToSign& places);

/// The log-odds that words and places add to what the strokes say of a signature in `box`.
double context_of(const Box& box, const Ink& ink, std::span<const Word> words, const PlacesToSign& places);

/// find_signature_fields() for a page whose ink and places to sign are known.
std::vector<SignatureField> fields_of(const Ink& ink, const PlacesToSign& places,
                                      std::span<const HandwrittenSignature> signatures);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_SIGNATURES_H_
