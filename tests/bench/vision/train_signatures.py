#!/usr/bin/python3
"""Fits the weights of intake/cell/vision/signature_model.h to a corpus of pages.

Usage: train_signatures.py PROBE CORPUS > intake/cell/vision/signature_model.h
PROBE is vision_probe, CORPUS a folder with manifest.csv. A boosted sum of one-question rules over the features of strokes.h;
`score.py --held-out` says how good it is. Debian: python3-numpy.
"""
import sys

from signature_fit import fit, is_signature, load
import numpy as np


def main():
    flat = [(r, c) for r in load(*sys.argv[1:3]) for c in r["candidates"]]
    base, rules = fit(np.array([c["values"] for _, c in flat]), np.array([float(is_signature(c["box"], r["truth"])) for r, c in flat]))
    print("// intake/cell/vision/signature_model.h - written by tests/bench/vision/train_signatures.py; do not edit.")
    print("#ifndef INTAKE_CELL_VISION_SIGNATURE_MODEL_H_\n#define INTAKE_CELL_VISION_SIGNATURE_MODEL_H_\n\n#include <array>\n")
    print("namespace zp::intake::vision {\n")
    print("/// Adds `below` to the log-odds of a signature if the feature is at most `limit`, else `above`.")
    print("struct SignatureRule {\n  int feature;  // index in kStrokeFeatures\n  double limit, below, above;\n};\n")
    print(f"inline constexpr double kSignatureBase = {base:.4f};")
    print(f"inline constexpr std::array<SignatureRule, {len(rules)}> kSignatureRules = {{{{")
    for j, limit, below, above in rules:
        print(f"    {{{j}, {limit:.4f}, {below:.4f}, {above:.4f}}},")
    print("}};\n\n}  // namespace zp::intake::vision\n\n#endif  // INTAKE_CELL_VISION_SIGNATURE_MODEL_H_")


main()
