#!/usr/bin/python3
"""A full disk, folder by folder, under running processes: a clear refusal or a patient wait, no damage, and on it goes when space returns."""
import http.client
import os
import pathlib
import random
import re
import shutil
import smtplib
import ssl
import subprocess
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "worker"))
from instance import Instance, eventually  # noqa: E402

BINARIES = sys.argv.pop(1)
MEGABYTE = 1024 * 1024
SIZE = 24  # megabytes of each small disk
FIELDS = {"requester_role": "self", "client_name": "Jan Voorbeeld", "client_birth_date": "1950-02-03", "email": "jan@voorbeeld.example", "access_code": "mijn code 2026"}


@unittest.skipUnless(os.geteuid() == 0, "mounts a tmpfs: root only")
class FullDiskTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES, reserve_megabytes=1)
        self.addCleanup(self.zone.close)

    def small_disk(self, folder):
        """Puts data/`folder`, with what is in it, on a file system of its own."""
        path, aside = self.zone.zone / "data" / folder, self.zone.folder / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        subprocess.run(["cp", "-a", path, aside], check=True)
        mode = oct(path.stat().st_mode & 0o7777)[2:]
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m,mode={mode}", "tmpfs", path], check=True)
        self.addCleanup(lambda: subprocess.run(["umount", "-l", path]))
        subprocess.run(["cp", "-a", f"{aside}/.", path], check=True)
        return path

    def fill(self, path, leave=0):
        """To the last byte, or but for `leave` bytes."""
        with open(path / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(64 * 1024))
            except OSError:
                pass
            filler.truncate(max(0, filler.tell() - leave))

    def empty(self, path):
        (path / "filler").unlink()

    def deliver(self):
        """A mail of somebody new; 250, or the code of the refusal."""
        sender = f"s{random.getrandbits(40):x}@b.example"
        mail = f"From: {sender}\r\nSubject: Vraag\r\nMessage-ID: <{sender}>\r\n\r\nGoedemiddag\r\n".encode()
        try:
            with smtplib.LMTP("127.0.0.1", self.zone.lmtp_port, timeout=60) as door:
                door.sendmail(sender, ["post@ciz.example"], mail)
            return 250
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code

    def filed(self):
        return self.zone.one("SELECT count(*) FROM submissions")

    def expect_in_order(self, processes):
        balance = self.zone.balance()
        self.assertEqual(balance.returncode, 0, balance.stdout)
        for name in processes:
            self.assertIsNone(self.zone.running[name].poll(), f"{name} must live on: " + self.zone.log(name)[-2000:])
        for command in (["object", "check"], ["ledger", "verify"]):
            done = subprocess.run([f"{BINARIES}/zegelpost", *command, "--config", self.zone.config], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def files_mail_while_full(self, folder, leave=0):
        """Mail is taken in, since the tray has room; the worker waits until `folder` has."""
        processes = ("keymaker", "broker", "mail", "worker")
        path = self.small_disk(folder)
        self.zone.start(*processes)
        self.assertEqual(self.deliver(), 250)
        self.assertTrue(eventually(lambda: self.filed() == 1), self.zone.log("worker"))
        self.fill(path, leave)
        for _ in range(3):
            self.assertEqual(self.deliver(), 250)
        self.assertTrue(eventually(lambda: "not filed yet" in self.zone.log("worker") or "job failed" in self.zone.log("worker")), self.zone.log("worker"))
        self.assertEqual(self.zone.balance().returncode, 0, "what waits is not lost")
        self.empty(path)
        self.assertTrue(eventually(lambda: self.filed() == 4, 120), self.zone.log("worker"))
        self.assertEqual(self.zone.one("SELECT count(*) FROM dossiers"), 4)
        self.expect_in_order(processes)

    def test_objects(self):
        self.files_mail_while_full("objects")

    def test_database(self):
        self.files_mail_while_full("store")

    def test_ledger(self):
        self.files_mail_while_full("ledger")

    def test_tray_of_the_mail_door(self):
        path = self.small_disk("incoming")
        self.zone.start("keymaker", "mail")
        self.fill(path)
        self.assertEqual(self.deliver(), 452)
        self.empty(path)
        self.assertEqual(self.deliver(), 250)
        self.assertEqual(len(list((path / "new").iterdir())), 1)
        self.assertEqual(list((path / "aside").iterdir()), [])
        self.expect_in_order(("keymaker", "mail"))

    def ask(self, method, path, body=b"", **headers):
        address = re.search(r"public:\n  listen: ([\d.]+):(\d+)", self.zone.config.read_text()).groups()
        connection = http.client.HTTPSConnection(address[0], int(address[1]), timeout=60, context=ssl._create_unverified_context())
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": self.cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        connection.close()
        return answer.status, text, answer.headers

    def begin(self):
        self.cookie = ""
        return self.ask("POST", "/inzenden/kopie-indicatiebesluit", urllib.parse.urlencode(FIELDS).encode(), Content_Type="application/x-www-form-urlencoded")[0]

    def create(self, length):
        return self.ask("POST", "/uploads", Tus_Resumable="1.0.0", Upload_Length=str(length), Upload_Metadata="filename YS5wZGY=,slot Y2xpZW50LWlkZW50aXR5")

    def append(self, location, data):
        return self.ask("PATCH", location, data, Tus_Resumable="1.0.0", Upload_Offset="0", Content_Type="application/offset+octet-stream")

    def send(self):
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.ask("GET", "/inzending/documenten")[1]).group(1)
        return self.ask("POST", "/inzending/versturen", urllib.parse.urlencode({"csrf": csrf}).encode(), Content_Type="application/x-www-form-urlencoded")

    def test_the_one_disk_of_everything(self):
        """As on one machine: spool, tray, objects, database and ledger are full at once."""
        path, location = self.start_public_with_small(".")
        self.fill(path)
        for status, text, _ in (self.append(location, self.document), self.create(MEGABYTE)):
            self.assertEqual(status, 507, text)
        cookie = self.cookie
        self.assertEqual(self.begin(), 507, "nothing is begun that cannot be kept")
        self.cookie = cookie
        self.finish_when_empty(path, location)

    def test_sending_what_was_uploaded_before_the_disk_was_full(self):
        path, location = self.start_public_with_small(".")
        self.assertEqual(self.append(location, self.document)[0], 204)
        self.fill(path)
        status, text, _ = self.send()
        self.assertEqual(status, 507, text)
        self.assertIn("Probeer het later opnieuw", text)
        self.finish_when_empty(path, location)

    def start_public_with_small(self, folder):
        """The disk, and an upload that was begun before it was full."""
        path = self.small_disk(folder)
        self.zone.start("keymaker", "broker", "public", "worker")
        self.document = os.urandom(MEGABYTE)
        self.assertEqual(self.begin(), 303)
        status, _, headers = self.create(MEGABYTE)
        self.assertEqual(status, 201)
        return path, headers["Location"]

    def finish_when_empty(self, path, location):
        self.assertEqual(self.ask("GET", "/")[0], 200, "who only reads is served")
        self.empty(path)
        status, _, headers = self.ask("HEAD", location, Tus_Resumable="1.0.0")
        self.assertEqual(status, 200)
        if headers["Upload-Offset"] == "0":
            self.assertEqual(self.append(location, self.document)[0], 204)
        status, text, headers = self.send()
        self.assertEqual((status, headers["Location"]), (303, "/inzending/ontvangst"), text)
        self.assertTrue(eventually(lambda: self.filed() == 1), self.zone.log("worker"))
        self.expect_in_order(("keymaker", "broker", "public", "worker"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
