#!/usr/bin/python3
"""How much of our own specimen documents' machine-readable zones is read when pictures of them get worse.

    mrz_curve.py PROBE [--documents N] [--only SERIES,...] [--tesseract] [--keep FOLDER]

PROBE is vision_probe of the bench preset. Each line of the table is N invented documents, all spoiled in one way by one amount. Right: every character of
every line. Deceived: something else was read, and its check digits hold. --tesseract: the same pictures by the yardstick (yardstick.py).
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import cv2
import numpy

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "samples"))

from maker import camera, identity, mrz  # noqa: E402
from yardstick import lines_read  # noqa: E402

PITCH = 16  # pixels from character to character, about the height of a letter; 150 dpi
MILLIMETRES = 2.54
SURNAMES = "DE BRUIJN,VAN DEN BERG,ERIKSSON,OKONKWO,YILMAZ,JANSEN,ZUIDERDUIN,QUIST,HAVERKAMP,EL AMRANI,WU,KOVACS".split(",")
GIVEN = "WILLEKE LISELOTTE,ANNA MARIA,BO,JAN PIETER CORNELIS,FATIMA,XAVIER,GWENDOLYN,IDA,KOFI,MARIJKE".split(",")


def invented(count):
    """Documents that nobody has, as (kind, holder, document, lines)."""
    style = random.Random("specimens")
    for i in range(count):
        kind = ("uto-passport", "uto-card-back", "nl-passport", "nl-card-back")[i % 4]
        date = lambda first, last: f"{style.randint(first, last)}-{style.randint(1, 12):02}-{style.randint(1, 28):02}"  # noqa: E731
        holder = {"name": f"holder {i}", "surname": style.choice(SURNAMES), "given_names": style.choice(GIVEN), "birth_date": date(1930, 2020), "sex": style.choice("MF")}
        number = "".join(style.choice("ABCDEFGHKLMNPRSTVXYZ0123456789") for _ in range(9))
        document = {"number": number, "expiry": date(2026, 2036)}
        if kind.startswith("nl-"):
            number = style.choice("ABCDEFGHKLMNPRSTVXYZ") * 2 + number[2:8] + style.choice("123456789")
            document |= {"number": number, "bsn": "999999990", "bsn_in_mrz": True}
        state, bsn = kind[:3].upper() if kind.startswith("uto") else "NLD", document.get("bsn", "")
        if kind.endswith("passport"):
            lines = mrz.td3(state, holder, number, document["expiry"], bsn)
        else:
            lines = mrz.td1(state, holder, number, document["expiry"], mrz.checked(bsn.ljust(14, "<")) if bsn else "")
        yield kind, holder, document, lines


def printed(kind, holder, document, pitch):
    """The document on a table, so many pixels from character to character."""
    pixels = identity.image(kind, holder, document, dpi=400)
    scale = pitch / MILLIMETRES * 25.4 / 400
    pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    margin = round(3 * pitch)
    return cv2.copyMakeBorder(pixels, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(96, 108, 120))


def blurred(pixels, part):
    return cv2.GaussianBlur(pixels, (0, 0), part * PITCH)


def moved(pixels, part):
    length = max(2, round(part * PITCH))
    return cv2.filter2D(pixels, -1, numpy.full((1, length), 1 / length))


def noisy(pixels, strength):
    grain = camera.noise(*pixels.shape[:2], numpy.random.default_rng(1), strength)
    return numpy.clip(pixels + grain, 0, 255).astype(numpy.uint8)


def turned(pixels, degrees):
    height, width = pixels.shape[:2]
    side = round((height ** 2 + width ** 2) ** .5)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turn[:, 2] += [(side - width) / 2, (side - height) / 2]
    return cv2.warpAffine(pixels, turn, (side, side), flags=cv2.INTER_LINEAR, borderValue=(96, 108, 120))


def seen_askew(pixels, part):
    """The far side of the document so much shorter, as from a chair beside the table."""
    height, width = pixels.shape[:2]
    corners = numpy.float32([[0, 0], [width, 0], [width, height], [0, height]])
    seen = numpy.float32([[0, 0], [width * (1 - part / 2), height * part / 2], [width * (1 - part / 2), height * (1 - part / 2)], [0, height]])
    return cv2.warpPerspective(pixels, cv2.getPerspectiveTransform(corners, seen), (width, height), flags=cv2.INTER_AREA, borderValue=(96, 108, 120))


def shaded(pixels, strength):
    """The edge of a shadow runs slanting through the zone."""
    height, width = pixels.shape[:2]
    x, y = numpy.meshgrid(numpy.linspace(0, 1, width), numpy.linspace(0, 1, height))
    light = 1 - strength / (1 + numpy.exp(-60 * (x - .55 + .1 * y)))
    return (pixels * light[:, :, None]).astype(numpy.uint8)


def by_phone(pixels, width):
    return camera.photograph(pixels, numpy.random.default_rng(7), (width, width * 3 // 4), fill=.82, tilt=.035)


# Name: unit, amounts, what it does to pixels; None: made so from the start.
SERIES = {
    "size": ("pixels a character", (16, 12, 10, 8, 7, 6, 5), None),
    "blur": ("letter heights", (.1, .15, .2, .25, .3, .35), blurred),
    "movement": ("letter heights", (.2, .4, .6, .8), moved),
    "jpeg": ("quality", (50, 30, 20, 10, 5), None),
    "noise": ("levels of 255", (10, 20, 30, 45, 60), noisy),
    "turn": ("degrees", (2, 5, 12, 20, 33, 90, 180), turned),
    "perspective": ("part of the side", (.05, .1, .15, .2, .3), seen_askew),
    "shadow": ("light taken", (.3, .5, .7, .85), shaded),
    "phone": ("pixels across", (2016, 1400, 1000, 800, 650), by_phone),
    "typeface": ("", ("Liberation Mono", "DejaVu Sans Mono", "Nimbus Mono PS"), None),
}


def pictures(series, amount, documents):
    _, _, spoil = SERIES[series]
    for kind, holder, document, lines in documents:
        if series == "typeface":
            document = document | {"typeface": amount}
        if series == "phone":
            pixels = identity.image(kind, holder, document, dpi=400)
        else:
            pixels = printed(kind, holder, document, {"size": amount, "jpeg": 12}.get(series, PITCH))
        yield camera.jpeg(spoil(pixels, amount) if spoil else pixels, quality=amount if series == "jpeg" else 88), lines


def row(probe, series, amount, documents, folder, tesseract):
    paths, truths = [], []
    for i, (jpeg, lines) in enumerate(pictures(series, amount, documents)):
        paths.append(folder / f"{series}-{amount}-{i:02}.jpg".replace(" ", "-"))
        paths[-1].write_bytes(jpeg)
        truths.append(lines)
    out = subprocess.run([probe, "--mrz", *paths], capture_output=True, text=True, check=True, env=dict(os.environ, OMP_THREAD_LIMIT="1")).stdout
    seen = [json.loads(line) for line in out.splitlines()]
    right = sum(one.get("lines") == lines for one, lines in zip(seen, truths, strict=True))
    deceived = sum(one.get("checks_ok", False) and one["lines"] != lines for one, lines in zip(seen, truths, strict=True))
    theirs = sum(set(lines) <= lines_read(path) for path, lines in zip(paths, truths)) if tesseract else "-"
    time = sorted(one["mrz_ms"] for one in seen)[len(seen) // 2]
    print(f"| {series} {amount} {SERIES[series][0]} | {right} of {len(seen)} | {deceived} | {theirs} | {time:.0f} ms |", flush=True)
    return right, len(seen), deceived


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--only", default=",".join(SERIES))
    parser.add_argument("--tesseract", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="folder to leave the pictures in")
    options = parser.parse_args()
    documents = list(invented(options.documents))
    print("| spoiled by | right | deceived | Tesseract | processor time, median |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = options.keep or pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [row(options.probe, series, amount, documents, folder, options.tesseract) for series in options.only.split(",") for amount in SERIES[series][1]]
    right, seen, deceived = (sum(column) for column in zip(*rows))
    print(f"| all | {right} of {seen} | {deceived} | | |")


if __name__ == "__main__":
    main()
