#!/usr/bin/python3
"""Scores vision_probe against a corpus of pictures (a folder with manifest.csv).

Usage: score.py PROBE CORPUS [mrz|pages]...
mrz: zones read completely right. pages: pages called signed, identity documents found, photos covered, and the time of one page.
The signature weights were fitted on the same corpus: for their honest figures run train_signatures.py, which cross-validates.
"""
import collections, csv, json, os, statistics, subprocess, sys


def run(probe, corpus, rows, mode):
    paths = [os.path.join(corpus, row["file"]) for row in rows]
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    out = subprocess.run([probe, mode, *paths], capture_output=True, text=True, env=env, check=True).stdout
    return zip(rows, map(json.loads, out.splitlines()), strict=True)


def score_mrz(probe, corpus, rows):
    right = total = wrong_but_sure = 0
    for row, seen in run(probe, corpus, [r for r in rows if r["category"] in ("id-documents", "not-id")], "--mrz"):
        truth = json.loads(row["expected"]).get("mrz")
        if not truth:
            continue
        total += 1
        right += seen.get("lines") == truth
        wrong_but_sure += seen.get("lines", truth) != truth and seen["checks_ok"]
    print(f"mrz: {right} of {total} completely right, {wrong_but_sure} wrong although all checks hold")


def covers(box, face, width, height):
    x, y, w, h = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    across = max(0, min(x + w, face[0] + face[2]) - max(x, face[0]))
    return across * max(0, min(y + h, face[1] + face[3]) - max(y, face[1])) > 0.8 * face[2] * face[3]


def score_pages(probe, corpus, rows):
    seen_by = collections.defaultdict(list)
    photos = [0, 0]
    for row, seen in run(probe, corpus, rows, "--examine"):
        if "error" in seen:
            continue
        seen_by[row["category"]].append(seen)
        face = json.loads(row["expected"]).get("face_box")
        if face and row["category"] == "id-documents":
            photos[1] += 1
            box = seen.get("identity", {}).get("photo")
            photos[0] += bool(box) and covers(box, face, seen["width"], seen["height"])
    for category, pages in sorted(seen_by.items()):
        signed = sum(bool(p.get("signatures")) for p in pages)
        identity = sum("identity" in p for p in pages)
        middle = statistics.median(p["examine_ms"] for p in pages)
        print(f"{category}: {len(pages)} pages, {signed} called signed, {identity} identity documents, {middle:.0f} ms a page")
    print(f"photos covered: {photos[0]} of {photos[1]}")


def main():
    probe, corpus, what = sys.argv[1], sys.argv[2], sys.argv[3:] or ["mrz", "pages"]
    with open(os.path.join(corpus, "manifest.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    if "mrz" in what:
        score_mrz(probe, corpus, rows)
    if "pages" in what:
        score_pages(probe, corpus, rows)


main()
