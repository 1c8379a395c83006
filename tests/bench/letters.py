"""Letters: ours beside WeasyPrint with the same two-page letter (tests/bench/letters/letters.cpp)."""
import html
import json
import pathlib
import resource
import subprocess
import sys

import instance
import table

REPETITIONS, BATCH = 7, 10_000
ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "avg-rectificatie-toegekend"
PYTHON = "/usr/bin/python3"  # Debian's: WeasyPrint and yaml are its packages

# What WeasyPrint gets is easier than what we draw: no structure, no tags.
STYLE = """@page { size: A4; margin: 25mm 25mm 25mm 25mm; @bottom-right { content: "Pagina " counter(page) " van " counter(pages); font-size: 7.5pt } }
body { font: 10.5pt/14.5pt "Liberation Sans"; hyphens: auto } h1 { font-size: 13pt } h2 { font-size: 11.5pt } table { border-collapse: collapse; width: 100%; font-size: 9pt }
th, td { border-bottom: .5pt solid #999; text-align: left; vertical-align: top; padding: 2pt }"""
IN_PROCESS = """import sys, time, weasyprint
text = open(sys.argv[1]).read()
weasyprint.HTML(string=text).write_pdf()
begin = time.process_time()
for _ in range(5): weasyprint.HTML(string=text).write_pdf()
print((time.process_time() - begin) / 5)"""


def as_html(pdf):
    """The same words as a web page: what our letter says, line for line."""
    blocks = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout.split("\n\n")
    body = "".join(f"<p>{html.escape(' '.join(block.split()))}" for block in blocks if block.strip())
    return f'<html lang="nl"><title>Besluit</title><style>{STYLE}</style><h1>Ons besluit</h1>{body}'


def seconds_of(command):
    """Processor time of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(programs, folder):
    """{benchmark: (letters per second of real time, per second of processor time)}"""
    command = [programs / "bench_letters", NAME, folder / "data.json", folder / "ours.pdf", "--benchmark_enable_random_interleaving=true",
               "--benchmark_min_time=0.2", f"--benchmark_repetitions={REPETITIONS}", "--benchmark_report_aggregates_only=true", "--benchmark_format=json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    medians = [entry for entry in report["benchmarks"] if entry["aggregate_name"] == "median"]
    return {entry["run_name"].split("/")[0]: (1e9 / entry["real_time"], 1e9 / entry["cpu_time"]) for entry in medians}


def rows(programs):
    table.note(f"letters: {REPETITIONS} interleaved repetitions, a batch of {BATCH}, then WeasyPrint ({table.load()})")
    with instance.folder() as folder:
        to_json = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"
        sample = ROOT / f"samples/letters/{NAME}.yaml"
        data = subprocess.run([PYTHON, "-c", to_json, sample], check=True, capture_output=True, text=True).stdout
        (folder / "data.json").write_text(data)
        speed = measure(programs, folder)
        (folder / "letter.html").write_text(as_html(folder / "ours.pdf"))
        early, late = map(int, subprocess.run([programs / "bench_letters", NAME, folder / "data.json", "--batch", str(BATCH)],
                                              check=True, capture_output=True, text=True).stdout.split())
        in_process = float(subprocess.run([PYTHON, "-c", IN_PROCESS, folder / "letter.html"], check=True, capture_output=True, text=True).stdout)
        command = seconds_of([PYTHON, "-m", "weasyprint", folder / "letter.html", folder / "theirs.pdf"])
        pages = subprocess.run(["pdfinfo", folder / "ours.pdf"], check=True, capture_output=True, text=True).stdout
        size = (folder / "ours.pdf").stat().st_size
    if "Pages:           2" not in pages:
        sys.exit("letters: the letter of this benchmark has two pages")
    drawn, signed = speed["draw"][1], speed["draw_and_sign"][1]
    threads = speed["draw_two_threads"][0] / speed["draw"][0]
    return [table.at_least("letters a second, one core", f"{drawn:.0f}", "", drawn, 200),
            table.at_least("signed (P-256), one core", f"{signed:.0f}", "", signed, 120),
            table.at_least("letter beside WeasyPrint in process", f"{1000 / drawn:.1f} ms", f"{1000 * in_process:.0f} ms", in_process * drawn, 20),
            table.at_least("letter beside WeasyPrint's command", f"{1000 / drawn:.1f} ms", f"{1000 * command:.0f} ms", command * drawn, 60),
            table.at_least("two threads beside one", f"{speed['draw_two_threads'][0]:.0f} a second", f"{speed['draw'][0]:.0f} a second", threads, 1.8),
            table.below("size of an unsigned letter", size / 1000, "kB", 40),
            table.below(f"growth over {BATCH} signed letters", max(0, late - early) / 1e6, "MB", 2, f" (at {late / 1e6:.0f} MB)")]
