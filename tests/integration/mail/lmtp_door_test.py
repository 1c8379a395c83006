#!/usr/bin/env python3
"""The LMTP door keeps what it acknowledged, and acknowledges only what it keeps."""
import pathlib
import smtplib
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "worker"))
from instance import Instance, eventually  # noqa: E402

BINARIES = sys.argv.pop(1)
MAIL = b"From: a@b.example\r\nSubject: MARKER-SUBJECT\r\n\r\nMARKER-BODY\r\n"


class LmtpDoorTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES)
        self.addCleanup(self.zone.close)
        self.incoming = self.zone.zone / "data/incoming"

    def lmtp(self):
        return smtplib.LMTP("127.0.0.1", self.zone.lmtp_port)

    def waiting(self):
        return self.zone.in_tray("new")

    def aside(self):
        return list((self.incoming / "aside").iterdir())

    def test_an_acknowledged_message_is_in_the_tray_and_unreadable(self):
        self.zone.start("keymaker", "mail")
        with self.lmtp() as door:
            door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
        self.assertEqual(len(self.waiting()), 1)
        for lines in (20_000, 400_000):
            with self.lmtp() as door:
                door.sendmail("a@b.example", ["post@ciz.example"], MAIL + b"MARKER-BODY\r\n" * lines)
        self.assertEqual(len(self.waiting()), 3)
        self.zone.kill("mail")
        files = [path for path in (self.incoming / "new").rglob("*") if path.is_file()]
        self.assertEqual(len(files), 2 + 3, "a bundle for each but the largest, which has a folder of three files")
        for path in files:
            content = path.read_bytes()
            for marker in (b"MARKER-SUBJECT", b"MARKER-BODY", b"a@b.example", b"post@ciz"):
                self.assertNotIn(marker, content)

    def test_a_client_that_vanishes_before_the_end_leaves_nothing(self):
        self.zone.start("keymaker", "mail")
        for cut in (b"", MAIL, MAIL + b".", MAIL + b".\r", MAIL + b"x\r\n" * 100_000, MAIL + b"x\r\n" * 1_500_000):
            with socket.create_connection(("127.0.0.1", self.zone.lmtp_port)) as wire:
                wire.sendall(b"LHLO t\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<post@ciz.example>\r\nDATA\r\n")
                time.sleep(0.3)
                wire.sendall(cut)
        self.assertTrue(eventually(lambda: not self.aside() and not list((self.incoming / "new").iterdir()), 10))

    def test_a_client_that_vanishes_after_the_end_is_kept_whole(self):
        self.zone.start("keymaker", "mail")
        with socket.create_connection(("127.0.0.1", self.zone.lmtp_port)) as wire:
            wire.sendall(b"LHLO t\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<post@ciz.example>\r\nDATA\r\n" + MAIL + b".\r\n")
        self.assertTrue(eventually(lambda: len(self.waiting()) == 1, 10))
        self.assertEqual(self.aside(), [])

    def test_without_the_keymaker_the_mta_is_asked_to_try_later(self):
        self.zone.start("keymaker", "mail")
        self.zone.kill("keymaker")
        with self.lmtp() as door:
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
        self.assertEqual(refused.exception.smtp_code, 451)
        self.zone.start("keymaker")
        with self.lmtp() as door:
            door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
        self.assertEqual(len(self.waiting()), 1)

    def test_on_a_nearly_full_disk_it_refuses_and_goes_on_when_space_returns(self):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.incoming]).returncode:
            self.skipTest("needs the right to mount")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", self.incoming]))
        self.zone.start("keymaker", "mail")
        filler = self.incoming / "filler"
        filler.write_bytes(bytes(12 * 1024 * 1024))
        with self.lmtp() as door:
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
            self.assertEqual(refused.exception.smtp_code, 452)
        filler.unlink()
        with self.lmtp() as door:
            door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
        self.assertEqual(len(self.waiting()), 1)
        self.assertEqual(self.aside(), [])

    def test_a_door_that_is_killed_keeps_every_message_it_acknowledged(self):
        self.zone.start("keymaker", "mail")
        acknowledged = 0
        for _ in range(5):
            for _ in range(8):
                with self.lmtp() as door:
                    door.sendmail("a@b.example", ["post@ciz.example"], MAIL)
                    acknowledged += 1
            half = socket.create_connection(("127.0.0.1", self.zone.lmtp_port))
            half.sendall(b"LHLO t\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<post@ciz.example>\r\nDATA\r\nhalf")
            self.zone.kill("mail")
            half.close()
            self.zone.start("mail")
        self.assertEqual(len(self.waiting()), acknowledged)
        accepted = (self.incoming / "accepted").read_text().split()
        self.assertEqual(len(accepted), acknowledged)


if __name__ == "__main__":
    unittest.main(verbosity=2)
