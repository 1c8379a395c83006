"""An instance of its own for one measurement, with real processes, on the disk that is to be measured."""
import contextlib
import http.client
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import yaml

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "story"))  # last: it has an lmtp.py too
import web  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KIND = "avg-inzage"
ANSWERS = {"requester_role": "self", "client_name": "Renée Fictief", "client_birth_date": "1985-12-31", "email": "renee@voorbeeld.example"}


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextlib.contextmanager
def folder():
    """Below ZP_BENCH_FOLDER, by default /var/tmp: a real disk, and short enough for gpg-agent's socket."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="zp-bench.", dir=os.environ.get("ZP_BENCH_FOLDER", "/var/tmp")))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def wait_for_port(port, log, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"nothing answers on port {port}:\n" + log.read_text()[-2000:]) from None
            time.sleep(0.05)


class Instance:
    """`settings` goes over what `zegelpost init` wrote, section by section."""

    def __init__(self, programs, path, settings=None):
        self.programs, self.folder = pathlib.Path(programs), path / "instance"
        public, staff, lmtp = free_ports(3)
        self.port, self.base = public, f"https://localhost:{public}"
        init = [self.programs / "zegelpost", "init", self.folder, "--public-port", str(public), "--staff-port", str(staff),
                "--lmtp-port", str(lmtp), "--smtp-port", "0"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
        self.config = self.folder / "zegelpost.yaml"
        values = yaml.safe_load(self.config.read_text())
        for section, keys in (settings or {}).items():
            values.setdefault(section, {}).update(keys)
        self.config.write_text(yaml.safe_dump(values))
        self.log = self.folder / "log"
        self.children = {}

    def start(self, *processes):
        """Single processes ("keymaker", "public", ...), or "serve" for all of them under the supervisor."""
        for name in processes:
            command = [self.programs / "zegelpost", "serve"] if name == "serve" else [self.programs / f"zegelpost-{name}"]
            self.children[name] = subprocess.Popen([*command, "--config", self.config], stdout=self.log.open("ab"), stderr=subprocess.STDOUT)
        wait_for_port(self.port, self.log)

    def stop(self):
        for child in reversed(self.children.values()):
            child.terminate()
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(20)
            child.kill()
        subprocess.run(["gpgconf", "--homedir", self.folder / "data/keys/zone", "--kill", "all"], check=False)

    def begin(self, base=None):
        """The cookie of a new submission, as a browser gets it from the form."""
        client = web.Client(base or self.base)
        page = client.get(f"/inzenden/{KIND}")
        client.submit(page, ANSWERS)
        if not client.cookies:
            raise RuntimeError("no submission was begun: " + page.text[:400])
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


@contextlib.contextmanager
def running(programs, *processes, settings=None):
    with folder() as path:
        one = Instance(programs, path, settings)
        try:
            one.start(*processes)
            yield one
        finally:
            one.stop()


def connect(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection("localhost", port, context=context, timeout=120)


def memory(pid, name):
    """A line of /proc/PID/status or smaps_rollup in megabytes."""
    file = "smaps_rollup" if name == "Pss" else "status"
    found = re.search(rf"^{name}:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/{file}").read_text(), re.M)
    return int(found.group(1)) / 1024 if found else 0.0
