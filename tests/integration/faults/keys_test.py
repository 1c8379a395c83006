#!/usr/bin/python3
"""gpg is gone when the key ring changes, the zone key has expired, the clock is wrong: the doors refuse politely and go on by themselves, and `zegelpost doctor` says what to do."""
import os
import pathlib
import re
import smtplib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "worker"))
from instance import Instance, eventually  # noqa: E402

BINARIES = pathlib.Path(sys.argv.pop(1))
MAIL = b"From: a@b.example\r\nSubject: Vraag\r\n\r\nGoedemiddag\r\n"
GPG = "/usr/bin/gpg"
EX_CONFIG = 78
# Preloaded rather than run as `faketime PROGRAM`: that stays between us and the program, so killing it leaves the program for a moment at its port.
FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@unittest.skipUnless(os.geteuid() == 0, "hides gpg from one process by a mount of its own: root only")
class KeysTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES)
        self.addCleanup(self.zone.close)

    def deliver(self, patience=60):
        """The code of the refusal, 250 if there is none."""
        try:
            with smtplib.LMTP("127.0.0.1", self.zone.lmtp_port, timeout=patience) as door:
                door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
            return 250
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code

    def deliver_until(self, code):
        """The door has some keys in hand: how many were accepted before."""
        for accepted in range(200):
            if self.deliver() == code:
                return accepted
        return self.fail(f"never {code}")

    def waiting(self):
        return len(self.zone.in_tray("new"))

    def doctor(self, *before):
        done = subprocess.run([*before, BINARIES / "zegelpost", "doctor", "--config", self.zone.config], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def gpg(self, home, *arguments, **more):
        return subprocess.run([GPG, "--homedir", self.zone.zone / "data/keys" / home, "--batch", "--yes", *arguments], check=True, capture_output=True, **more).stdout

    def expire_in(self, when):
        """A new end for the zone key, in both rings."""
        fingerprint = re.search(r"zone_fingerprint: (\w+)", self.zone.config.read_text()).group(1)
        self.gpg("zone", "--quick-set-expire", fingerprint, when)
        self.gpg("public", "--import", input=self.gpg("zone", "--export", fingerprint))

    def test_without_gpg_no_changed_ring_is_used_and_the_doors_go_on_when_it_is_back(self):
        self.zone.start("keymaker", "mail")
        self.assertEqual(self.deliver(), 250)
        keymaker = str(self.zone.running["keymaker"].pid)
        # The keymaker's alone: other processes keep their gpg.
        self.zone.kill("keymaker")
        self.zone.start_in(["unshare", "--mount"], "keymaker")
        keymaker = str(self.zone.running["keymaker"].pid)
        subprocess.run(["nsenter", "-t", keymaker, "-m", "mount", "--bind", "/dev/null", GPG], check=True)
        self.assertEqual(self.deliver(), 250, "what was loaded still seals")
        self.expire_in("2y")
        accepted = 1 + self.deliver_until(451)
        self.assertEqual(self.waiting(), 1 + accepted, "what was acknowledged is there, what was refused is not")
        self.assertIn("cannot make keys: check gpg", self.zone.log("keymaker"))
        subprocess.run(["nsenter", "-t", keymaker, "-m", "umount", GPG], check=True)
        self.assertTrue(eventually(lambda: self.deliver() == 250, 30), self.zone.log("keymaker"))
        status, told = self.doctor("unshare", "--mount", "sh", "-c", f'mount --bind /dev/null {GPG} && exec "$@"', "-")
        self.assertEqual(status, 1)
        self.assertRegex(told, r"FAIL  gpg can't be run\n +Install the package gnupg")

    def test_an_expired_key_is_not_sealed_to_and_a_longer_life_is_noticed(self):
        self.zone.start("keymaker", "mail")
        self.expire_in("seconds=2")
        time.sleep(3)
        accepted = self.deliver_until(451)
        self.assertEqual(self.waiting(), accepted)
        status, told = self.doctor()
        self.assertEqual(status, 1)
        self.assertRegex(told, r"FAIL  zone key \(public home\) has expired\n +Make a new key in time: docs/operators/keys.md")
        self.zone.kill("keymaker")
        self.assertEqual(self.zone.exit_status("keymaker"), EX_CONFIG, "no start with an expired key")
        self.assertIn("expired", self.zone.log("keymaker"))
        self.expire_in("1y")
        self.zone.start("keymaker")
        self.assertEqual(self.deliver(), 250)

    @unittest.skipUnless(FAKETIME, "needs faketime")
    def test_a_clock_that_is_days_behind_loses_nothing_and_the_doctor_says_so(self):
        self.zone.start("keymaker", "broker", "mail", "worker")
        self.assertEqual(self.deliver(), 250)
        filed = "SELECT count(*) FROM submissions"
        self.assertTrue(eventually(lambda: self.zone.one(filed) == 1), self.zone.log("worker"))
        wrong = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", f"LD_PRELOAD={FAKETIME}"]
        for days in ("-3d", "+3d"):
            before = self.zone.one(filed)
            for name in ("mail", "worker"):
                self.zone.kill(name)
                self.zone.start_in([*wrong, f"FAKETIME={days}"], name)
            self.assertEqual(self.deliver(), 250)
            self.assertTrue(eventually(lambda count=before + 1: self.zone.one(filed) == count), self.zone.log("worker"))
            self.assertEqual(self.zone.balance().returncode, 0, self.zone.balance().stdout)
        status, told = self.doctor(*wrong, "FAKETIME=-3d")
        self.assertEqual(status, 1)
        self.assertRegex(told, r"FAIL  the clock says .* but the ledger goes on to .*\n +Set the clock")
        verified = subprocess.run([BINARIES / "zegelpost", "ledger", "verify", "--config", self.zone.config], capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
