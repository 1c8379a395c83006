"""How soon the first of 100,000 waiting mails goes after the worker (re)starts, and how many go a second (tests/bench/mail_queue/mail_queue.cpp)."""
import pathlib
import re
import subprocess
import sys
import time

import instance
import table

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
import line_server  # noqa: E402

MAILS, MEASURED = 100_000, 1_000


class Sink:
    """Takes every mail at once, and notes when."""

    def __init__(self, port):
        self.times = []
        self.server = line_server.LineServer(("127.0.0.1", port), self._serve)

    def _serve(self, told, say):
        say.write(b"220 sink\r\n")
        for line in told:
            verb = line[:4].upper()
            if verb == b"DATA":
                say.write(b"354 go on\r\n")
                for body in told:
                    if body == b".\r\n":
                        break
                self.times.append(time.monotonic())
            say.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 sink\r\n")
            if verb == b"QUIT":
                return

    def wait(self, count, seconds=120):
        deadline = time.monotonic() + seconds
        while len(self.times) < count:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(self.times)} of {count} mails after {seconds} s")
            time.sleep(0.002)


def start_worker(programs, config, log):
    """The process, and the moment at which it was started."""
    began = time.monotonic()
    return subprocess.Popen([programs / "zegelpost-worker", "--config", config], stderr=log), began


def measure(programs, folder, domains):
    port, smtp = instance.free_ports(2)
    zone = folder / f"d{domains}"
    subprocess.run([programs / "zegelpost", "init", zone, "--smtp-port", str(smtp), "--public-port", str(port), "--lmtp-port", "0",
                    "--mail-address", "post@zegelpost.example"], check=True, capture_output=True)
    config = zone / "zegelpost.yaml"
    subprocess.run([programs / "bench_mail_queue", config, str(MAILS), str(domains)], check=True)
    sink = Sink(smtp)
    with open(folder / f"worker{domains}.log", "ab") as log:
        try:
            worker, began = start_worker(programs, config, log)
            sink.wait(1)
            started = sink.times[0] - began
            sink.wait(MEASURED)
            rate = (MEASURED - 1) / (sink.times[MEASURED - 1] - sink.times[0])
            worker.kill()
            worker.wait()
            time.sleep(0.5)
            sink.times.clear()
            worker, began = start_worker(programs, config, log)
            sink.wait(1)
            restarted = sink.times[0] - began
            memory = int(re.search(r"VmHWM:\s*(\d+)", open(f"/proc/{worker.pid}/status").read()).group(1)) // 1024
        finally:
            worker.kill()
            worker.wait()
            sink.server.close()
            subprocess.run(["gpgconf", "--homedir", zone / "data/keys/zone", "--kill", "all"], check=False)
    return started, restarted, rate, memory


def rows(programs):
    found = []
    for domains in (1, 5_000):
        table.note(f"mail queue: filling it with {MAILS:,} mails to {domains:,} domains ({table.load()})")
        with instance.folder() as folder:
            started, restarted, rate, memory = measure(programs, folder, domains)
        where = f"{MAILS:,} mails to {domains:,} domain{'s' if domains > 1 else ''}"
        found += [table.below(f"{where}: first goes after a start", started * 1000, "ms", 2000),
                  table.below(f"{where}: first goes after kill -9", restarted * 1000, "ms", 2000),
                  table.Row(f"{where}: mails a second, memory of the worker", f"{rate:.0f}/s, {memory} MB")]
    return found
