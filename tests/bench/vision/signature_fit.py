"""Fits the weights of signatures to the strokes' features of a corpus (intake/cell/vision/strokes.h), and judges each page by weights that were
fitted without its group."""
import csv
import hashlib
import json
import os
import subprocess

import numpy as np

CATEGORIES = ("signed-pages", "unsigned-pages", "forms", "page-quality", "not-id")
ROUNDS, RATE, FOLDS = 60, 0.3, 5
SHIFT = 0.405  # so that 0.5 stands where signed and unsigned pages part best (raw 0.4)
SURE, WORTH_SAYING = 0.5, 0.25  # confidences, as signatures.h and signatures.cpp have them


def fold_of(group):
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def load(probe, corpus):
    """The pages of the corpus with what might be a signature on them."""
    with open(os.path.join(corpus, "manifest.csv"), newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["category"] in CATEGORIES]
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    command = [probe, "--candidates", *(os.path.join(corpus, r["file"]) for r in rows)]
    lines = subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout
    for row, line in zip(rows, lines.splitlines(), strict=True):
        seen, expected = json.loads(line), json.loads(row["expected"])
        scale = [seen["width"], seen["height"]] * 2
        boxes = [[v / s for v, s in zip(box, scale)] for box in expected.get("signature_boxes", [])]
        row.update(fold=fold_of(row["group"]), candidates=seen.get("candidates") or [], note=expected.get("note", ""),
                   milliseconds=seen["signature_ms"], truth=[turned(box, seen["turns"]) for box in boxes])
    return rows


def turned(box, quarter_turns):
    """A box on the page turned counter-clockwise."""
    x, y, w, h = box
    for _ in range(quarter_turns):
        x, y, w, h = y, 1 - x - w, h, w
    return [x, y, w, h]


def overlap(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0, w) * max(0, h)


def is_signature(box, truth):
    return any(overlap(box, t) > 0.25 * max(t[2] * t[3], box[2] * box[3]) for t in truth)


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


class Candidates:
    """All that might be signatures: features, truth, and confidence by weights fitted without their page's fold."""

    def __init__(self, rows):
        self.rows = rows
        flat = [(r, c) for r in rows for c in r["candidates"]]
        self.x = np.array([c["values"] for _, c in flat])
        self.y = np.array([float(is_signature(c["box"], r["truth"])) for r, c in flat])
        fold = np.array([r["fold"] for r, _ in flat])
        self.held_out = np.zeros(len(self.y))
        for f in range(FOLDS):
            self.held_out[fold == f] = confidence(fit(self.x[fold != f], self.y[fold != f]), self.x[fold == f])
        for r in rows:
            r["best"] = 0.0
        for (r, c), value in zip(flat, self.held_out):
            r["best"] = max(r["best"], value)
            c["held_out"] = value
