#!/usr/bin/python3
"""A letter goes straight to a mail server that proves who it is; staff see beforehand why, and afterwards what became of it."""
import base64
import email
import email.policy
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

import dkim
import lmtp
from instance import Instance
from staff import Staff

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lab import TOP, Lab, eventually  # noqa: E402

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"


def dkim_key():
    """Of an administrator who lets us sign: the keys for `smtp` in the configuration, and the record for the name service."""
    key = INSTANCE.folder / "data/keys/dkim.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key], check=True, capture_output=True)
    shutil.chown(key, "zegelpost", "zegelpost")
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    return "  dkim_selector: zp2026\n  dkim_key: data/keys/dkim.pem\n", b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def restart_with(keys, signing):
    """As an administrator who sets up the courier."""
    pid_file = INSTANCE.folder / "serve.pid"
    old = int(pid_file.read_text())
    os.kill(old, signal.SIGTERM)
    eventually(lambda: not pathlib.Path(f"/proc/{old}/cwd").exists(), 60)
    text = INSTANCE.config.read_text()
    INSTANCE.config.write_text(text.replace("smtp:\n", "smtp:\n" + signing, 1) + "\n" + keys)
    with open(INSTANCE.folder / "log", "ab") as log:
        process = subprocess.Popen([INSTANCE.programs / "zegelpost", "serve", "--config", INSTANCE.config], stdout=log, stderr=log)
    pid_file.write_text(f"{process.pid}\n")
    INSTANCE.wait_portal(60)
    eventually(lambda: INSTANCE.pid("courier"), 30)


class Letter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.stop)
        cls.signing, cls.record = dkim_key()
        restart_with(cls.lab.courier_keys(), cls.signing)
        cls.clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        cls.clerk.log_in()

    def dossier(self, sender):
        lmtp.ask_for_access(INSTANCE, sender)
        return self.clerk.dossier_of(sender)

    def letter(self, dossier):
        return self.clerk.new_letter(dossier, "avg-ontvangst", HANDLE)

    def test_with_dane_the_letter_is_in_the_recipients_mailbox(self):
        dossier = self.dossier(f"karin@dane.{TOP}")
        page = self.letter(dossier)
        self.assertIn("Voorstel rechtstreekse beveiligde mail", page.text)
        self.assertIn(f"Mailservers van dane.{TOP} bewijzen met DANE wie ze zijn: 1 van de 1.", page.text)
        if shown := os.environ.get("SHOW"):
            pathlib.Path(shown).write_bytes(page.body)
        self.clerk.act(page, "versturen")
        eventually(self.lab.delivered, 60)
        raw, = self.lab.delivered()
        self.assertIn(b"using TLSv1.3", raw)
        asked = []
        self.assertTrue(dkim.verify(raw, dnsfunc=lambda name, timeout=5: asked.append(name) or self.record))
        self.assertEqual(asked, [b"zp2026._domainkey.zegelpost.example."])
        message = email.message_from_bytes(raw, policy=email.policy.default)
        text, letter = message.iter_parts()
        self.assertIn("rechtstreeks aan uw mailserver", text.get_content())
        self.assertTrue(letter.get_content().startswith(b"%PDF"))
        said = f"De mailserver van de ontvanger heeft de brief aangenomen: mx.dane.{TOP}"
        eventually(lambda: said in self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").text, 30)
        self.assertIn(said, self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").text)

    def test_a_server_that_does_not_prove_itself_gets_nothing_and_staff_see_why(self):
        page = self.letter(self.dossier(f"karin@fout.{TOP}"))
        self.assertIn("Voorstel rechtstreekse beveiligde mail", page.text)
        self.clerk.act(page, "versturen")
        waits = "De mailserver van de ontvanger bewijst nu niet wie hij is. Er is niets verstuurd."
        eventually(lambda: waits in self.clerk.get("/verzending").text, 60)
        self.assertIn(waits, self.clerk.get("/verzending").text)
        self.assertNotIn(f"karin@fout.{TOP}", (self.lab.folder / "postfix/log").read_text())

    def test_an_unsigned_domain_leads_to_the_mailbox_and_says_why(self):
        page = self.letter(self.dossier(f"karin@kaal.{TOP}"))
        self.assertIn("Voorstel beveiligde mailbox", page.text)
        self.assertIn(f"Mail rechtstreeks naar kaal.{TOP} is niet veilig: het domein is niet ondertekend (DNSSEC), en er is geen MTA-STS.", page.text)

    def test_the_doctor_says_that_answers_are_validated(self):
        self.assertIn("DNSSEC: answers are validated from the trust anchor", INSTANCE.zegelpost("doctor")[1])

    def test_the_doctor_warns_of_mail_without_our_signature(self):
        warning = "WARN  mail straight to another domain carries no DKIM signature"
        self.assertNotIn(warning, INSTANCE.zegelpost("doctor")[1])
        unsigned = INSTANCE.folder / "unsigned.yaml"
        unsigned.write_text(INSTANCE.config.read_text().replace(self.signing, ""))
        self.assertIn(warning, INSTANCE.zegelpost("doctor", "--config", unsigned)[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
