"""An instance under a supervisor of the test's own, that can be killed and started again."""
import os
import pathlib
import re
import signal
import subprocess


class Supervised:
    """Takes over from the supervisor that runs, with more `settings`: {section: lines}."""

    def __init__(self, instance, settings):
        self.instance = instance
        self._log = open(instance.folder / "log", "ab")
        self._pid_file = instance.folder / "serve.pid"  # by which whoever made the instance stops it
        os.kill(int(self._pid_file.read_text()), signal.SIGTERM)
        text = instance.config.read_text()
        for section, lines in settings.items():
            if f"\n{section}:\n" not in text:
                text += f"\n{section}:\n"
            text = text.replace(f"\n{section}:\n", f"\n{section}:\n{lines}")
        instance.config.write_text(text)
        self._serve()  # which waits for the former one's processes

    def _serve(self):
        self._process = subprocess.Popen([self.instance.programs / "zegelpost", "serve", "--config", self.instance.config],
                                         stdout=self._log, stderr=self._log)
        self._pid_file.write_text(f"{self._process.pid}\n")

    def kill_supervisor(self):
        self._process.kill()
        self._process.wait()
        self._serve()

    def running(self, name):
        """The number of a process, None while there is none. A number may be left over from a former supervisor."""
        pid = self.instance.pid(name)
        try:
            line = pathlib.Path(f"/proc/{pid}/cmdline").read_text()
            return pid if f"/zegelpost-{name}\0" in line and str(self.instance.config) in line else None
        except OSError:
            return None

    def log(self):
        return (self.instance.folder / "log").read_text(errors="replace")

    def cells(self):
        """Processes of the broker that are in the middle of something."""
        broker = self.running("broker")
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = re.match(r"\d+ \(.*\) (\w) (\d+)", path.read_text()).groups()
            except (OSError, AttributeError):
                continue
            if int(parent) == broker and state == "R":
                found.append(int(path.parent.name))
        return found
