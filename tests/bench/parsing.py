"""Taking mail apart: large ones in this process, a corpus of real ones (ZP_CORPUS) through cells, with what was found in each."""
import base64
import csv
import json
import os
import pathlib
import subprocess
import sys
import unicodedata

import inspection
import instance
import table

REPETITIONS = 5
LARGE = 60_000_000  # bytes


def probe(programs, *arguments):
    done = subprocess.run([programs / "bench_parsing", *arguments], check=True, stdout=subprocess.PIPE, env={**os.environ, **inspection.MALLOC})
    return [json.loads(line) for line in done.stdout.splitlines()]


def large_mails(folder):
    head = b"From: <renee@burger.example>\r\nTo: <post@zegelpost.example>\r\nSubject: Stukken\r\nMIME-Version: 1.0\r\n"
    encoded = base64.encodebytes(os.urandom(LARGE * 3 // 4)).replace(b"\n", b"\r\n")
    sentence = "Dit is een regel zoals mensen die schrijven, met één accent.\r\n".encode()
    bodies = {"an attachment in base64": b"Content-Type: application/pdf; name=stukken.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded,
              "an attachment as it is": b"Content-Type: application/pdf; name=stukken.pdf\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + sentence * (LARGE // len(sentence)),
              "text": b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + sentence * (LARGE // len(sentence)),
              "HTML": b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + (b"<p>" + sentence) * (LARGE // (len(sentence) + 3))}
    for name, body in bodies.items():
        path = folder / name.replace(" ", "-")
        path.write_bytes(head + body)
        yield name, path


def large_rows(programs, folder):
    for name, path in large_mails(folder):
        lines = probe(programs, "here", *[path] * REPETITIONS)
        speed = sorted(line["bytes"] / line["ms"] / 1e3 for line in lines)[REPETITIONS // 2]
        yield table.Row(f"parse a mail of {lines[0]['bytes'] / 1e6:.0f} MB, {name}; processor time", f"{speed:.0f} MB/s", target="at least 50 MB/s", met=speed >= 50)
        path.unlink()


def plain(name):
    return " ".join(unicodedata.normalize("NFC", name).split())


def faults(expected, found):
    """What of the manifest's row does not hold."""
    if not expected["class"].startswith("parse"):
        return []
    if not found["is_mail"]:
        return ["no mail"]
    wrong = []
    if expected.get("attachment_count", len(found["parts"])) != len(found["parts"]):
        wrong.append("number of attachments")
    for attachment in expected.get("attachments", []):
        if "sha256" not in attachment:
            continue
        sums = {attachment["sha256"], attachment.get("sha256_lf")}
        here = [part for part in found["parts"] if sums & set(part["sums"])]
        if not here:
            wrong.append(f"lost: {attachment.get('name')}")
        elif attachment.get("name") and plain(attachment["name"]).rsplit("/")[-1] not in {plain(name) for part in here for name in part["names"]}:
            wrong.append(f"name: {attachment['name']!r}")
    return wrong


def corpus_rows(programs, corpus, socket):
    with open(corpus / "manifest.csv", newline="") as file:
        rows = [(row["file"], json.loads(row["expected"])) for row in csv.DictReader(file)]
    mails = [(name, expected) for name, expected in rows if not expected["class"].startswith("raw-object")]
    paths = [corpus / name for name, _ in mails]
    found = probe(programs, "here", *paths)
    wrong = {name: faults(expected, line) for (name, expected), line in zip(mails, found)}
    for name, what in wrong.items():
        print(f"{'wrong' if what else 'right'} {name}{': ' if what else ''}{'; '.join(what)}", file=sys.stderr)
    bad = [name for name, what in wrong.items() if what]
    size, ms = sum(line["bytes"] for line in found), sum(line["ms"] for line in found)
    yield table.Row(f"parse {len(mails)} mails of a corpus, {size / 1e6:.1f} MB; processor time", f"{1000 * len(mails) / ms:.0f}/s, {size / ms / 1e3:.0f} MB/s")
    yield table.Row(f"right of these {len(mails)}", f"{len(mails) - len(bad)}{', wrong: ' if bad else ''}{', '.join(bad)}")
    (line,) = probe(programs, "cells", socket, *paths)
    yield table.Row(f"the same through cells, two at a time ({line['answered']} answered)", f"{line['mails'] / line['seconds']:.0f}/s")


def rows(programs):
    corpus = pathlib.Path(os.environ.get("ZP_CORPUS", instance.ROOT / ".." / "shared" / "corpus")) / "mail"
    with inspection.broker(programs) as (_, socket, folder):
        table.note(f"parsing: mails of {LARGE / 1e6:.0f} MB, and a corpus ({table.load()})")
        yield from large_rows(programs, folder)
        if (corpus / "manifest.csv").exists():
            yield from corpus_rows(programs, corpus, socket)
        else:
            table.note("there is no corpus: no messages a second")
