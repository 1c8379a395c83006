"""More pages to fit on: loose signatures of a corpus put on its unsigned pages, stamps and filled-in lines drawn on all, and its pages as worse scanners see them. A
page made of two groups belongs to both, so that no fold judges what its weights have seen a part of."""
import json
import os

import cv2
import numpy as np

import drawn_ink

# Loose signatures and stamps that were not cut from pages of the corpus: others would be seen in two folds.
LOOSE_SIGNATURES = ("ssbi-", "cedar-", "sigver-")
LOOSE_STAMPS = ("stamp-circle", "stamp-oval", "stamp-rectangle", "stamp-triangle", "stamp-word")
INKS = ((110, 60, 20), (150, 70, 30), (40, 35, 35), (25, 25, 25), (120, 40, 60))  # BGR


def loose_ink(path, least=0.15):
    """How much ink each pixel of a loose picture has, 0 to 1, cut to what is inked."""
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    paper = cv2.GaussianBlur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((41, 41))), (0, 0), 15)
    ink = np.clip((1 - grey / np.maximum(paper, 1) - 0.08) / 0.5, 0, 1)
    ys, xs = np.nonzero(ink > least)
    return ink[ys.min(): ys.max() + 1, xs.min(): xs.max() + 1]


def put(page, ink, box, colour):
    x, y, w, h = box
    alpha = cv2.resize(ink, (w, h), interpolation=cv2.INTER_AREA)[..., None]
    page[y: y + h, x: x + w] = page[y: y + h, x: x + w] * (1 - alpha) + np.float32(colour) * alpha


def stamp_colour(random):
    if random.random() < 0.5:
        return [random.uniform(20, 90)] * 3
    return [random.uniform(60, 190), random.uniform(20, 90), random.uniform(20, 140)]


def place_for(page, ink, random, width, on_print):
    """A box of that part of the page's width, low rather than high; the emptiest of some unless on print."""
    height, across = page.shape[:2]
    w = int(width * across)
    h = int(w * ink.shape[0] / ink.shape[1])
    if h > 0.16 * height:
        h = int(0.16 * height)
        w = int(h * ink.shape[1] / ink.shape[0])
    if w < 12 or h < 8:
        return None
    spots = [(int(random.uniform(0.04, 0.94) * (across - w)), int(random.triangular(0.2, 0.8, 0.98) * (height - h))) for _ in range(1 if on_print else 12)]
    spread = [page[y: y + h, x: x + w].std() for x, y in spots]
    x, y = spots[int(np.argmin(spread))]
    return [x, y, w, h]


def worse(page, boxes, random):
    """As another scanner, a telephone or a fax would give it."""
    long_side = max(page.shape[:2])
    zoom = random.uniform(max(0.45, 480 / long_side), 1.1) if long_side > 600 else random.uniform(1, 1.5)
    page = cv2.resize(page, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
    boxes = [[v * zoom for v in box] for box in boxes]
    kind = random.random()
    if kind < 0.25:  # black and white
        grey = page.mean(2)
        page = np.repeat(np.where(grey < random.uniform(120, 200), 0, 255)[..., None], 3, 2).astype(np.float32)
    elif kind < 0.45:  # grey
        page = np.repeat(page.mean(2, keepdims=True), 3, 2)
    elif kind < 0.65:  # faint
        page = 255 - (255 - page) * random.uniform(0.55, 0.9)
    if random.random() < 0.5:
        page = cv2.GaussianBlur(page, (0, 0), random.uniform(0.4, 1.1))
    if random.random() < 0.5:
        page = page + random.normal(0, random.uniform(2, 7), page.shape[:2])[..., None]
    if random.random() < 0.4:  # light from one side
        page = page * np.linspace(random.uniform(0.7, 1), random.uniform(0.85, 1), page.shape[1], dtype=np.float32)[None, :, None]
    return np.clip(page, 0, 255).astype(np.uint8), boxes


def compose(corpus, rows, out, count, seed=1):
    """`count` pictures in `out`, as rows: file, groups, truth (boxes in pixels)."""
    random = np.random.default_rng(seed)
    expected = {r["file"]: json.loads(r["expected"]) for r in rows}
    path = lambda r: os.path.join(corpus, r["file"])  # noqa: E731
    pages = [r for r in rows if r["category"] in ("signed-pages", "unsigned-pages", "forms", "page-quality")]
    signatures = [(r, loose_ink(path(r))) for r in rows if r["category"] == "signature-crops" and r["group"].startswith(LOOSE_SIGNATURES)]
    stamps = [(r, loose_ink(path(r))) for r in rows if os.path.basename(r["file"]).startswith(LOOSE_STAMPS)]
    made = []
    for number in range(count):
        row = pages[random.integers(len(pages))]
        page = cv2.imread(path(row)).astype(np.float32)
        boxes = list(expected[row["file"]].get("signature_boxes", []))
        groups = [row["group"]]
        if random.random() < 0.35:
            if random.random() < 0.6:
                ink = drawn_ink.stamp(random)
            else:
                other, ink = stamps[random.integers(len(stamps))]
                ink = np.rot90(ink, random.integers(4))
                groups.append("stamp2vec")
            if box := place_for(page, ink, random, random.uniform(0.08, 0.24), random.random() < 0.5):
                put(page, ink, box, stamp_colour(random))
        if random.random() < 0.25:
            ink = drawn_ink.filled_in(random)
            if box := place_for(page, ink, random, random.uniform(0.15, 0.5), False):
                put(page, ink, box, INKS[random.integers(len(INKS))])
        if not boxes and random.random() < 0.6:
            other, ink = signatures[random.integers(len(signatures))]
            groups.append(other["group"])
            if box := place_for(page, ink, random, random.uniform(0.09, 0.3), random.random() < 0.25):
                put(page, ink, box, INKS[random.integers(len(INKS))])
                boxes.append(box)
        page, boxes = worse(page, boxes, random)
        file = os.path.join(out, f"{number}.png")
        cv2.imwrite(file, page)
        made.append({"file": file, "groups": groups, "truth": boxes, "category": "composed"})
    return made
