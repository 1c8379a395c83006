"""Fits the weights of signatures to the strokes' features of a corpus (intake/cell/vision/strokes.h), and judges each page by weights that were
fitted without its group."""
import csv
import hashlib
import json
import os
import subprocess
import tempfile

import numpy as np

from composed_pages import compose

CATEGORIES = ("signed-pages", "unsigned-pages", "forms", "page-quality", "not-id")
FOLDS, COMPOSED, COMPOSED_WEIGHT = 5, 540, 0.4
BOOSTERS, TREES, DEPTH, RATE, BINS, RIDGE, FEATURES = 3, 160, 3, 0.07, 40, 4.0, 0.5
# Log-odds are shifted and flattened so that few unsigned pages lie above SURE and few signed ones below WORTH_SAYING: what lies between is left to a person.
SHIFT, FLATTEN = -0.75, 0.4
SURE, WORTH_SAYING = 0.5, 0.25  # confidences, as signatures.h and signatures.cpp have them


def fold_of(group):
    return int(hashlib.sha256(group.split("-")[0].encode() if group.startswith("stamp2vec") else group.encode()).hexdigest(), 16) % FOLDS


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


def is_fragment(box, truth):
    """A piece of a signature, or one with much beside it: neither a good example nor a bad one."""
    return not is_signature(box, truth) and any(overlap(box, t) > 0.4 * min(t[2] * t[3], box[2] * box[3]) for t in truth)


def seen_by(probe, rows, corpus="", with_words=False):
    """Adds what might be a signature to rows with file, groups and truth (in pixels of the picture as it lies)."""
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    command = [probe, "--words" if with_words else "--candidates", *(os.path.join(corpus, r["file"]) for r in rows)]
    lines = subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout
    for row, line in zip(rows, lines.splitlines(), strict=True):
        seen = json.loads(line)
        scale = [seen["width"], seen["height"]] * 2
        row.update(candidates=seen.get("candidates") or [], milliseconds=seen["signature_ms"], folds={fold_of(g) for g in row["groups"]},
                   truth=[turned([v / s for v, s in zip(box, scale)], seen["turns"]) for box in row["truth"]])
    return rows


def load(probe, corpus, with_words=False):
    """The pages of the corpus and those composed of them, with what might be a signature on them; if wanted with what words and labels say to that."""
    with open(os.path.join(corpus, "manifest.csv"), newline="") as file:
        every = list(csv.DictReader(file))
    rows = [r for r in every if r["category"] in CATEGORIES]
    for row in rows:
        expected = json.loads(row["expected"])
        row.update(groups=[row["group"]], truth=expected.get("signature_boxes", []), note=expected.get("note", ""))
    seen_by(probe, rows, corpus, with_words)
    with tempfile.TemporaryDirectory() as folder:
        return rows + seen_by(probe, compose(corpus, every, folder, COMPOSED))


class Binned:
    """Features as numbers of bins; `edges[j][b]` is the limit between bin b and b + 1."""

    def __init__(self, x):
        self.edges = [np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1])) for column in x.T]
        self.bins = self.of(x)

    def of(self, x):
        return np.stack([np.searchsorted(e, column, side="left") for e, column in zip(self.edges, x.T)], 1)


def grow(binned, gradient, weight, usable):
    """A tree of DEPTH questions, the same number on each path: features, limits as bin numbers, and what each leaf adds."""
    node, questions, leaves = np.zeros(len(gradient), int), [], 1 << DEPTH
    for level in range(DEPTH):
        width, best = 1 << level, [(-1.0, 0, BINS)] * (1 << level)
        for j in usable:
            index = node * (BINS + 1) + binned.bins[:, j]
            shape = (width, BINS + 1)
            g = np.cumsum(np.bincount(index, gradient, width * (BINS + 1)).reshape(shape), 1)
            w = np.cumsum(np.bincount(index, weight, width * (BINS + 1)).reshape(shape), 1)
            rest_g, rest_w = g[:, -1:] - g, w[:, -1:] - w
            gain = g**2 / (w + RIDGE) + rest_g**2 / (rest_w + RIDGE)
            gain[(w < 0.8) | (rest_w < 0.8)] = -1
            for n in range(width):
                b = int(np.argmax(gain[n]))
                if gain[n, b] > best[n][0]:
                    best[n] = (gain[n, b], j, b)
        questions += [(j, b) for _, j, b in best]
        j, b = np.array([q[1] for q in best]), np.array([q[2] for q in best])
        node = node * 2 + (binned.bins[np.arange(len(node)), j[node]] > b[node])
    g, w = np.bincount(node, gradient, leaves), np.bincount(node, weight, leaves)
    return questions, RATE * g / (w + RIDGE), node


def fit(x, y, sample_weight):
    """(base, trees): a tree is its questions (feature, limit) level by level from the left, and its leaves. Several boosters that drew differently are averaged, since
    one alone is moved more by what it drew than by anything learned from it."""
    boosters = [boost(x, y, sample_weight, seed) for seed in range(1, BOOSTERS + 1)]
    base = np.mean([base for base, _ in boosters])
    return (base + SHIFT) * FLATTEN, [(questions, FLATTEN / BOOSTERS * leaves) for _, trees in boosters for questions, leaves in trees]


def boost(x, y, sample_weight, seed):
    random, binned = np.random.default_rng(seed), Binned(x)
    share = np.average(y, weights=sample_weight)
    base = np.log(share / (1 - share))
    score, trees = np.full(len(y), base), []
    for _ in range(TREES):
        p = 1 / (1 + np.exp(-score))
        drawn = sample_weight * (random.random(len(y)) < 0.7)
        usable = random.choice(x.shape[1], int(FEATURES * x.shape[1]), replace=False)
        questions, leaves, node = grow(binned, drawn * (y - p), drawn * p * (1 - p), usable)
        score += leaves[node]
        trees.append(([(j, binned.edges[j][b] if b < len(binned.edges[j]) else np.inf) for j, b in questions], leaves))
    return base, trees


def odds(model, x):
    """Log-odds of a signature."""
    score, rows = np.full(len(x), model[0]), np.arange(len(x))
    for questions, leaves in model[1]:
        node = np.zeros(len(x), int)
        for level in range(DEPTH):
            first = (1 << level) - 1
            j = np.array([q[0] for q in questions[first: 2 * first + 1]])
            limit = np.array([q[1] for q in questions[first: 2 * first + 1]])
            node = node * 2 + (x[rows, j[node]] > limit[node])
        score += leaves[node]
    return score


class Examples:
    """All that might be signatures, one row each: features, truth, weight, page."""

    def __init__(self, rows):
        self.flat = [(r, c) for r in rows for c in r["candidates"]]
        self.x = np.array([c["values"] for _, c in self.flat])
        self.y = np.array([float(is_signature(c["box"], r["truth"])) for r, c in self.flat])
        self.weight = np.array([(COMPOSED_WEIGHT if r["category"] == "composed" else 1.0) * (not is_fragment(c["box"], r["truth"])) for r, c in self.flat])

    def without(self, fold):
        return np.array([fold not in r["folds"] for r, _ in self.flat])

    def model(self, use=slice(None)):
        return fit(self.x[use], self.y[use], self.weight[use])


class Candidates:
    """The corpus' own pages, each candidate with its confidence by weights fitted without its page's fold."""

    def __init__(self, rows):
        examples = Examples(rows)
        self.rows = [r for r in rows if r["category"] != "composed"]
        for fold in range(FOLDS):
            own = np.array([r["category"] != "composed" and fold in r["folds"] for r, _ in examples.flat])
            values = odds(examples.model(examples.without(fold)), examples.x[own])
            for i, value in zip(np.flatnonzero(own), values):
                candidate = examples.flat[i][1]
                candidate["held_out"] = 1 / (1 + np.exp(-value - candidate.get("context", 0)))
        for row in self.rows:
            row["best"] = max((c["held_out"] for c in row["candidates"]), default=0.0)
