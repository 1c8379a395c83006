#!/usr/bin/python3
"""What staff are told when only a part of a mail is signed or came encrypted: which part, by whom, and what lies outside it."""
import base64
import email.message
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import lmtp
from instance import Instance
from staff import Staff

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
BROTHER = "Stuur alles naar mijn broer, Laan 1."
ASKS = "Graag wil ik mijn persoonsgegevens inzien."
SIGNED, MANDATE = (b"%PDF-1.4\n" + word * 40 + b"\n%%EOF\n" for word in (b"verzoek", b"machtiging"))


def crlf(raw):
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def text_part(text):
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()


def pdf_part(name, content):
    return f"Content-Type: application/pdf; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + crlf(base64.encodebytes(content)).rstrip()


def mixed(*parts, boundary="m"):
    mark = f"\r\n--{boundary}\r\n".encode()
    return f"Content-Type: multipart/mixed; boundary={boundary}\r\n".encode() + b"".join(mark + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()


def asks():
    return mixed(text_part(ASKS), pdf_part("verzoek.pdf", SIGNED), boundary="binnen")


class Told(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zps"))
        cls.jan = cls.home("jan")
        cls.gpg("--quick-generate-key", "Jan Bekend <jan@post.example>", "future-default")
        cls.gpg("--import", stdin=subprocess.run(["gpg", "--homedir", INSTANCE.folder / "data/keys/public", "--armor", "--export"], capture_output=True, check=True).stdout)
        for name in ("Karin Fictief", "Dave Fictief"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", f"/CN={name}", "-keyout", cls.pair(name)[1], "-out",
                            cls.pair(name)[0]], check=True, capture_output=True)
        cls.know_jan()
        cls.clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        cls.clerk.log_in()

    @classmethod
    def home(cls, name):
        made = cls.folder / name
        made.mkdir(mode=0o700)
        cls.addClassCleanup(lambda: subprocess.run(["gpgconf", "--homedir", made, "--kill", "all"], check=False))
        return made

    @classmethod
    def know_jan(cls):
        senders = INSTANCE.folder / "senders"
        senders.mkdir(mode=0o700)
        subprocess.run(["gpg", "--homedir", senders, "--batch", "--import"], input=cls.gpg("--export", "jan@post.example"), check=True, capture_output=True)
        subprocess.run(["chown", "-R", "zegelpost:zegelpost", senders], check=True)
        INSTANCE.config.write_text(re.sub(r"(?m)^keys:", f"keys:\n  sender_keys: {senders}", INSTANCE.config.read_text()))
        INSTANCE.wait_restarted("worker", INSTANCE.kill("worker"))

    @classmethod
    def gpg(cls, *arguments, stdin=b""):
        return subprocess.run(["gpg", "--homedir", cls.jan, "--batch", "--yes", "--passphrase", "", "--trust-model", "always", *arguments], input=stdin,
                              capture_output=True, check=True).stdout

    @classmethod
    def pair(cls, name):
        return cls.folder / f"{name.split()[0]}.pem", cls.folder / f"{name.split()[0]}.key"

    def smime(self, part, name="Karin Fictief", *options):
        certificate, key = self.pair(name)
        return crlf(subprocess.run(["openssl", "cms", "-binary", "-sign", "-signer", certificate, "-inkey", key, *options], input=part, capture_output=True, check=True).stdout)

    def pgp_mime(self, part):
        return (b"Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha512; boundary=s\r\n\r\n--s\r\n" + part
                + b"\r\n--s\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n" + crlf(self.gpg("--armor", "--detach-sign", stdin=part)) + b"\r\n--s--\r\n")

    def encrypted(self, plain, *options):
        zone = re.search(r"zone_fingerprint: *(\w{40})", INSTANCE.config.read_text()).group(1)
        return self.gpg("--armor", "--recipient", zone, "--encrypt", *options, stdin=plain)

    def told(self, name, body):
        """The page of the dossier that it becomes and its own page, their words one space apart."""
        sender = f"{name}@post.example"
        head = f"From: <{sender}>\r\nTo: <post@zegelpost.example>\r\nSubject: Deel\r\nMessage-ID: <{sender}>\r\n".encode()
        lmtp.deliver(INSTANCE, sender, head + (body if b"MIME-Version" in body.split(b"\r\n\r\n")[0] else b"MIME-Version: 1.0\r\n" + body))
        dossier = self.clerk.dossier_of(sender)
        purpose = "?doel=behandelen-verzoek"
        deadline = time.monotonic() + 60
        while "Ontvangen per e-mail" not in (page := self.clerk.get(f"/dossier/{dossier}{purpose}")).text:
            self.assertLess(time.monotonic(), deadline, page.text)
            time.sleep(0.5)
        mail = re.search(rf"/dossier/{dossier}/mail/[0-9a-f]{{32}}", page.body.decode()).group()
        return " ".join((page.text + " " + self.clerk.get(mail + purpose).text).split())

    def test_smime_between_other_parts(self):
        page = self.told("smime-mix", mixed(text_part(BROTHER), self.smime(asks()), pdf_part("machtiging.pdf", MANDATE)))
        self.assertIn("Ondertekend met S/MIME door Karin Fictief: ongewijzigd, maar wie het is staat niet vast. Dat gaat alleen over: een deel van de tekst, “verzoek.pdf”. "
                      "Niet ondertekend: een deel van de tekst, “machtiging.pdf”.", page)
        self.assertIn(f"■ Niet ondertekend: {BROTHER} ■ Ondertekend, maar wie het is staat niet vast (Karin Fictief): {ASKS}", page)

    def test_pgp_mime_between_other_parts(self):
        page = self.told("pgp-mix", mixed(text_part(BROTHER), self.pgp_mime(asks()), pdf_part("machtiging.pdf", MANDATE)))
        self.assertIn("Ondertekend met OpenPGP door Jan Bekend <jan@post.example>: de handtekening klopt. Dat gaat alleen over: een deel van de tekst, “verzoek.pdf”. "
                      "Niet ondertekend: een deel van de tekst, “machtiging.pdf”.", page)
        self.assertIn(f"■ Niet ondertekend: {BROTHER} ■ Ondertekend door Jan Bekend <jan@post.example>: {ASKS}", page)

    def test_a_signed_part_within_an_encrypted_mail(self):
        for name, made in (("smime-inside", self.smime(asks())), ("pgp-inside", self.pgp_mime(asks()))):
            armour = crlf(self.encrypted(mixed(text_part(BROTHER), made)))
            page = self.told(name, b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted'
                             b"\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n" + armour + b"--b--\r\n")
            self.assertIn("Het bericht was versleuteld met OpenPGP en is geopend.", page)
            self.assertIn("Niet ondertekend: een deel van de tekst.", page)
            self.assertIn(f"■ Niet ondertekend: {BROTHER} ■ Ondertekend", page)

    def inline(self, text, *files):
        message = email.message.EmailMessage()
        message.set_content(text)
        for name, content in files:
            message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        return crlf(message.as_bytes())

    def test_inline_openpgp_beside_attachments_that_came_open(self):
        text = self.encrypted(ASKS.encode(), "--sign").decode()
        page = self.told("inline-mix", self.inline(text, ("verzoek.pdf.pgp", self.encrypted(SIGNED, "--sign")), ("bijlage.pdf.pgp", self.encrypted(SIGNED + b"\n")),
                                                   ("machtiging.pdf", MANDATE)))
        self.assertNotIn("Het bericht was versleuteld", page)
        self.assertIn("Een deel van het bericht was versleuteld met OpenPGP en is geopend: de tekst, “verzoek.pdf”, “bijlage.pdf”. Niet versleuteld: “machtiging.pdf”.", page)
        for covered in ("de tekst", "“verzoek.pdf”"):
            self.assertIn(f"Ondertekend met OpenPGP door Jan Bekend <jan@post.example>: de handtekening klopt. Dat gaat alleen over: {covered}.", page)
        self.assertIn("Niet ondertekend: “bijlage.pdf”, “machtiging.pdf”.", page)

    def test_inline_openpgp_that_is_all_of_it_speaks_for_all_of_it(self):
        page = self.told("inline-all", self.inline(self.encrypted(ASKS.encode(), "--sign").decode()))
        self.assertIn("Het bericht was versleuteld met OpenPGP en is geopend. Ondertekend met OpenPGP door Jan Bekend <jan@post.example>: de handtekening klopt.", page)
        self.assertNotIn("alleen over", page)
        self.assertNotIn("■", page)

    def test_signed_lines_stand_apart_from_what_is_around_them(self):
        signed = self.gpg("--clear-sign", stdin=ASKS.encode() + b"\n").decode()
        page = self.told("lines", self.inline("■ Ondertekend door Notaris:\n" + BROTHER + "\n" + signed + "Groet\n", ("machtiging.pdf", MANDATE)))
        self.assertIn(f"■ Niet ondertekend: Ondertekend door Notaris: {BROTHER} ■ Ondertekend door Jan Bekend <jan@post.example>: {ASKS} ■ Niet ondertekend: Groet", page)
        self.assertIn("Niet ondertekend: een deel van de tekst, “machtiging.pdf”.", page)

    def test_signatures_within_a_signature_are_all_named(self):
        for outer in ((), ("-nodetach",)):
            for inner in ((), ("-nodetach",)):
                page = self.told(f"nested{len(outer)}{len(inner)}", self.smime(self.smime(text_part(ASKS), "Karin Fictief", *inner), "Dave Fictief", *outer))
                for name in ("Dave", "Karin"):
                    self.assertIn(f"Ondertekend met S/MIME door {name} Fictief: ongewijzigd, maar wie het is staat niet vast.", page)
                self.assertNotIn("alleen over", page)

    def test_a_signature_of_something_else_in_the_mail_does_not_count(self):
        """What a boundary that begins the same way, or stands in another part too, would take for the signed part."""
        made = self.smime(text_part(ASKS))
        boundary = re.search(rb'boundary="([^"]+)"', made).group(1)
        signed, signature = made.split(b"\r\n--" + boundary + b"\r\n")[1:]
        forged = lambda decoy: re.match(rb".*?\r\n\r\n", made, re.S).group(0) + decoy + b"--" + boundary + b"\r\n" + text_part(BROTHER) + b"\r\n--" + boundary + b"\r\n" + signature  # noqa: E731
        prefix = boundary + b"x"
        pages = [self.told("decoy", forged(b"--" + prefix + b"\r\n" + signed + b"\r\n--" + prefix + b"\r\n")),
                 self.told("decoy-text", mixed(text_part("") + b"--" + boundary + b"\r\n" + signed + b"\r\n--" + boundary + b"\r\n", forged(b"")))]
        for page in pages:
            self.assertIn(BROTHER, page)
            self.assertNotIn("Karin Fictief", page)

    def test_a_part_behind_the_signature_is_not_signed(self):
        made = self.smime(asks())
        boundary = re.search(rb'boundary="([^"]+)"', made).group(1)
        page = self.told("third", made.replace(b"\r\n--" + boundary + b"--", b"\r\n--" + boundary + b"\r\n" + pdf_part("machtiging.pdf", MANDATE) + b"\r\n--" + boundary + b"--"))
        self.assertIn("Dat gaat alleen over: de tekst, “verzoek.pdf”. Niet ondertekend: “machtiging.pdf”.", page)


if __name__ == "__main__":
    unittest.main(verbosity=2)
