#!/usr/bin/python3
"""What staff are told about a mail: where it was filed and why, what came before, how it was protected, and by whom it was signed."""
import email.message
import os
import pathlib
import random
import re
import subprocess
import tempfile
import time
import unittest

import lmtp
from instance import Instance
from staff import Staff

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"
FILE = b"%PDF-1.4\n" + bytes(random.Random(1).choices(range(32, 127), k=20_000)) + b"\n%%EOF\n"


def message(sender, subject="Vraag", attachment=None, text="Een vraag.\n", to="post@zegelpost.example", message_id=None):
    made = email.message.EmailMessage()
    made["From"], made["To"], made["Subject"] = f"<{sender}>", to, subject
    made["Message-ID"] = message_id or f"<{random.getrandbits(64):x}@post.example>"
    made.set_content(text)
    if attachment:
        made.add_attachment(attachment, maintype="application", subtype="pdf", filename="verzoek.pdf")
    return made.as_bytes().replace(b"\n", b"\r\n")


class Told(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        cls.clerk.log_in()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zpw"))

    def send(self, sender, raw, to="post@zegelpost.example"):
        lmtp.deliver(INSTANCE, sender, raw, to)

    def page(self, dossier):
        return self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").text

    def reference_of(self, dossier):
        return re.search(r"ZP-\w{4}-\w{4}-\w", self.page(dossier)).group(0)

    def expect(self, dossier, sentence):
        deadline = time.monotonic() + 60
        while sentence not in (text := self.page(dossier)):
            self.assertLess(time.monotonic(), deadline, f"{sentence!r} not in {text}")
            time.sleep(0.5)
        return text

    def test_a_reference_behind_the_plus_leads_to_its_dossier_and_the_same_file_is_named(self):
        self.send("plus@post.example", message("plus@post.example", attachment=FILE))
        dossier = self.clerk.dossier_of("plus@post.example")
        reference = self.reference_of(dossier)
        address = f"post+{reference}@zegelpost.example"
        self.send("plus@post.example", message("plus@post.example", "Nog een keer", FILE, to=address), address)
        text = self.expect(dossier, "Het bestand verzoek.pdf kwam eerder binnen in dit dossier.")
        self.assertIn("Lees de nieuwe e-mail van de afzender.", text)
        self.send("ander@post.example", message("ander@post.example", attachment=FILE))
        self.expect(self.clerk.dossier_of("ander@post.example"), f"Het bestand verzoek.pdf kwam eerder binnen in dossier {reference}.")

    def mail_pages(self, dossier):
        found = re.findall(rf"/dossier/{dossier}/mail/[0-9a-f]{{32}}", self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").body.decode())
        return [self.clerk.get(f"{address}?doel={HANDLE}") for address in dict.fromkeys(found)]

    def test_a_mail_is_a_page_of_its_dossier_to_its_last_line(self):
        sender = "lang@post.example"
        self.send(sender, message(sender, "Eerste vraag", FILE))
        dossier = self.clerk.dossier_of(sender)
        lines = "".join(f"Regel {number} met een \u00e9 erin en een <b>teken</b>.\n" for number in range(400))
        raw = b"Date: Sun, 22 Nov 2026 09:14:00 +0100\r\n" + message(sender, f"ONDERWERPXYZ intrekken toestemming {self.reference_of(dossier)}", text=lines + "ik trek mijn verzoek in\n")
        self.send(sender, raw)
        text = self.expect(dossier, "Lees de nieuwe e-mail van de afzender.")
        self.assertIn("Onderwerp: ONDERWERPXYZ intrekken toestemming", text)
        first, second = sorted(self.mail_pages(dossier), key=lambda page: "ONDERWERPXYZ" in page.text)
        self.assertIn("verzoek.pdf", first.text)
        self.assertIn(f"/dossier/{dossier}/document/", first.body.decode())
        for words in ("ONDERWERPXYZ", sender, "22 november 2026, 09:14 (UTC+01)", "post@zegelpost.example", "Regel 0 met een \u00e9", "<b>teken</b>", "Regel 399", "ik trek mijn verzoek in"):
            self.assertIn(words, second.text)
        self.assertNotIn("<b>", second.body.decode())
        status, headers, original = self.clerk.request("GET", second.link("Origineel ophalen"))
        self.assertEqual((status, headers["content-type"]), (200, "application/octet-stream"))
        self.assertIn(".eml", headers["content-disposition"])
        self.assertTrue(original.endswith(raw), "not the mail as it came")

    def test_a_text_that_does_not_fit_says_so_and_becomes_a_task(self):
        sender = "teveel@post.example"
        self.send(sender, message(sender, text="Een lange regel.\n" * 20_000))
        dossier = self.clerk.dossier_of(sender)
        self.expect(dossier, "bekijk ook het origineel")
        (page,) = self.mail_pages(dossier)
        self.assertIn("langer dan wat hier past", page.text)

    def test_a_wrong_check_character_leads_nowhere(self):
        self.send("juist@post.example", message("juist@post.example"))
        reference = self.reference_of(self.clerk.dossier_of("juist@post.example"))
        address = f"post+{reference[:-1]}{'A' if reference[-1] != 'A' else 'B'}@zegelpost.example"
        self.send("fout@post.example", message("fout@post.example", to=address), address)
        self.assertNotEqual(self.reference_of(self.clerk.dossier_of("fout@post.example")), reference)

    def test_the_same_message_id_with_other_words_is_named(self):
        for number, text in enumerate(("Het eerste bericht.\n", "Iets heel anders.\n")):
            self.send("id@post.example", message("id@post.example", text=text, message_id="<zelfde@post.example>"))
            deadline = time.monotonic() + 60
            while len(self.clerk.dossiers_of("id@post.example")) <= number:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.5)
        pages = [self.page(dossier) for dossier in self.clerk.dossiers_of("id@post.example")]
        self.assertEqual(sum("Een ander bericht met hetzelfde Message-ID kwam eerder binnen in dossier" in page for page in pages), 1)

    def test_what_our_mail_server_found_about_the_origin_is_told_and_nobody_elses_word(self):
        found = b"Authentication-Results: mx.zegelpost.example;\r\n spf=fail smtp.mailfrom=herkomst@post.example; dkim=pass (ok) header.d=post.example\r\n"
        others = b"Authentication-Results: mx.elders.example; dmarc=pass header.from=bank.example\r\n"
        self.send("herkomst@post.example", found + others + message("herkomst@post.example"))
        text = self.expect(self.clerk.dossier_of("herkomst@post.example"),
                           "Onze mailserver mx.zegelpost.example over de herkomst: SPF klopt niet (post.example), DKIM klopt (post.example). Dat bewijst niet wie dit schreef.")
        self.assertNotIn("bank.example", text)

    def test_open_requests_of_the_same_address_are_proposed(self):
        self.send("bekend@post.example", message("bekend@post.example"))
        first = self.clerk.dossier_of("bekend@post.example")
        reference = self.reference_of(first)
        self.assertNotIn("loopt al", self.page(first))
        self.send("Bekend@post.example", message("Bekend@post.example", "Iets anders", text="Nog een vraag.\n"))
        deadline = time.monotonic() + 60
        while len(found := self.clerk.dossiers_of("bekend@post.example")) < 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.5)
        (second,) = set(found) - {first}
        self.expect(second, f"Van dit e-mailadres loopt al: {reference}. Hoort deze mail daarbij?")

    def test_staff_correct_the_address_and_number_of_who_asks(self):
        self.send("tikfout@post.example", message("tikfout@post.example"))
        dossier = self.clerk.dossier_of("tikfout@post.example")
        self.expect(dossier, "Ontvangstbevestiging gemaild")
        page = self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}")
        self.assertIn("Dit is geen e-mailadres", self.clerk.submit(page, {"email": "geen adres"}, has="telefoon").text)
        text = self.clerk.submit(page, {"email": "goed@post.example", "telefoon": "06 12 34 56 78", "adres": "Straat 1\r\n1234 AB Plaats"}, has="telefoon").text
        for word in ("goed@post.example", "06 12 34 56 78", "1234 AB Plaats", "Heeft de gegevens van afzender of cliënt aangepast."):
            self.assertIn(word, text)
        self.assertEqual(self.clerk.dossier_of("goed@post.example"), dossier)

    def test_an_encrypted_mail_says_that_it_was_and_who_signed_it(self):
        home = self.folder / "gpg"
        home.mkdir(mode=0o700)
        self.addCleanup(lambda: subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False))

        def gpg(*arguments, stdin=b""):
            return subprocess.run(["gpg", "--homedir", home, "--batch", "--yes", "--passphrase", "", "--trust-model", "always", *arguments], input=stdin,
                                  capture_output=True, check=True).stdout

        gpg("--quick-generate-key", "Jan <jan@post.example>", "future-default")
        public = INSTANCE.folder / "data/keys/public"
        gpg("--import", stdin=subprocess.run(["gpg", "--homedir", public, "--armor", "--export"], capture_output=True, check=True).stdout)
        zone = re.search(r"zone_fingerprint: *(\w{40})", INSTANCE.config.read_text()).group(1)
        inside = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGraag inzage in mijn persoonsgegevens (AVG artikel 15).\r\n"
        armour = gpg("--armor", "--recipient", zone, "--sign", "--encrypt", stdin=inside)
        self.send("jan@post.example", b"From: <jan@post.example>\r\nTo: <post@zegelpost.example>\r\nSubject: ...\r\nMessage-ID: <1@jan>\r\nMIME-Version: 1.0\r\n"
                  b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted'
                  b"\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n" + armour.replace(b"\n", b"\r\n") + b"--b--\r\n")
        text = self.expect(self.clerk.dossier_of("jan@post.example"), "Het bericht was versleuteld met OpenPGP en is geopend.")
        self.assertRegex(text, r"Ondertekend met OpenPGP door sleutel \w+: niet te controleren, wij hebben deze sleutel niet\.")

    def smime(self, sender, cipher):
        inside = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGraag inzage in mijn persoonsgegevens (AVG artikel 15).\r\n"
        made = subprocess.run(["openssl", "cms", "-encrypt", f"-{cipher}", INSTANCE.folder / "seal/certificate.pem"], input=inside, capture_output=True, check=True).stdout
        head = f"From: <{sender}>\r\nTo: <post@zegelpost.example>\r\nSubject: ...\r\nMessage-ID: <{sender}>\r\n".encode()
        self.send(sender, head + made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        return self.clerk.dossier_of(sender)

    def test_smime_says_that_it_was_opened_or_why_it_was_not(self):
        self.expect(self.smime("gcm@post.example", "aes-256-gcm"), "Het bericht was versleuteld met S/MIME en is geopend.")
        self.expect(self.smime("cbc@post.example", "aes-256-cbc"), "het is niet beveiligd tegen veranderen (AES-CBC zonder handtekening)")

    def test_a_signature_within_the_text_is_named_with_what_it_covers(self):
        home = self.folder / "inline"
        home.mkdir(mode=0o700)
        self.addCleanup(lambda: subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False))
        gpg = ["gpg", "--homedir", home, "--batch", "--passphrase", ""]
        subprocess.run([*gpg, "--quick-generate-key", "Jan <jan@post.example>", "future-default"], capture_output=True, check=True)
        signed = subprocess.run([*gpg, "--clear-sign"], input=b"Het bedrag is 100 euro.\n", capture_output=True, check=True).stdout.decode()
        self.send("inline@post.example", message("inline@post.example", text=signed))
        text = self.expect(self.clerk.dossier_of("inline@post.example"), "Ondertekend met OpenPGP: niet te controleren, wij hebben deze sleutel niet.")
        self.assertNotIn("alleen over", text)
        self.send("deels@post.example", message("deels@post.example", text="Lees dit:\n" + signed))
        self.expect(self.clerk.dossier_of("deels@post.example"), "Dat gaat alleen over: een deel van de tekst.")

    def test_what_stays_closed_becomes_a_task(self):
        self.send("dicht@post.example", message("dicht@post.example", text="-----BEGIN PGP MESSAGE-----\n\nhQEMA0000000000000AQ==\n-----END PGP MESSAGE-----\n"))
        self.expect(self.clerk.dossier_of("dicht@post.example"), "Dit bericht is versleuteld en blijft dicht")

    def test_a_signature_is_checked_and_a_broken_one_named(self):
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=Karin Fictief", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        body = b"Content-Type: text/plain\r\n\r\nHet bedrag is 100 euro.\r\n"
        made = subprocess.run(["openssl", "cms", "-sign", "-signer", certificate, "-inkey", key, "-md", "sha256"], input=body, capture_output=True, check=True).stdout
        made = made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        for sender, raw, sentence in (("heel@post.example", made, "Ondertekend met S/MIME door Karin Fictief: ongewijzigd, maar wie het is staat niet vast."),
                                      ("stuk@post.example", made.replace(b"100 euro", b"900 euro"), "De handtekening (S/MIME) klopt niet: het bericht is veranderd.")):
            head = f"From: <{sender}>\r\nTo: <post@zegelpost.example>\r\nSubject: Bedrag\r\nMessage-ID: <{sender}>\r\n".encode()
            self.send(sender, head + raw)
            self.expect(self.clerk.dossier_of(sender), sentence)


if __name__ == "__main__":
    unittest.main(verbosity=2)
