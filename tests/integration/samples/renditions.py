"""Is a paper told rightly however it was scanned, faxed or photographed? A table of right answers by paper and by way, and each that is not.

    renditions.py ZEGELPOST [--paper PATTERN,...] [--way PATTERN,...] [--seed N] [--keep FOLDER] [--doubtful SHARE]

Each paper of PAPERS is made in each way of WAYS. Asked is whether it is signed, by whom if its form is known, and what kind of document it is. Status 1 if a
page is called signed that is not, or the other way round, if more than SHARE (0.1) of all are doubtful, or of another kind.
"""
import argparse
import collections
import fnmatch
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy
import yaml
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "samples"
sys.dont_write_bytecode = True
sys.path.insert(0, str(SAMPLES))

from maker import camera, paper  # noqa: E402
from maker import ink as ink_maker  # noqa: E402

Paper = collections.namedtuple("Paper", "source page people signer kind")
WLZ = {"client": "cornelia", "representative": "karin", "signer": "karin"}
ASKS = {"requester": "karin", "client": "cornelia"}
CARE = {"client": "cornelia", "carer": "karin"}
PAPERS = {
    "avg-form-signed": Paper("avg-formulier", 1, {"requester": "renee"}, "requester", "form"),
    "avg-form-unsigned": Paper("avg-formulier", 1, {"requester": "renee"}, None, "form"),
    "mandate-signed": Paper("machtiging", 1, {"client": "cornelia", "gemachtigde": "bram"}, "client", "mandate"),
    "consent-unsigned": Paper("toestemming", 1, {"client": "cornelia"}, None, "consent"),
    "wlz-page-2-signed": Paper("wlz-aanvraag", 2, WLZ, "representative", "form"),
    "wlz-page-2-unsigned": Paper("wlz-aanvraag", 2, WLZ, None, "form"),
    "letter-signed": Paper("informatieverzoek", 1, ASKS, "requester", "letter"),
    "letter-unsigned": Paper("informatieverzoek", 1, ASKS, None, "letter"),
    "request-signed": Paper("avg-inzage", 1, {"requester": "renee"}, "requester", "letter"),
    "stranger-signed": Paper(HERE / "stranger.yaml", 1, CARE, "client", "form"),
    "stranger-unsigned": Paper(HERE / "stranger.yaml", 1, CARE, None, "form"),
    "court-order": Paper("beschikking", 1, {"client": "cornelia", "mentor": "karin", "judge": "judge"}, None, "court-order"),
    "doctor": Paper("artsbrief", 1, {"client": "cornelia"}, None, "letter"),
}
BLUE, BLACK = (.08, .16, .5), (.05, .05, .09)


def scanned(page, random, skew):
    """A flatbed's picture of a page drawn at its resolution."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1)
    page = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(236, 236, 234))
    page = cv2.GaussianBlur(page, (0, 0), .7).astype(numpy.float32) * numpy.linspace(.975, 1, height, dtype=numpy.float32)[:, None, None]
    return numpy.clip(page + camera.noise(height, width, random, 3.5), 0, 250).astype(numpy.uint8)


# Ways: functions that get draw(dpi, ink) and random numbers, and give a file's ending and bytes.

def scan(dpi, grey=False, ink=BLUE, skew=None, turns=0):
    def make(draw, random):
        page = scanned(draw(dpi, ink), random, random.uniform(-1, 1) if skew is None else skew)
        if grey:
            page = numpy.repeat(page.mean(2, keepdims=True), 3, 2).astype(numpy.uint8)
        return "jpg", camera.jpeg(numpy.rot90(page, turns), 80, dpi)
    return make


def fax(across, along, shades=False):
    """Black and white, CCITT group 4 in TIFF; dots need not be square."""
    def make(draw, random):
        grey = scanned(draw(across, BLUE), random, random.uniform(-1, 1)).mean(2)
        if along != across:
            grey = cv2.resize(grey, None, fx=1, fy=along / across, interpolation=cv2.INTER_AREA)
        image = Image.fromarray(grey.astype(numpy.uint8))
        image = image.convert("1") if shades else image.point(lambda v: 255 * (v > 150)).convert("1", dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        image.save(buffer, "TIFF", compression="group4", dpi=(across, along))
        return "tiff", buffer.getvalue()
    return make


def photo(tilt=.05, size=(2268, 3024), fill=.86, quality=85):
    return lambda draw, random: ("jpg", camera.jpeg(camera.photograph(draw(200, BLUE), random, size, fill, tilt), quality))


WAYS = {
    **{f"scan-{dpi}": scan(dpi) for dpi in (100, 150, 200, 300, 600)},
    **{f"grey-{dpi}": scan(dpi, grey=True) for dpi in (100, 200, 300)},
    "black-ink-200": scan(200, ink=BLACK), "black-ink-grey-150": scan(150, grey=True, ink=BLACK),
    "fax-fine": fax(204, 196), "fax-standard": fax(204, 98), "fax-100": fax(100, 100), "g4-300": fax(300, 300), "g4-shades-200": fax(200, 200, shades=True),
    **{f"turned-{90 * turns}": scan(200, turns=turns) for turns in (1, 2, 3)},
    **{f"skew{skew:+d}": scan(200, skew=skew) for skew in (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)},
    "photo": photo(), "photo-steep": photo(.12, fill=.8), "photo-small": photo(size=(1224, 1632)), "photo-far": photo(fill=.6),
    "photo-sent-by-app": photo(size=(1200, 1600), quality=60),
}


def drawer(one, cast, seed):
    """draw(dpi, ink) of a paper's page."""
    path = one.source if isinstance(one.source, pathlib.Path) else SAMPLES / "sources" / f"{one.source}.yaml"
    source, people = yaml.safe_load(path.read_text()), {role: cast[name] for role, name in one.people.items()}

    def draw(dpi, ink):
        class Hand(ink_maker.Hand):
            def __init__(self, person, moment):
                super().__init__(person, moment)
                self.ink = ink
        paper.Hand = Hand
        return paper.Paper(source, people, one.signer, str(seed)).pages(dpi)[one.page - 1]
    return draw


def make_all(folder, papers, ways, seed):
    """(file, name of the paper, name of the way) of each."""
    cast = yaml.safe_load((SAMPLES / "scenario.yaml").read_text())["cast"]
    for name in papers:
        draw = drawer(PAPERS[name], cast, seed)
        for way in ways:
            random = numpy.random.default_rng([seed, list(PAPERS).index(name), list(WAYS).index(way)])
            ending, content = WAYS[way](draw, random)
            file = folder / f"{name}.{way}.{ending}"
            file.write_bytes(content)
            yield str(file), name, way


def answer(page, signer):
    """What is said of a page: signed, unsigned, doubtful, or signed by another."""
    signed_by = [field["whose"] for field in page["signature_fields"] if field["state"] == "signed"]
    if signed_by or any(s["confidence"] >= .5 for s in page["handwritten_signatures"]):
        known = page["form"] and signer in ("client", "representative")
        return "signed" if not known or signed_by == [signer] else "signed by another"
    doubtful = page["handwritten_signatures"] or any(field["state"] == "doubtful" for field in page["signature_fields"])
    return "doubtful" if doubtful else "unsigned"


def judge(found, name, way, tally):
    """Counts what was found, and tells what is not right."""
    one, page = PAPERS[name], found["pages"][0]
    said, wanted = answer(page, one.signer), "signed" if one.signer else "unsigned"
    right_kind = found["kind"]["name"] == one.kind
    for what in (name, way, "all"):
        tally[what].update(files=1, right=said == wanted, doubtful=said == "doubtful", wrong=said not in (wanted, "doubtful"), kind=right_kind,
                           usable=found["verdict"] == "usable")
    if said != wanted:
        print(f"{name}, {way}: {said} (form {page['form']}, fields {[(f['whose'], f['state']) for f in page['signature_fields']]}, "
              f"signatures {[round(s['confidence'], 2) for s in page['handwritten_signatures']]})")
    if not right_kind:
        print(f"{name}, {way}: taken for {found['kind']['name']} by {found['kind']['words']}")
    if found["verdict"] != "usable":
        print(f"{name}, {way}: {found['verdict']}: {' '.join(message['nl'] for message in found['messages'])}")


def chosen(names, patterns):
    return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns.split(","))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zegelpost")
    parser.add_argument("--paper", default="*")
    parser.add_argument("--way", default="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="folder to make the files in")
    parser.add_argument("--doubtful", type=float, default=.1)
    options = parser.parse_args()
    tally = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        made = list(make_all(folder, chosen(PAPERS, options.paper), chosen(WAYS, options.way), options.seed))
        run = subprocess.run([options.zegelpost, "check", "--json", *(file for file, _, _ in made)], capture_output=True, text=True, check=True)
    for line, (_, name, way) in zip(run.stdout.splitlines(), made, strict=True):
        judge(json.loads(line), name, way, tally)
    print("| | files | signature told rightly | doubtful | wrong | kind | usable |\n|---|---|---|---|---|---|---|")
    for what, counts in tally.items():
        print(f"| {what} | {counts['files']} | {counts['right']} | {counts['doubtful']} | {counts['wrong']} | {counts['kind']} | {counts['usable']} |")
    every = tally["all"]
    most = options.doubtful * every["files"]
    return 1 if every["wrong"] or every["doubtful"] > most or every["files"] - every["kind"] > most else 0


if __name__ == "__main__":
    sys.exit(main())
