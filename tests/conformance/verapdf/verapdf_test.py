#!/usr/bin/python3
"""The official veraPDF judges every sample letter, plain and sealed: PDF/A-2a and PDF/UA-1. Fetched from Maven Central on first use (mvn, a JRE);
status 77 (skipped) where that cannot be."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

PRESS, SAMPLES, CACHE = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HERE = pathlib.Path(__file__).parent
SKIPPED = 77


def fetched():
    if list(CACHE.glob("greenfield-apps-*.jar")):
        return True
    if not shutil.which("mvn") or not shutil.which("java"):
        print("skipped: needs maven and a Java runtime")
        return False
    done = subprocess.run(["mvn", "-q", "-B", "-s", HERE / "settings.xml", "-f", HERE / "pom.xml", "dependency:copy-dependencies",
                           f"-DoutputDirectory={CACHE}"], check=False)
    if done.returncode:
        print("skipped: Maven Central cannot be reached")
    return done.returncode == 0


def press_all(home):
    for sample in sorted(SAMPLES.glob("*.yaml")):
        data = home / "data.json"
        data.write_text(json.dumps(yaml.safe_load(sample.read_text())))
        for suffix, options in (("", []), ("-signed", ["--signed"])):
            subprocess.run([PRESS, sample.stem, data, home / f"{sample.stem}{suffix}.pdf", *options], check=True)
    return sorted(home.glob("*.pdf"))


def main():
    if not fetched():
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        letters = press_all(pathlib.Path(folder))
        failed = 0
        for flavour in ("2a", "ua1"):
            told = subprocess.run(["java", "-cp", f"{CACHE}/*", "org.verapdf.apps.GreenfieldCliWrapper", "--format", "text", "-v", "-f",
                                   flavour, *letters], capture_output=True, text=True, check=False).stdout
            passed = [line for line in told.splitlines() if line.startswith("PASS ")]
            print(f"{flavour}: {len(passed)} of {len(letters)} letters conform")
            if len(passed) != len(letters):
                print(told)
                failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
