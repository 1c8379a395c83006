#!/usr/bin/python3
"""Runs the benchmarks named (all without names) and prints one table: run.py FOLDER-WITH-PROGRAMS [NAME...]"""
import importlib
import pathlib
import sys

sys.dont_write_bytecode = True
import table  # noqa: E402

NAMES = ("sealing", "accept", "lmtp", "parsing", "mail_filing", "findings_time", "memory", "dossier_list", "mail_queue", "mailbox", "inspection", "letters")


def main():
    programs, wanted = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:] or NAMES
    if unknown := set(wanted) - set(NAMES):
        sys.exit(f"run.py: unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    started = table.load()
    rows = [row for name in wanted for row in importlib.import_module(name).rows(programs)]
    print(f"{started} at the start, {table.load()} at the end\n")
    table.show(rows)


if __name__ == "__main__":
    main()
