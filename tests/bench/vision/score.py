#!/usr/bin/python3
"""Scores what is seen on the pictures of a corpus (a folder with manifest.csv): a table by category, and below it every file that was judged wrong.

    score.py PROBE CORPUS [--only CATEGORY,...]     everything, as the product sees it
    score.py PROBE CORPUS --held-out                signatures, cross-validated

PROBE is vision_probe of the bench preset. The weights of signatures were fitted to the corpus, so the first form flatters them; in
the second no page is judged by weights that have seen its group.
"""
import argparse, collections, csv, json, os, statistics, subprocess

from signature_fit import SURE, WORTH_SAYING, Candidates, is_signature, load

SIGNED = ("signed-pages", "signature-crops")
UNSIGNED = ("unsigned-pages", "non-signature-crops", "forms", "page-quality", "not-id")
IDENTITY = ("id-documents", "id-without-mrz")


def examined(probe, corpus, rows):
    paths = [os.path.join(corpus, row["file"]) for row in rows]
    env = dict(os.environ, OMP_THREAD_LIMIT="1")
    out = subprocess.run([probe, "--examine", *paths], capture_output=True, text=True, env=env, check=True).stdout
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
    return sum(overlap(s) for s in seen.get("signatures") or [] if s[4] >= SURE) > 0.25 * box[2] * box[3]


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
    found = [s for s in seen.get("signatures") or [] if s[4] >= SURE]
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


def held_out(probe, corpus):
    """Signed, doubtful or unsigned, each page judged by weights that were fitted without its group."""
    candidates = Candidates(load(probe, corpus, with_words=True))
    counts, wrong = collections.defaultdict(collections.Counter), []
    for row in candidates.rows:
        should = "signed" if row["truth"] else "unsigned"
        called = "signed" if row["best"] >= SURE else "doubtful" if row["best"] >= WORTH_SAYING else "unsigned"
        counts[f"{should}, {row['category']}"][called] += 1
        counts[f"{should}, all"][called] += 1
        if called != should:
            wrong.append(f"  {should} page called {called} ({row['best']:.2f}): {row['file']} {row['note']}")
    print("| pages | called signed | doubtful | called unsigned |\n|---|---|---|---|")
    for what, called in sorted(counts.items()):
        print(f"| {what} | " + " | ".join(share(called[c], called.total()) for c in ("signed", "doubtful", "unsigned")) + " |")
    right, alarms = counts["signed, all"], counts["unsigned, all"]
    print(f"\nprecision {share(right['signed'], right['signed'] + alarms['signed'])}, recall {share(right['signed'], right.total())}")
    sure = [(row, c) for row in candidates.rows for c in row["candidates"] if c["held_out"] >= SURE]
    boxes = [(row, box) for row in candidates.rows for box in row["truth"]]
    found = sum(any(is_signature(c["box"], [box]) for r, c in sure if r is row) for row, box in boxes)
    astray = sum(not is_signature(c["box"], row["truth"]) for row, c in sure)
    print(f"each signature found {share(found, len(boxes))}; boxes that are none: {astray}")
    print(f"processor time to find them on a decoded page: median {statistics.median(r['milliseconds'] for r in candidates.rows):.0f} ms")
    print("\nnot right:", *sorted(wrong, reverse=True), sep="\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("corpus")
    parser.add_argument("--only", default="")
    parser.add_argument("--held-out", action="store_true", help="signatures only, cross-validated")
    options = parser.parse_args()
    if options.held_out:
        held_out(options.probe, options.corpus)
        return
    with open(os.path.join(options.corpus, "manifest.csv"), newline="") as file:
        rows = [r for r in csv.DictReader(file) if not options.only or r["category"] in options.only.split(",")]
    tally, times, signed = Tally(), [], collections.Counter()
    for category, name, truth, seen in examined(options.probe, options.corpus, rows):
        judge(tally, category, name, truth, seen)
        times.append(seen.get("examine_ms", 0))
        if category in ("signed-pages", "unsigned-pages"):
            signed[category, any(s[4] >= SURE for s in seen.get("signatures") or [])] += 1
    print("| what | right |\n|---|---|")
    tally.table(sorted(tally.all))
    right, wrong, missed = signed["signed-pages", True], signed["unsigned-pages", True], signed["signed-pages", False]
    print(f"\npages called signed: precision {share(right, right + wrong)}, recall {share(right, right + missed)}")
    print(f"processor time of a picture: median {statistics.median(times):.0f} ms")
    tally.lists()


main()
