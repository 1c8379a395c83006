#!/usr/bin/python3
"""Fits the weights of intake/cell/vision/signature_model.h to a corpus of pages.

Usage: train_signatures.py PROBE CORPUS > intake/cell/vision/signature_model.h
PROBE is vision_probe, CORPUS a folder with manifest.csv. Boosted trees over the features of strokes.h; `score.py --held-out` says how good they are.
Debian: python3-numpy, python3-opencv, python3-cairo, fonts-breip, fonts-dkg-handwriting.
"""
import math
import sys

from signature_fit import DEPTH, Examples, load


def number(limit):
    """A hair above, since limits are values that occur and must not be rounded down."""
    return "kNever" if math.isinf(limit) else f"{limit + 1e-5 * abs(limit):.6g}"


def main():
    base, trees = Examples(load(*sys.argv[1:3])).model()
    print("// intake/cell/vision/signature_model.h - written by tests/bench/vision/train_signatures.py; do not edit.")
    print("#ifndef INTAKE_CELL_VISION_SIGNATURE_MODEL_H_\n#define INTAKE_CELL_VISION_SIGNATURE_MODEL_H_\n")
    print("#include <array>\n#include <cstdint>\n#include <limits>\n\nnamespace zp::intake::vision {\n")
    print("/// Questions in the order of a heap: from question q on to 2q + 1 if the feature is at most the limit, else to 2q + 2;")
    print("/// past the last question a leaf says what the tree adds to the log-odds of a signature.")
    print("struct SignatureTree {")
    print(f"  std::array<std::uint8_t, {(1 << DEPTH) - 1}> feature;  // index in kStrokeFeatures")
    print(f"  std::array<double, {(1 << DEPTH) - 1}> limit;\n  std::array<double, {1 << DEPTH}> leaf;\n}};\n")
    print("inline constexpr double kNever = std::numeric_limits<double>::infinity();  // no value is above it")
    print(f"inline constexpr double kSignatureBase = {base:.4f};")
    print("// One tree a line.\n// clang-format off")
    print(f"inline constexpr std::array<SignatureTree, {len(trees)}> kSignatureTrees = {{{{")
    for questions, leaves in trees:
        lists = [", ".join(str(j) for j, _ in questions), ", ".join(number(limit) for _, limit in questions), ", ".join(f"{v:.4f}" for v in leaves)]
        print("    {" + ", ".join("{" + one + "}" for one in lists) + "},")
    print("}};\n// clang-format on\n\n}  // namespace zp::intake::vision\n\n#endif  // INTAKE_CELL_VISION_SIGNATURE_MODEL_H_")


main()
