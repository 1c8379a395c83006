"""One row per figure: what, measured, yardstick, ratio, target, met."""
import dataclasses
import os
import sys


@dataclasses.dataclass
class Row:
    what: str
    measured: str
    yardstick: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None  # None: there is no target


def at_least(what, measured, yardstick, ratio, target):
    return Row(what, measured, yardstick, ratio, f"at least {target:g}", ratio >= target)


def below(what, value, unit, limit, note=""):
    return Row(what, f"{value:.0f} {unit}{note}", target=f"below {limit:g} {unit}", met=value < limit)


def note(text):
    """What goes on, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def load():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def show(rows):
    cells = [["what", "measured", "yardstick", "ratio", "target", "met"]]
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "NO"
        cells.append([row.what, row.measured, row.yardstick, "" if row.ratio is None else f"{row.ratio:.2f}", row.target, met])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for number, line in enumerate(cells):
        print("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
