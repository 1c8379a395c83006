"""Mail accepted by LMTP, 8 sessions: the mail door (sealed and synced) beside Dovecot with mail_fsync=always on the same disk, in turns."""
import contextlib
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import instance
import table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration" / "mail"))
import dovecot  # noqa: E402

ROUNDS, SESSIONS = 5, 8
COUNTS = {"5 kB": (5_000, 600), "1 MB": (1_000_000, 100)}  # bytes, messages in a round
TARGETS = {"5 kB": 4, "1 MB": 3}


@contextlib.contextmanager
def yardstick(folder):
    one = dovecot.Dovecot(folder, fsync="always")
    try:
        one.start()
        yield one
    finally:
        one.close()


def send(port, recipient, size, count):
    """Messages per second."""
    started = time.monotonic()
    subprocess.run(["smtp-source", "-L", "-s", str(SESSIONS), "-m", str(count), "-l", str(size), "-f", "afzender@burger.example", "-t", recipient,
                    f"inet:127.0.0.1:{port}"], check=True, capture_output=True, timeout=600)
    return count / (time.monotonic() - started)


def door_round(one, port, size, count):
    incoming = one.folder / "data" / "incoming"
    before = len((incoming / "accepted").read_text().split())
    speed = send(port, "post@zegelpost.example", size, count)
    if len((incoming / "accepted").read_text().split()) != before + count:
        raise RuntimeError("the door has not kept all of them:\n" + one.log.read_text()[-1000:])
    for item in (incoming / "new").iterdir():  # small ones in bundles, each of the others in a folder
        shutil.rmtree(item) if item.is_dir() else item.unlink()
    return speed


def dovecot_round(one, size, count):
    speed = send(one.lmtp, "bench", size, count)
    if len(one.messages("bench")) != count:
        raise RuntimeError("Dovecot has not kept all of them")
    shutil.rmtree(one.box("bench"))
    return speed


def rows(programs):
    settings = {"mail": {"recipients": ["post@zegelpost.example"]}}
    with instance.running(programs, "keymaker", "public", "mail", settings=settings) as door, yardstick(door.folder / "dovecot") as other:
        for folder in (door.folder, door.folder.parent):
            folder.chmod(0o755)  # Dovecot delivers as nobody
        port = int(re.search(r"lmtp_listen: *'?[\d.]+:(\d+)", door.config.read_text()).group(1))
        instance.wait_for_port(port, door.log)
        for label, (size, count) in COUNTS.items():
            table.note(f"lmtp: {label}, {ROUNDS} rounds ({table.load()})")
            rounds = [(door_round(door, port, size, count), dovecot_round(other, size, count)) for _ in range(ROUNDS)]
            ours, theirs = (statistics.median(side) for side in zip(*rounds))
            ratio = statistics.median(one / two for one, two in rounds)
            yield table.at_least(f"LMTP, {label}, {SESSIONS} sessions", f"{ours:.0f}/s", f"Dovecot {theirs:.0f}/s", ratio, TARGETS[label])
