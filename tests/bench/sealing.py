"""Sealing beside the bare AEAD and beside gpg --encrypt of the same file (tests/bench/sealing/sealing.cpp)."""
import json
import os
import subprocess

import instance
import table

REPETITIONS = 7


def make_key(home):
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet"]
    subprocess.run([*gpg, "--passphrase", "", "--quick-gen-key", "bench", "future-default"], check=True, stderr=subprocess.DEVNULL)
    listing = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True, text=True).stdout
    return next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:"))


def measure(programs):
    """{benchmark: median bytes per second of processor time}."""
    with instance.folder() as folder:
        fingerprint = make_key(folder / "gnupg")
        try:
            for millions in (1, 10, 100):
                (folder / f"input-{millions}").write_bytes(os.urandom(millions * 1_000_000))
            command = [programs / "bench_sealing", folder, fingerprint, "--benchmark_enable_random_interleaving=true", "--benchmark_min_time=0.05",
                       f"--benchmark_repetitions={REPETITIONS}", "--benchmark_report_aggregates_only=true", "--benchmark_format=json"]
            report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        finally:
            subprocess.run(["gpgconf", "--homedir", folder / "gnupg", "--kill", "all"], check=False)
    return {entry["run_name"].removesuffix("/manual_time"): entry["bytes_per_second"]
            for entry in report["benchmarks"] if entry["aggregate_name"] == "median"}


def rows(programs):
    table.note(f"sealing: {REPETITIONS} interleaved repetitions ({table.load()})")
    speed = measure(programs)

    def row(what, ours, theirs, name, target):
        figures = (what, f"{speed[ours] / 1e6:.0f} MB/s", f"{name} {speed[theirs] / 1e6:.0f} MB/s", speed[ours] / speed[theirs])
        return table.at_least(*figures, target) if target else table.Row(*figures)

    made = []
    for millions in (1, 10, 100):
        made += [row(f"seal {millions} MB", f"seal_memory/{millions}", f"aead_memory/{millions}", "AES-256-GCM", 0.8),
                 row(f"seal a file of {millions} MB", f"seal_file/{millions}", f"gpg_file/{millions}", "gpg --encrypt", 10),
                 row(f"seal a file of {millions} MB", f"seal_file/{millions}", f"gpg_stored/{millions}", "gpg, no compression", None),
                 row(f"seal a file of {millions} MB, write it", f"seal_copy/{millions}", f"gpg_copy/{millions}", "gpg, no compression", None)]
    return made
