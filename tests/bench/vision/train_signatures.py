#!/usr/bin/python3
"""Fits the weights of intake/cell/vision/signature_model.h to a corpus of pages.

Usage: train_signatures.py PROBE CORPUS > intake/cell/vision/signature_model.h
PROBE is vision_probe, CORPUS a folder with manifest.csv. A boosted sum of one-question rules over the features of strokes.h;
the cross-validated figures (five folds, pages of one group never in both halves) go to standard error. Debian: python3-numpy.
"""
import csv, hashlib, json, os, subprocess, sys
import numpy as np

CATEGORIES = ("signed-pages", "unsigned-pages", "forms", "page-quality", "not-id")
ROUNDS, RATE, FOLDS = 60, 0.3, 5
SHIFT = 0.405  # so that 0.5 stands where signed and unsigned pages part best (raw 0.4)


def overlap(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0, w) * max(0, h)


def is_signature(box, truth):
    both = [(overlap(box, t), t) for t in truth]
    return any(i > 0.25 * t[2] * t[3] and i > 0.25 * box[2] * box[3] for i, t in both)


def load(probe, corpus):
    with open(os.path.join(corpus, "manifest.csv"), newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["category"] in CATEGORIES]
    paths = [os.path.join(corpus, r["file"]) for r in rows]
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    lines = subprocess.run([probe, "--candidates", *paths], capture_output=True, text=True, env=env, check=True).stdout
    for row, line in zip(rows, lines.splitlines(), strict=True):
        row["truth"] = json.loads(row["expected"]).get("signature_boxes", [])
        row["candidates"] = json.loads(line).get("candidates") or []
        row["fold"] = int(hashlib.sha256(row["group"].encode()).hexdigest(), 16) % FOLDS
    return rows


def fit(x, y):
    base = np.log(y.mean() / (1 - y.mean()))
    score, rules = np.full(len(y), base), []
    orders = np.argsort(x, axis=0, kind="stable")
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-score))
        gradient, weight = y - p, p * (1 - p)
        best = None
        for j in range(x.shape[1]):
            order = orders[:, j]
            values = x[order, j]
            g, w = np.cumsum(gradient[order]), np.cumsum(weight[order])
            gain = g**2 / (w + 1) + (g[-1] - g) ** 2 / (w[-1] - w + 1)
            usable = np.r_[values[1:] > values[:-1] + 1e-9, False]
            usable[:8] = usable[-8:] = False
            if not usable.any():
                continue
            k = int(np.argmax(np.where(usable, gain, -1)))
            if best is None or gain[k] > best[0]:
                best = (gain[k], j, (values[k] + values[k + 1]) / 2, g[k] / (w[k] + 1), (g[-1] - g[k]) / (w[-1] - w[k] + 1))
        _, j, limit, below, above = best
        rules.append((j, limit, RATE * below, RATE * above))
        score += np.where(x[:, j] <= limit, RATE * below, RATE * above)
    return base + SHIFT, rules


def confidence(model, x):
    score = np.full(len(x), model[0])
    for j, limit, below, above in model[1]:
        score += np.where(x[:, j] <= limit, below, above)
    return 1 / (1 + np.exp(-score))


def main():
    rows = load(*sys.argv[1:3])
    flat = [(r, c) for r in rows for c in r["candidates"]]
    x = np.array([c["values"] for _, c in flat])
    y = np.array([float(is_signature(c["box"], r["truth"])) for r, c in flat])
    fold = np.array([r["fold"] for r, _ in flat])
    out = np.zeros(len(y))
    for f in range(FOLDS):
        out[fold == f] = confidence(fit(x[fold != f], y[fold != f]), x[fold == f])
    best = {}
    for (r, _), c in zip(flat, out):
        best[r["file"]] = max(c, best.get(r["file"], 0))
    for category in CATEGORIES:
        names = [r["file"] for r in rows if r["category"] == category]
        called = [n for n in names if best.get(n, 0) >= 0.5]
        print(f"{category}: {len(called)} of {len(names)} called signed", file=sys.stderr)
    found = out >= 0.5
    print(f"boxes: {int((found & (y == 1)).sum())} of {int(y.sum())} found, {int((found & (y == 0)).sum())} wrong", file=sys.stderr)
    base, rules = fit(x, y)
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
