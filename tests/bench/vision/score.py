#!/usr/bin/python3
"""Scores what is seen on the pictures of a corpus (a folder with manifest.csv): a table by category, and below it every file that was judged wrong.

    score.py PROBE CORPUS [--only CATEGORY,...] [--fold K] [-- ARGUMENT FOR THE PROBE...]

PROBE is vision_probe of the bench preset. --fold K: only groups that the trained network of fold K has not seen. What was fitted on
the corpus flatters itself there; the training programs print cross-validated figures.
"""
import argparse, collections, csv, hashlib, json, os, statistics, subprocess

SIGNED = ("signed-pages", "signature-crops")
UNSIGNED = ("unsigned-pages", "non-signature-crops", "forms", "page-quality", "not-id")
IDENTITY = ("id-documents", "id-without-mrz")
FOLDS = 4


def fold_of(row):
    return int(hashlib.sha256(row["group"].encode()).hexdigest(), 16) % FOLDS


def examined(probe, extra, corpus, rows):
    paths = [os.path.join(corpus, row["file"]) for row in rows]
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    out = subprocess.run([probe, *extra, "--examine", *paths], capture_output=True, text=True, env=env, check=True).stdout
    for row, line in zip(rows, out.splitlines(), strict=True):
        yield row["category"], os.path.basename(row["file"]), json.loads(row["expected"]), json.loads(line)


def share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "none"


def covers(box, face, seen):
    x, y, w, h = (v * s for v, s in zip(box, [seen["width"], seen["height"]] * 2))
    across = max(0, min(x + w, face[0] + face[2]) - max(x, face[0]))
    return across * max(0, min(y + h, face[1] + face[3]) - max(y, face[1])) > 0.8 * face[2] * face[3]


def met(box, seen):
    """Is a signature of the truth found? A quarter of it covered by one of the boxes."""
    def overlap(s):
        x, y, w, h = s[0] * seen["width"], s[1] * seen["height"], s[2] * seen["width"], s[3] * seen["height"]
        return max(0, min(x + w, box[0] + box[2]) - max(x, box[0])) * max(0, min(y + h, box[1] + box[3]) - max(y, box[1]))
    return sum(map(overlap, seen.get("signatures") or [])) > 0.25 * box[2] * box[3]


class Tally:
    def __init__(self):
        self.right, self.all, self.wrong = collections.Counter(), collections.Counter(), collections.defaultdict(list)

    def note(self, what, right, name):
        self.all[what] += 1
        self.right[what] += bool(right)
        if not right:
            self.wrong[what].append(name)

    def table(self, whats):
        for what in whats:
            if self.all[what]:
                print(f"| {what} | {share(self.right[what], self.all[what])} |")

    def lists(self):
        for what, names in self.wrong.items():
            print(f"\nwrong, {what}:")
            for name in names:
                print(f"  {name}")


def judge(tally, category, name, truth, seen):
    if "error" in seen:
        tally.note("opened", False, f"{name}: {seen['error']}")
        return
    found = seen.get("signatures") or []
    sure = max((s[4] for s in found), default=0)
    should = bool(truth.get("signature_boxes")) or truth.get("signature") is True
    if category in SIGNED + UNSIGNED and (category != "forms" or "signature_boxes" in truth):
        what = f"{'signed' if should else 'unsigned'}, {category}"
        tally.note(what, bool(found) == should, f"{name} {sure:.2f} {truth.get('note') or truth.get('kind') or ''}")
    for box in truth.get("signature_boxes", []):
        tally.note("each signature found", met(box, seen), f"{name} {box}")
    documents = seen.get("identities") or []
    if category in IDENTITY + ("not-id",):
        tally.note(f"identity document or not, {category}", bool(documents) == (category in IDENTITY), f"{name} {truth.get('what') or truth.get('condition')}")
    if category == "id-documents" and truth.get("mrz"):
        read = [d.get("mrz") for d in documents]
        tally.note("MRZ completely right", truth["mrz"] in read, f"{name} {next(filter(None, read), None)} {truth.get('condition')}")
    if category in IDENTITY and truth.get("face_box"):
        photos = [d["photo"] for d in documents if "photo" in d]
        tally.note("photo covered", any(covers(p, truth["face_box"], seen) for p in photos), name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("corpus")
    parser.add_argument("--only", default="")
    parser.add_argument("--fold", type=int)
    parser.add_argument("extra", nargs="*")
    options = parser.parse_args()
    with open(os.path.join(options.corpus, "manifest.csv"), newline="") as file:
        rows = [r for r in csv.DictReader(file) if not options.only or r["category"] in options.only.split(",")]
    if options.fold is not None:
        rows = [r for r in rows if fold_of(r) == options.fold]
    tally, times, signed = Tally(), [], collections.Counter()
    for category, name, truth, seen in examined(options.probe, options.extra, options.corpus, rows):
        judge(tally, category, name, truth, seen)
        times.append(seen.get("examine_ms", 0))
        if category in ("signed-pages", "unsigned-pages"):
            signed[category, bool(seen.get("signatures"))] += 1
    print("| what | right |\n|---|---|")
    tally.table(sorted(tally.all))
    right, wrong, missed = signed["signed-pages", True], signed["unsigned-pages", True], signed["signed-pages", False]
    print(f"\npages called signed: precision {share(right, right + wrong)}, recall {share(right, right + missed)}")
    print(f"processor time of a picture: median {statistics.median(times):.0f} ms")
    tally.lists()


main()
