#!/usr/bin/python3
"""OpenPGP signatures as `zegelpost check` tells them: of a mail, beside a file, with and without the key, and changed on the way."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
PART = "Content-Type: text/plain; charset=utf-8\n\nIk vraag inzage.\n"


class OpenPgp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="zp-pgp.", dir="/tmp")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.gpg("--passphrase", "", "--quick-gen-key", "Renée Fictief <renee@voorbeeld.example>", "ed25519", "sign", "1y")
        cls.keys = cls.folder / "keys.asc"
        cls.keys.write_bytes(cls.gpg("--armor", "--export"))

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["gpgconf", "--homedir", cls.folder, "--kill", "all"], check=False)
        cls.temporary.cleanup()

    @classmethod
    def gpg(cls, *arguments, text=b""):
        return subprocess.run(["gpg", "--homedir", cls.folder, "--batch", "--quiet", "--pinentry-mode", "loopback", *arguments],
                              input=text, stdout=subprocess.PIPE, check=True).stdout

    def mail(self, part=PART, changed=None):
        signature = self.gpg("--armor", "--detach-sign", text=part.replace("\n", "\r\n").encode()).decode()
        return ("From: renee@voorbeeld.example\nMIME-Version: 1.0\n"
                "Content-Type: multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\"; boundary=b\n\n"
                f"--b\n{changed or part}\n--b\nContent-Type: application/pgp-signature\n\n{signature}\n--b--\n")

    def check(self, content, *options, beside=None, name="brief.eml"):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / name
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            if beside is not None:
                (pathlib.Path(folder) / (name + ".asc")).write_bytes(beside)
            done = subprocess.run([PROGRAM, "check", "--json", *options, file], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def signature(self, *arguments, **options):
        (one,) = self.check(*arguments, **options)["digital_signatures"]
        self.assertNotIn("unchecked", one, "not part of the contract")
        return one

    def test_a_signed_mail_holds_with_the_key_and_is_unknown_without(self):
        known = self.signature(self.mail(), "--keys", self.keys)
        self.assertEqual((known["format"], known["integrity"], known["chain"], known["coverage"]), ("openpgp", "ok", "trusted", "whole"))
        self.assertEqual(known["signer"], "Renée Fictief <renee@voorbeeld.example>")
        self.assertEqual(known["indication"], "INDETERMINATE", "whether the key was revoked elsewhere nobody knows")
        unknown = self.signature(self.mail())
        self.assertEqual((unknown["integrity"], unknown["chain"]), ("unknown", "unknown"))

    def test_line_ends_on_the_way_do_no_harm(self):
        self.assertEqual(self.signature(self.mail().replace("\n", "\r\n"), "--keys", self.keys)["integrity"], "ok")

    def test_a_changed_mail_is_broken(self):
        found = self.check(self.mail(changed=PART.replace("inzage", "wissing")), "--keys", self.keys)
        self.assertEqual(found["digital_signatures"][0]["integrity"], "broken")
        self.assertEqual(found["digital_signatures"][0]["indication"], "TOTAL-FAILED")
        self.assertEqual(found["verdict"], "unusable")

    def test_a_signature_beside_a_file_is_found(self):
        letter = "Geachte heer,\nhierbij verzoek ik u om inzage.\n".encode()
        beside = self.gpg("--armor", "--detach-sign", text=letter)
        self.assertEqual(self.signature(letter, "--keys", self.keys, beside=beside, name="brief.txt")["integrity"], "ok")
        self.assertEqual(self.signature(letter + b"x", "--keys", self.keys, beside=beside, name="brief.txt")["integrity"], "broken")
        self.assertEqual(self.signature(letter, beside=beside, name="brief.txt")["integrity"], "unknown")
        self.assertEqual(self.signature(letter, "--keys", self.keys, beside=b"no signature", name="brief.txt")["integrity"], "unknown")

    def test_secret_keys_are_refused(self):
        secret = self.folder / "secret.asc"
        secret.write_bytes(self.gpg("--armor", "--export-secret-keys"))
        done = subprocess.run([PROGRAM, "check", "--keys", secret, self.keys], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("secret", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
