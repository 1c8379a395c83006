#!/usr/bin/python3
"""The official veraPDF judges every letter: the samples, plain and sealed, and each template with short, long and odd data: PDF/A-2a and PDF/UA-1. What
it passes, structure.py has to pass too. Fetched from Maven Central on first use (mvn, a JRE); where that cannot be: status 77 (skipped), or a failure
with CI=true."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import yaml

PRESS, ROOT, CACHE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "letters"))
import structure  # noqa: E402
from variants import variants  # noqa: E402

FLAVOURS = ("2a", "ua1")  # what the metadata of a letter promise
NOT_JUDGED = 1 if os.environ.get("CI") == "true" else 77


def fetched():
    if list(CACHE.glob("greenfield-apps-*.jar")):
        return True
    if not shutil.which("mvn") or not shutil.which("java"):
        print("not judged: needs maven and a Java runtime")
        return False
    done = subprocess.run(["mvn", "-q", "-B", "-s", HERE / "settings.xml", "-f", HERE / "pom.xml", "dependency:copy-dependencies",
                           f"-DoutputDirectory={CACHE}"], check=False)
    if done.returncode:
        print("not judged: Maven Central cannot be reached")
    return done.returncode == 0


def tasks():
    """(template, name of the file, data, options)"""
    for sample in sorted((ROOT / "samples/letters").glob("*.yaml")):
        data = yaml.safe_load(sample.read_text())
        yield sample.stem, sample.stem, data, []
        yield sample.stem, sample.stem + "-signed", data, ["--signed"]
    for template, kind, data in variants(ROOT):
        yield template, f"{template}-{kind}", data, []


def press(home, template, name, data, options):
    source, pdf = home / f"{name}.json", home / f"{name}.pdf"
    source.write_text(json.dumps(data, default=str))
    subprocess.run([PRESS, template, source, pdf, *options], check=True)
    return pdf


def main():
    if not fetched():
        return NOT_JUDGED
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        letters = list(pool.map(lambda task: press(pathlib.Path(folder), *task), tasks()))
        command = ["java", "-cp", f"{CACHE}/*", "org.verapdf.apps.GreenfieldCliWrapper", "--format", "text", "-v"]
        judging = pool.submit(subprocess.run, [*command, *letters], capture_output=True, text=True, check=False)
        problems = {pdf.name: found for pdf in letters if (found := structure.problems(pdf))}
        told = judging.result().stdout.splitlines()
    failed = bool(problems)
    for flavour in FLAVOURS:
        missing = {f"PASS {pdf} {flavour}" for pdf in letters} - set(told)
        print(f"{flavour}: {len(letters) - len(missing)} of {len(letters)} letters conform")
        failed = failed or bool(missing)
    if failed:
        print(problems, *[line for line in told if not line.startswith("PASS ")], sep="\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
