"""From typing the access code to the message on the screen: Argon2id at its documented cost, the event on disk, the page."""
import statistics
import subprocess
import time

import instance
import table

TIMES, CODE, NEVER = 20, "K7PM-3XRD-9FQH", "4000000000000"


def measure(one):
    shelf = one.folder / "data/shelf"
    link = subprocess.run([one.programs / "publish_message", shelf, CODE, NEVER], check=True, capture_output=True, text=True).stdout.strip()
    client = instance.web.Client(one.base)
    page = client.get(f"/bericht/{link}")
    began = time.monotonic()
    shown = client.submit(page, {"code": CODE})
    took = time.monotonic() - began
    if "Wij missen de beschikking" not in shown.text:
        raise RuntimeError("the message did not open: " + shown.text[:300])
    return took


def rows(programs):
    with instance.running(programs, "keymaker", "public") as one:
        measure(one)
        table.note(f"mailbox: {TIMES} messages ({table.load()})")
        times = sorted(measure(one) for _ in range(TIMES))
    note = f" ({times[0] * 1000:.0f} to {times[-1] * 1000:.0f})"
    return [table.below(f"a mailbox message opens, median of {TIMES}", statistics.median(times) * 1000, "ms", 200, note)]
