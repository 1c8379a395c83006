#!/usr/bin/env python3
"""A complete instance starts, a killed process comes back, a stop leaves nothing behind, and wrong configuration stops all."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from waiting import eventually, free_port  # noqa: E402

BIN = pathlib.Path(sys.argv.pop(1))
NAMES = ["keymaker", "broker", "office", "worker", "staff", "public", "mail"]


def alive(pid):
    return pathlib.Path(f"/proc/{pid}").exists()


class SupervisorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zps"))
        subprocess.run([BIN / "zegelpost", "init", cls.folder, "--reserve-megabytes", "16", "--public-port", str(free_port()), "--staff-port",
                        str(free_port()), "--lmtp-port", str(free_port())], check=True, capture_output=True)
        cls.config = cls.folder / "zegelpost.yaml"

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["gpgconf", "--homedir", cls.folder / "data/keys/zone", "--kill", "all"], check=False)
        shutil.rmtree(cls.folder)

    def start(self):
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.serve = subprocess.Popen([BIN / "zegelpost", "serve", "--config", self.config], stderr=self.log)
        self.addCleanup(lambda: self.serve.poll() is None and self.serve.kill())

    def pid(self, name):
        path = self.folder / "run" / f"{name}.pid"
        text = path.read_text() if path.exists() else ""
        return int(text) if text.strip() else 0

    def read_log(self):
        return (self.folder / "log").read_text()

    def test_whole_life(self):
        self.start()
        self.assertTrue(eventually(lambda: "all processes run" in self.read_log()), self.read_log())
        before = {name: self.pid(name) for name in NAMES}
        self.assertTrue(all(alive(pid) for pid in before.values()))

        os.kill(before["worker"], signal.SIGKILL)
        self.assertTrue(eventually(lambda: self.pid("worker") not in (0, before["worker"])), self.read_log())
        self.assertRegex(self.read_log(), r"process ended name=worker pid=\d+ signal=9")

        self.serve.send_signal(signal.SIGTERM)
        self.assertEqual(self.serve.wait(timeout=60), 0)
        self.assertTrue(all(not alive(pid) for pid in before.values()))
        stops = re.findall(r"process ended name=(\w+)", self.read_log())[1:]
        self.assertEqual(set(stops[:2]), {"mail", "public"}, "doors stop first")

    def test_wrong_configuration_stops_all(self):
        good = self.config.read_text()
        self.addCleanup(lambda: self.config.write_text(good))
        self.config.write_text(re.sub(r"zone_fingerprint: \w+", "zone_fingerprint: " + "0" * 40, good))
        self.start()
        self.assertEqual(self.serve.wait(timeout=60), 78, self.read_log())
        self.assertIn("run 'zegelpost doctor'", self.read_log())


if __name__ == "__main__":
    unittest.main()
