#!/usr/bin/python3
"""A letter goes as mail that only its recipient opens, when somebody checked the key with the recipient; the programs of others read it."""
import email
import email.policy
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import lmtp
from instance import Instance
from mail import Inbox, everything_in
from staff import Staff

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"


def run(*command, stdin=b"", check=True):
    return subprocess.run(command, input=stdin, capture_output=True, check=check)


def fingerprint_of(home):
    return re.search(r"^fpr:+(\w{40}):", run("gpg", "--homedir", home, "--with-colons", "--list-keys").stdout.decode(), re.M).group(1)


def signed_parts(entity):
    """The bytes that the signature of a multipart/signed is over, and the signature (RFC 3156 section 5)."""
    boundary = re.search(rb'boundary="([^"]+)"', entity).group(1)
    _, content, signature, _ = entity.split(b"--" + boundary)
    return content.removeprefix(b"\r\n").removesuffix(b"\r\n"), signature.split(b"\r\n\r\n", 1)[1]


class EncryptedLetter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        cls.clerk.log_in()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zpe"))
        cls.inbox = Inbox(INSTANCE.folder)

    def home(self, name):
        home = self.folder / name
        home.mkdir(mode=0o700)
        self.addCleanup(lambda: run("gpgconf", "--homedir", home, "--kill", "all", check=False))
        run("gpg", "--homedir", home, "--batch", "--passphrase", "", "--quick-generate-key", f"{name} <{name}@post.example>", "rsa2048", "default", "1y")
        run("gpg", "--homedir", home, "--batch", "--passphrase", "", "--quick-add-key", fingerprint_of(home), "rsa2048", "encr", "1y")
        return home

    def dossier(self, sender):
        lmtp.ask_for_access(INSTANCE, sender)
        return self.clerk.dossier_of(sender)

    def begin_list(self, address):
        page = self.clerk.get(f"/nieuw/ontvangersleutels?doel={HANDLE}")
        page = self.clerk.submit(page, {"veld-naam": "Karin", "veld-email": address}, has="veld-email")
        return re.search(r"/dossier/([0-9a-f]{32})", page.url + page.body.decode()).group(1)

    def add_key(self, keys, kind, material, fingerprint):
        page = self.clerk.get(f"/dossier/{keys}/vastlegging?doel={HANDLE}")
        return self.clerk.submit(page, {"veld-soort": kind, "veld-sleutel": material, "veld-vingerafdruk": fingerprint, "veld-hoe": "telefoon", "veld-met": "Karin zelf",
                                        "veld-op": "2026-01-05"}, has="veld-sleutel")

    def letter(self, dossier):
        return self.clerk.new_letter(dossier, "avg-ontvangst", HANDLE)

    def sent(self, address):
        deadline = time.monotonic() + 60
        while not (found := [(message, raw) for message, raw in self.inbox.messages(address) if "versleuteld bericht" in str(message["Subject"])]):
            self.assertLess(time.monotonic(), deadline, [str(message["Subject"]) for message, _ in self.inbox.messages(address)])
            time.sleep(0.3)
        self.assertEqual(len(found), 1)
        return found[0]

    def check_outside(self, message, raw, reference):
        self.assertNotIn(reference, raw.decode("ascii"), "nothing about the dossier is readable on the way")
        self.assertNotIn("Karin", everything_in(message))
        self.assertRegex(str(message["Subject"]), r"^[^:]+: versleuteld bericht$")

    def check_inside(self, entity, reference):
        inside = email.message_from_bytes(entity, policy=email.policy.default)
        self.assertIn(reference, str(inside["Subject"]), "the true subject is protected")
        self.assertEqual(inside.get_param("hp"), "cipher")
        self.assertTrue(any("versleuteld bericht" in value for value in inside.get_all("HP-Outer")))
        text, letter = list(inside.iter_parts())
        self.assertIn(reference, text.get_content())
        self.assertEqual(letter.get_content_type(), "application/pdf")
        self.assertTrue(letter.get_content().startswith(b"%PDF"))

    def test_with_an_openpgp_key_gpg_and_rnp_open_it(self):
        home, address = self.home("gpgkarin"), "gpgkarin@post.example"
        public = run("gpg", "--homedir", home, "--armor", "--export").stdout.decode()
        dossier = self.dossier(address)
        keys = self.begin_list(address)
        wrong = self.add_key(keys, "openpgp", public, "A" * 40)
        self.assertIn("De vingerafdruk hoort niet bij deze sleutel.", wrong.text)
        self.assertIn("beveiligde mailbox", self.letter(dossier).text)
        spaced = " ".join(re.findall("....", fingerprint_of(home).lower()))
        self.assertNotIn("Nog niet vastgelegd", self.add_key(keys, "openpgp", public, spaced).text)
        page = self.letter(dossier)
        self.assertIn("Voorstel versleutelde mail (OpenPGP)", page.text)
        reference = re.search(r"ZP-\w{4}-\w{4}-\w", page.text).group(0)
        self.assertIn("aan de telefoon gecontroleerd met Karin zelf op 2026-01-05, door p.postma", page.text)
        self.clerk.act(page, "versturen")
        message, raw = self.sent(address)
        self.check_outside(message, raw, reference)
        self.assertEqual(message.get_content_type(), "multipart/encrypted")
        armour = list(message.iter_parts())[1].get_payload().encode()
        entity = run("gpg", "--homedir", home, "--batch", "--decrypt", stdin=armour).stdout
        content, signature = signed_parts(entity)
        self.check_inside(content, reference)
        zone = run("gpg", "--homedir", INSTANCE.folder / "data/keys/public", "--armor", "--export").stdout
        run("gpg", "--homedir", home, "--batch", "--import", stdin=zone)
        (self.folder / "content").write_bytes(content)
        (self.folder / "signature").write_bytes(signature)
        self.assertIn(b"Good signature", run("gpg", "--homedir", home, "--batch", "--verify", self.folder / "signature", self.folder / "content").stderr)
        # The same with the library of Thunderbird.
        rnp = self.folder / "rnp"
        rnp.mkdir(mode=0o700)
        secret = run("gpg", "--homedir", home, "--batch", "--passphrase", "", "--armor", "--export-secret-keys").stdout
        (self.folder / "secret.asc").write_bytes(secret)
        (self.folder / "message.asc").write_bytes(armour)
        run("rnpkeys", "--homedir", rnp, "--import", self.folder / "secret.asc")
        self.assertEqual(run("rnp", "--homedir", rnp, "--decrypt", self.folder / "message.asc", "--output", "-").stdout, entity)
        # A list for one address is made once; a key that is withdrawn is used no more.
        again = self.clerk.submit(self.clerk.get(f"/nieuw/ontvangersleutels?doel={HANDLE}"), {"veld-naam": "K", "veld-email": address}, has="veld-email")
        self.assertIn("Voor dit e-mailadres is er al een lijst met sleutels.", again.text)
        self.clerk.submit(self.clerk.get(f"/dossier/{keys}/vastlegging?doel={HANDLE}"), {"vanaf": "2026-01-06", "bewijs": "Gebeld: telefoon gestolen"}, button="intrekken")
        page = self.letter(dossier)
        self.assertIn("Voorstel beveiligde mailbox", page.text)
        self.assertIn("Er is geen toegangscode die nog lang genoeg geldt.", page.text)

    def test_with_a_certificate_openssl_opens_it(self):
        address = "smimekarin@post.example"
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=Proefcertificaat", "-addext", f"subjectAltName=email:{address}", "-keyout", key,
            "-out", certificate)
        fingerprint = run("openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256").stdout.decode().split("=")[1].strip()
        dossier = self.dossier(address)
        keys = self.begin_list(address)
        self.assertIn("Wij vertrouwen de uitgever van dit certificaat niet: Proefcertificaat.", self.add_key(keys, "smime", certificate.read_text(), fingerprint).text)
        with (INSTANCE.folder / "anker.pem").open("a") as anchors:
            anchors.write(certificate.read_text())
        self.assertNotIn("Nog niet vastgelegd", self.add_key(keys, "smime", certificate.read_text(), fingerprint).text)
        page = self.letter(dossier)
        reference = re.search(r"ZP-\w{4}-\w{4}-\w", page.text).group(0)
        self.assertIn("Voorstel versleutelde mail (S/MIME)", page.text)
        self.send_when_our_key_is_back(page)
        message, raw = self.sent(address)
        self.check_outside(message, raw, reference)
        self.assertEqual(message.get_param("smime-type"), "authEnveloped-data")
        (self.folder / "mail.eml").write_bytes(raw)
        entity = run("openssl", "cms", "-decrypt", "-in", self.folder / "mail.eml", "-inkey", key, "-recip", certificate).stdout
        seal = re.search(r"seal_certificate: *\"?([^\"\n]+)", INSTANCE.config.read_text()).group(1)
        content = run("openssl", "cms", "-verify", "-binary", "-CAfile", (INSTANCE.folder / seal), "-purpose", "any", "-no_check_time", stdin=entity).stdout
        self.check_inside(content, reference)

    def send_when_our_key_is_back(self, page):
        """A letter that can't be signed is not dropped: its job waits for a person."""
        key, away = INSTANCE.folder / "seal/key.pem", self.folder / "seal-key.pem"
        shutil.move(key, away)
        self.clerk.act(page, "versturen")
        deadline = time.monotonic() + 60
        while "sign S/MIME mail" not in (stuck := self.clerk.get("/vastgelopen")).text:
            self.assertLess(time.monotonic(), deadline, stuck.text)
            time.sleep(0.3)
        shutil.move(away, key)
        self.clerk.act(stuck, "Opnieuw proberen")

    def test_a_certificate_of_another_address_is_refused(self):
        key, certificate = self.folder / "other-key.pem", self.folder / "other.pem"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=X", "-addext", "subjectAltName=email:x@post.example", "-keyout", key, "-out", certificate)
        page = self.add_key(self.begin_list("ander@post.example"), "smime", certificate.read_text(), "00" * 32)
        self.assertIn("Dit certificaat is niet voor het e-mailadres ander@post.example.", page.text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
