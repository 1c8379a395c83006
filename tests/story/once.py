#!/usr/bin/python3
"""Replays the whole story against a running instance, through its public interfaces only: portal and workbench over HTTPS, SMTP into Postfix, the
mails that come out, the command line. Leaves pages, PDFs, mails and the ledger in --out. Exit status 0 only if every check is right.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import steps_house  # noqa: E402
import steps_mail  # noqa: E402
import steps_oversight  # noqa: E402
import steps_sender  # noqa: E402
import steps_staff  # noqa: E402
from story import Story  # noqa: E402

PROGRAMS = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "bin"
STEPS = [("0. Every process in its room", steps_house.step_0),
         ("1. A mentor uploads on a phone", steps_sender.step_1),
         ("2. She sends it and gets a receipt", steps_sender.step_2),
         ("3. An AVG request arrives by mail", steps_mail.step_3),
         ("8a. A request whose retention term will be over", steps_oversight.begin_copy),
         ("4. The mailroom asks for what is missing", steps_staff.step_4),
         ("5. The mentor reads and answers", steps_sender.step_5),
         ("6. Legal grants access, with four eyes", steps_staff.step_6),
         ("7. The FG looks into the ledger", steps_oversight.step_7),
         ("8b. What is past its term is destroyed", steps_oversight.step_8)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", required=True, help="folder of the running instance")
    parser.add_argument("--out", required=True, help="where to leave what came out")
    parser.add_argument("--smtp", required=True, type=int, help="port of the instance's Postfix")
    parser.add_argument("--programs", default=PROGRAMS, help="folder with the built programs")
    story = Story(parser.parse_args())
    try:
        for title, step in STEPS:
            with story.checks.step(title):
                step(story)
    finally:
        story.browser.close()
    story.keep("summary.md", story.checks.markdown())
    story.checks.print_summary()
    print(f"Everything is in {story.out}/")
    return 1 if story.checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
