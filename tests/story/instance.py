"""The running instance: where its doors are, its command line, its processes."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import totp


class Instance:
    def __init__(self, folder, programs):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "zegelpost.yaml"
        self.programs = pathlib.Path(programs)
        self.portal, self.workbench = re.findall(r"^\s+base_url:\s*\"?([^\s\"]+)", self.config.read_text(), re.M)
        self.organisation = re.search(r"^\s+name:\s*\"?([^\"\n]+)", self.config.read_text(), re.M).group(1)
        self.credentials = totp.read_credentials(self.folder / "credentials.txt")
        self.samples = self.folder / "samples"

    def zegelpost(self, *arguments):
        """(exit status, what it printed)."""
        done = subprocess.run([self.programs / "zegelpost", *arguments], env={**os.environ, "ZEGELPOST_CONFIG": str(self.config)},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def pid(self, process):
        try:
            return int((self.folder / "run" / f"{process}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self, process):
        """SIGKILL to one of the processes; its number."""
        pid = self.pid(process)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_restarted(self, process, old, seconds=30):
        deadline = time.monotonic() + seconds
        while self.pid(process) in (None, old):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{process} was not started again")
            time.sleep(0.1)

    def wait_portal(self, seconds=30):
        host, port = re.search(r"//([^:/]+):(\d+)", self.portal).groups()
        deadline = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection((host, int(port)), timeout=2).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
