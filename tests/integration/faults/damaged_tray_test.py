"""A disk that gives back other bytes than were written: what a bundle in the tray held is filed as far as it is whole; the rest stays, and balance names it."""
import pathlib
import re
import smtplib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "worker"))
from instance import Instance, bundled, eventually  # noqa: E402

BINARIES = sys.argv.pop(1)


class DamagedTrayTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES)
        self.addCleanup(self.zone.close)
        self.zone.start("keymaker", "mail")
        self.send()
        time.sleep(1.5)  # longer than a bundle stays open
        self.send()
        self.bundles = sorted((self.zone.zone / "data/incoming/new").glob("*.bundle"))
        self.assertEqual(len(self.bundles), 2)

    def send(self):
        with smtplib.LMTP("127.0.0.1", self.zone.lmtp_port) as door:
            door.sendmail("s@b.example", ["post@ciz.example"], b"From: a@b.example\r\nSubject: Vraag\r\n\r\nGoedemiddag\r\n")

    def files_the_other_and_names_this(self):
        self.zone.start("broker", "worker")
        self.assertTrue(eventually(lambda: "item waits for a person" in self.zone.log("worker"), 60), self.zone.log("worker"))
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM submissions") == 1, 60), self.zone.log("worker"))
        self.assertEqual(len(list((self.zone.zone / "data/incoming/taken").iterdir())), 1, "kept for a person")
        self.assertEqual(self.zone.log("worker").count("item waits for a person"), 1)

    def test_a_cut_bundle(self):
        content = self.bundles[0].read_bytes()
        self.bundles[0].write_bytes(content[:-1])
        self.files_the_other_and_names_this()
        balance = self.zone.balance()
        self.assertEqual(balance.returncode, 1, balance.stdout)
        self.assertEqual(balance.stdout.count("LOST:"), 1, balance.stdout)
        kept, = (self.zone.zone / "data/incoming/taken").iterdir()
        self.is_told_until_it_is_settled(kept, *re.findall(r"LOST: (\w+)", balance.stdout))

    def test_a_bundle_that_is_cut_behind_its_first_message(self):
        self.send()
        bundle = next(path for path in (self.zone.zone / "data/incoming/new").iterdir() if len(bundled(path.read_bytes())) == 2)
        bundle.write_bytes(bundle.read_bytes().rstrip(b"\0")[:-1])
        self.zone.start("broker", "worker")
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM submissions") == 2, 60), self.zone.log("worker"))
        balance = self.zone.balance()
        self.assertEqual(balance.returncode, 1, balance.stdout)
        self.assertEqual(balance.stdout.count("LOST:"), 1, balance.stdout)
        kept, = (self.zone.zone / "data/incoming/aside").iterdir()
        self.assertEqual(kept.name[:5], "torn-", "what is left of it is kept")
        self.assertIn(f"bundle={kept.name[5:]}", self.zone.log("worker"))
        lost, = re.findall(r"LOST: (\w+)", balance.stdout)
        self.is_told_until_it_is_settled(kept, lost)

    def is_told_until_it_is_settled(self, kept, lost):
        bundle = kept.name[5:] if kept.name.startswith("torn-") else kept.stem
        told = f"zegelpost balance settle {bundle}"
        self.assertIn(f"FAIL  {kept}", self.doctor())
        self.assertIn(told, self.doctor())
        self.assertIn(f"DAMAGED: bundle {bundle}", self.zone.balance().stdout)
        self.assertNotEqual(self.run_command("balance", "settle", "0" * 32).returncode, 0, "nothing of that name")
        for done in (bundle, lost):
            self.assertEqual(self.run_command("balance", "settle", done).returncode, 0)
        self.assertNotIn(told, self.doctor())
        self.assertFalse(kept.exists())
        self.assertEqual(self.zone.balance().returncode, 0, "a person has dealt with it")
        self.assertRegex(self.zone.balance().stdout, r"nowhere, and dealt with +1\n")

    def run_command(self, *arguments):
        return subprocess.run([BINARIES + "/zegelpost", *arguments, "--config", self.zone.config], capture_output=True, text=True)

    def doctor(self):
        return self.run_command("doctor").stdout

    def test_one_changed_byte_of_a_sealed_message(self):
        content = bytearray(self.bundles[0].read_bytes())
        first_file = 12 + int.from_bytes(content[8:12], "big")
        content[first_file + 130] ^= 1  # behind the object's header
        self.bundles[0].write_bytes(content)
        self.files_the_other_and_names_this()
        balance = self.zone.balance()
        self.assertEqual(balance.returncode, 0, balance.stdout)
        self.assertRegex(balance.stdout, r"being filed +1\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
