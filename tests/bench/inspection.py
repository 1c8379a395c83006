"""What inspection costs: pages, MRZ, digital signatures, the answer of a cell, a long scan; beside OCRmyPDF on the same scans."""
import contextlib
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import threading
import time

import instance
import table

SCANS = ("mentor/verzoek-scan.pdf", "mentor/beschikking-scan.pdf", "avg/formulier-scan.pdf", "wlz/aanvulling-scan.pdf", "machtiging/machtiging-scan.pdf")
SIGNED = "avg/inzage-digitaal-ondertekend.pdf"
LONG = 200  # pages
ANSWERS = 40


# As the broker sets it for its cells (gateway/broker/main.cpp).
MALLOC = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=500"}


def probe(programs, *arguments, **more):
    done = subprocess.run([programs / "bench_inspection", *arguments], check=True, stdout=subprocess.PIPE, env={**os.environ, **MALLOC, **more})
    return [json.loads(line) for line in done.stdout.splitlines()]


def median(lines, key):
    return statistics.median(line[key] for line in lines)


def page_rows(programs, scans):
    lines = probe(programs, "pages", *scans)
    drawn = statistics.median(line["draw_ms"] + line["signatures_ms"] for line in lines)
    without = statistics.median(line["draw_ms"] + line["without_reading_ms"] for line in lines)
    return len(lines), without, [
        table.below("draw a page and find signatures, median", drawn, "ms", 150),
        table.below("look for an MRZ on a page, median", median(lines, "mrz_ms"), "ms", 700),
        table.Row("a page as a whole, where it need not be read", f"{without:.0f} ms"),
        table.Row("a page as a whole, head and labels read", f"{statistics.median(one['draw_ms'] + one['with_reading_ms'] for one in lines):.0f} ms")]


def ocrmypdf_row(folder, scans, ours_ms, pages):
    if not shutil.which("ocrmypdf"):
        table.note("ocrmypdf is not installed: no yardstick for pages")
        return []
    # Never os.devnull for its output: it puts a file in its place, as root that of the whole machine.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for scan in scans:
        subprocess.run(["ocrmypdf", "--jobs", "1", "--force-ocr", "-l", "nld", "--output-type", "pdf", "--quiet", scan, folder / "read.pdf"], check=True,
                       env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    theirs = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / pages
    return [table.at_least("pages for each second of processor time, no reading needed", f"{1000 / ours_ms:.1f}/s", f"OCRmyPDF {1000 / theirs:.2f}/s", theirs / ours_ms, 5)]


def signature_rows(programs, signed, anchors):
    def measure(**more):
        lines = [line for line in probe(programs, "signatures", *signed, **more)[1:] if line.get("signatures")]
        size = sum(line["bytes"] for line in lines) / 1e6
        return len(lines), size, sum(line["verdict_ms"] for line in lines) / size, median(lines, "verdict_ms")

    files, size, each, one = measure()
    number = anchors.read_text().count("BEGIN CERTIFICATE")
    return [table.below("verdict on digital signatures, for each MB of all", each, "ms", 30, f" ({files} files, {size:.1f} MB)"),
            table.Row("verdict on one file, median", f"{one:.1f} ms"),
            table.Row(f"the same for each MB, chains to {number} anchors and revocation too", f"{measure(ZP_ANCHORS=str(anchors))[2]:.0f} ms")]


def answer_rows(programs, socket):
    lines = probe(programs, "answers", socket, str(ANSWERS))
    return [table.below("a warm cell has answered, median", median(lines, "warm_ms"), "ms", 2),
            table.below("a cold cell has answered: the last of three clients at once, two cells warm, median", median(lines, "cold_ms"), "ms", 5)]


class Peak(threading.Thread):
    """The most memory that any child of a process held, of its own: pages that it shares with the broker do not count."""

    def __init__(self, parent):
        super().__init__(daemon=True)
        self.parent, self.kilobytes, self.done = parent, 0, False

    def run(self):
        while not self.done:
            for child in pathlib.Path(f"/proc/{self.parent}/task/{self.parent}/children").read_text().split():
                try:
                    lines = pathlib.Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
                except OSError:
                    continue
                self.kilobytes = max(self.kilobytes, sum(int(line.split()[1]) for line in lines if line.startswith("Rss:")))
            time.sleep(0.05)


def long_row(programs, broker, socket, folder, scan):
    long = folder / "long.pdf"
    subprocess.run(["qpdf", "--empty", "--pages", *[scan] * LONG, "--", long], check=True)
    peak = Peak(broker)
    peak.start()
    (line,) = probe(programs, "document", socket, long)
    peak.done = True
    peak.join()
    return [table.below(f"memory of the cell, a scan of {LONG} pages", peak.kilobytes / 1024, "MB", 500,
                        f" ({line['pages']} pages in {line['seconds']:.0f} s, {', '.join(line['hazards']) or 'no hazards'})")]


@contextlib.contextmanager
def broker(programs):
    """Its process id, socket and folder; no other process is needed."""
    with instance.folder() as folder:
        one = instance.Instance(programs, folder)
        child = subprocess.Popen([programs / "zegelpost-broker", "--config", one.config], stdout=one.log.open("ab"), stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 60
            while not (sockets := list(folder.rglob("cells.sock"))):
                if time.monotonic() > deadline:
                    raise RuntimeError("the broker does not start:\n" + one.log.read_text())
                time.sleep(0.05)
            yield child.pid, sockets[0], folder
        finally:
            child.terminate()
            child.wait(20)


def rows(programs):
    corpus = pathlib.Path(os.environ.get("ZP_CORPUS", instance.ROOT / ".." / "shared" / "corpus"))
    with broker(programs) as (process, socket, folder):
        samples = folder / "samples"
        for name in (*SCANS, SIGNED):
            subprocess.run([instance.ROOT / "samples" / "make", samples, "--only", name], check=True)
        scans = [samples / name for name in SCANS]
        signed = [samples / SIGNED, *sorted((corpus / "pdf" / "signed-valid").glob("*.pdf"))]
        table.note(f"inspection: {len(scans)} scans, {len(signed)} signed files ({table.load()})")
        pages, ours, found = page_rows(programs, scans)
        found += ocrmypdf_row(folder, scans, ours, pages)
        anchors = folder / "anchors.pem"
        anchors.write_text("".join(one.read_text() + "\n" for one in sorted((corpus / "pdf" / "trust-anchors").glob("*.pem"))))
        found += signature_rows(programs, signed, anchors)
        found += answer_rows(programs, socket)
        found += long_row(programs, process, socket, folder, scans[0])
    return found
