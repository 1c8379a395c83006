#!/usr/bin/python3
"""New zone keys in the place of the old: everything opens with them alone, whatever is killed meanwhile, and nothing with the old."""
import contextlib
import os
import pathlib
import re
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import unittest

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, InvalidUnwrap
from instance import Instance, eventually

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "unit" / "crypto"))
from open_object import open_data_key  # noqa: E402

BINARIES = sys.argv.pop(1)
FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
PROGRAMS = ("keymaker", "broker", "mail", "worker")
EXTRA_ROWS = 700  # so that there is a middle to be killed in


class KeyTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES)
        self.addCleanup(self.zone.close)
        self.keys_folder = self.zone.zone / "data/keys"
        self.home = self.keys_folder / "zone"

    def command(self, *arguments, environment=None):
        return subprocess.run([self.zone.binaries / "zegelpost", *arguments[:2], "--config", self.zone.config, *arguments[2:]], capture_output=True, text=True,
                              env=dict(os.environ, **(environment or {})))

    def fingerprint(self):
        return re.search(r"zone_fingerprint: (\w{40})", self.zone.config.read_text()).group(1)

    def send(self, number, text="Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15)."):
        with smtplib.LMTP("127.0.0.1", self.zone.lmtp_port) as door:
            door.sendmail("jan@burger.example", ["post@ciz.example"],
                          f"From: <jan@burger.example>\r\nTo: <post@ciz.example>\r\nSubject: Verzoek {number}\r\nMessage-ID: <{number}@burger.example>\r\n\r\n{text}\r\n".encode())

    def filed(self, count):
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM submissions") >= count, 60), self.zone.log("worker"))
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM jobs WHERE kind <> 'receipt-mail'") == 0, 60), self.zone.rows("SELECT kind, last_error FROM jobs"))

    @contextlib.contextmanager
    def key_table(self):
        database = sqlite3.connect(self.zone.zone / "data/store/keys.db", timeout=30)
        try:
            yield database
            database.commit()
        finally:
            database.close()

    def key_rows(self):
        with self.key_table() as table:
            return table.execute("SELECT sealed, wrapped, keeping FROM keys").fetchall()

    def gpg(self, *arguments, stdin=b"", check=True):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--yes", *arguments], input=stdin, capture_output=True, check=check).stdout

    def left(self):
        wanted = bytes.fromhex((self.keys_folder / "keeping").read_text().strip())
        return sum(row[2] != wanted for row in self.key_rows())

    def forget_rest(self):
        """The former key rests for two minutes, in case another process still wrapped something with it."""
        os.utime(self.keys_folder / "zone.key.former.pgp", (0, 0))

    def drop_private_half(self, fingerprint):
        self.gpg("--delete-secret-keys", fingerprint)

    def check_everything_opens(self, items):
        checked = self.command("object", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        found = re.match(r"(\d+) objects checked, 0 with a problem", checked.stdout)
        self.assertTrue(found, checked.stdout)
        self.assertGreaterEqual(int(found[1]), items)
        zone_key = self.gpg("--decrypt", self.keys_folder / "zone.key.pgp")[:32]
        opened = {}
        for sealed, wrapped, _ in self.key_rows():
            if sealed not in opened:
                opened[sealed] = open_data_key(sealed, lambda message: self.gpg("--decrypt", stdin=message))
            self.assertEqual(aes_key_unwrap(zone_key, wrapped), opened[sealed])

    def entries(self):
        lines = b"".join(path.read_bytes() for path in (self.zone.zone / "data/ledger").rglob("*") if path.is_file()).decode(errors="replace")
        return re.findall(r'"(keys\.[a-z]+)"', lines)


class RotationTest(KeyTest):
    def test_after_a_kill_in_the_middle_everything_opens_with_the_new_keys_alone(self):
        self.zone.start(*PROGRAMS)
        for number in range(3):
            self.send(number)
        self.filed(3)
        old, old_key = self.fingerprint(), self.gpg("--decrypt", self.keys_folder / "zone.key.pgp")
        with self.key_table() as table:
            for number in range(EXTRA_ROWS):
                table.execute("INSERT INTO keys (id, dossier, sealed, wrapped, keeping) SELECT randomblob(16), dossier, sealed, wrapped, keeping FROM keys WHERE seq = ?",
                              (1 + number % 3,))
        made = self.command("keys", "rotate")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertNotEqual(self.fingerprint(), old)
        self.assertIn(self.fingerprint(), made.stdout)
        refused = self.command("keys", "rotate")
        self.assertIn("an earlier change is under way", refused.stderr)
        # Before any restart: what runs with the old key in its memory takes up the new one.
        self.send(3)
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM submissions") == 4, 60), self.zone.log("worker"))
        for name in PROGRAMS:
            self.zone.kill(name)
        self.zone.start(*PROGRAMS)
        self.assertTrue(eventually(lambda: 10 < self.left() < EXTRA_ROWS, 120), self.zone.log("worker"))
        self.zone.kill("worker")
        left = self.left()
        self.assertGreater(left, 0, "killed in the middle")
        self.assertTrue((self.keys_folder / "zone.key.former.pgp").exists())
        self.assertIn(f"{EXTRA_ROWS + 4 - left} of {EXTRA_ROWS + 4} data keys", self.command("keys", "status").stdout)
        self.assertRegex(self.command("doctor").stdout, r"WARN  zone keys are being changed: \d+ of \d+")
        refused = self.command("keys", "retire", old)
        self.assertIn("a change of keys is under way", refused.stderr)
        self.check_everything_opens_meanwhile()
        self.forget_rest()
        self.zone.start("worker")
        self.assertTrue(eventually(lambda: not (self.keys_folder / "zone.key.former.pgp").exists(), 120), self.zone.log("worker"))
        self.assertEqual(self.left(), 0)
        self.send(4)
        self.filed(5)
        self.retire(old)
        self.zone.kill("worker")
        self.check_everything_opens(5)
        with self.assertRaises(InvalidUnwrap):
            aes_key_unwrap(old_key[:32], self.key_rows()[0][1])
        self.assertEqual(self.entries(), ["keys.rotate", "keys.rewrapped", "keys.retire"])
        self.assertEqual(self.command("ledger", "verify").returncode, 0)
        self.assertEqual(self.zone.balance().returncode, 0)

    def check_everything_opens_meanwhile(self):
        checked = self.command("object", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def retire(self, old):
        """Refused as long as an upload of before the change may still come."""
        early = self.command("keys", "retire", old)
        self.assertIn("may still come", early.stderr)
        if not FAKETIME:
            return self.drop_private_half(old)
        late = self.command("keys", "retire", old, environment={"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+80h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.assertEqual(late.returncode, 0, late.stderr)
        self.assertNotIn(old, self.gpg("--list-secret-keys", "--with-colons").decode())

    def test_a_configuration_that_may_not_be_written_is_left_to_a_person(self):
        text = self.zone.config.read_text()
        old = self.fingerprint()
        self.zone.config.write_text(text + f"# in use: {old}\n")  # twice: which one it is, the program can't know
        made = self.command("keys", "rotate")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(self.fingerprint(), old)
        self.assertRegex(made.stdout, r"zone_fingerprint: (?!" + old + r")\w{40}")

    def test_a_new_recovery_key_opens_what_was_there_before_it(self):
        self.zone.start(*PROGRAMS)
        self.send(0)
        self.filed(1)
        for name in PROGRAMS:
            self.zone.kill(name)
        second = self.zone.folder / "second"
        second.mkdir(mode=0o700)
        gpg = ["gpg", "--homedir", second, "--batch", "--passphrase", ""]
        subprocess.run([*gpg, "--quick-generate-key", "Tweede herstelsleutel", "future-default", "default", "3y"], check=True, capture_output=True)
        self.addCleanup(lambda: subprocess.run(["gpgconf", "--homedir", second, "--kill", "all"], check=False))
        fingerprint = re.search(rb"fpr:+(\w{40})", subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True).stdout).group(1).decode()
        armour = subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True).stdout
        subprocess.run(["gpg", "--homedir", self.keys_folder / "public", "--batch", "--import"], input=armour, check=True, capture_output=True)
        config = self.zone.config.read_text()
        self.zone.config.write_text(config.replace("recovery_fingerprints: [", f"recovery_fingerprints: [{fingerprint}, "))
        self.zone.start(*PROGRAMS)
        opens = lambda: subprocess.run([*gpg, "--decrypt"], input=self.key_rows()[0][0], capture_output=True).returncode == 0  # noqa: E731
        self.assertTrue(eventually(opens, 60), self.zone.log("worker"))
        self.assertTrue(eventually(lambda: "keys.reseal" in self.entries(), 30))


class RecoveryDrill(KeyTest):
    """docs/operators/backup.md: from the offline recovery key and a backup, everything opens again."""

    def test_from_the_recovery_key_and_a_backup_everything_opens_again(self):
        self.zone.start(*PROGRAMS)
        for number in range(3):
            self.send(number)
        self.filed(3)
        self.zone.kill("worker")
        self.send(3)  # acknowledged, and still in the tray
        for name in PROGRAMS[:-1]:
            self.zone.kill(name)
        recovery = self.zone.zone / "recovery/recovery-secret.asc"
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=True)
        backup = self.zone.folder / "backup"
        shutil.copytree(self.zone.zone, backup, ignore=lambda _, names: [name for name in names if name == "zone" or name.endswith(".sock")])
        old = self.fingerprint()
        shutil.rmtree(self.zone.zone)  # the machine is gone, and the zone home with it
        shutil.copytree(backup, self.zone.zone)

        self.assertNotEqual(self.command("object", "check").returncode, 0, "without the zone home nothing opens")
        in_memory = set(pathlib.Path("/dev/shm").iterdir())
        done = self.command("keys", "recover", "--recovery-key", recovery)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 items of the tray", done.stdout)
        self.assertNotEqual(self.fingerprint(), old)
        left = [path for path in set(pathlib.Path("/dev/shm").iterdir()) - in_memory if (path / "private-keys-v1.d").exists()]
        self.assertEqual(left, [], "the recovery key stays nowhere")
        shutil.rmtree(self.zone.zone / "recovery")
        self.forget_rest()
        self.zone.start(*PROGRAMS)
        self.filed(4)
        self.assertTrue(eventually(lambda: not (self.keys_folder / "zone.key.former.pgp").exists(), 120), self.zone.log("worker"))
        self.send(4)
        self.filed(5)
        self.check_everything_opens(5)
        self.assertEqual(self.entries(), ["keys.recover", "keys.rotate", "keys.rewrapped"])
        self.assertEqual(self.command("ledger", "verify").returncode, 0)
        self.assertEqual(self.zone.balance().returncode, 0)
        self.assertNotRegex(self.command("doctor").stdout, "FAIL +(zone|recovery) key")


if __name__ == "__main__":
    unittest.main(verbosity=2)
