#!/usr/bin/env python3
"""A mail comes in by a real Postfix, becomes a dossier, and its sender gets one receipt; whatever is killed in between."""
import email
import email.message
import email.policy
import random
import re
import smtplib
import ssl
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

from instance import EICAR, Instance, eventually

BINARIES = sys.argv.pop(1)


def small_pdf():
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 4\n0000000000 65535 f \n" + table + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def request(sender, subject="Verzoek om inzage AVG", attachment=None, **headers):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Test <{sender}>", "post@ciz.example", subject
    message["Message-ID"] = f"<{random.getrandbits(64):x}@burger.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15).\n")
    message.add_attachment(attachment or small_pdf(), maintype="application", subtype="pdf", filename="verzoek.pdf")
    return message


class MailFlowTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zone = Instance(BINARIES)
        cls.addClassCleanup(cls.zone.close)
        cls.zone.start_postfix()
        assert cls.zone.start_clamd()
        cls.zone.start("keymaker", "broker", "mail", "worker")

    def send(self, message):
        with smtplib.SMTP("127.0.0.1", self.zone.smtp_port) as smtp:
            smtp.send_message(message, from_addr=message["From"].split("<")[1][:-1], to_addrs=["post@ciz.example"])

    def receipts_for(self, sender):
        found = [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.zone.delivered()]
        return [one for one in found if one["To"] and sender in one["To"]]

    def dossiers(self):
        return self.zone.one("SELECT count(*) FROM dossiers")

    def documents(self, state):
        return self.zone.one("SELECT count(*) FROM documents WHERE state = ?", state)

    def test_1_a_request_becomes_a_dossier_and_gets_one_receipt(self):
        before = self.dossiers()
        self.send(request("anna@burger.example"))
        self.assertTrue(eventually(lambda: self.receipts_for("anna@burger.example")), self.zone.log("worker"))
        self.assertEqual(self.dossiers(), before + 1)
        kind, state = self.zone.rows("SELECT kind, state FROM dossiers ORDER BY received DESC LIMIT 1")[0]
        self.assertEqual((kind, state), ("avg-inzage", "review"))
        receipt = self.receipts_for("anna@burger.example")[0]
        self.assertEqual(receipt["Auto-Submitted"], "auto-replied")
        self.assertTrue(receipt["In-Reply-To"])
        text = receipt.get_content()
        self.assertRegex(text, r"ZP-\w{4}-\w{4}-\w")
        self.assertIn("1 document", text)
        self.assertNotIn("anna", text.lower())
        time.sleep(2)
        self.assertEqual(len(self.receipts_for("anna@burger.example")), 1)
        self.assertEqual(self.zone.balance().returncode, 0, self.zone.balance().stdout)

    def test_2_an_automatic_answer_is_filed_and_never_answered(self):
        receipt = self.receipts_for("anna@burger.example")[0]
        before = self.dossiers()
        self.send(request("anna@burger.example", "Automatisch antwoord", In_Reply_To=receipt["Message-ID"], Auto_Submitted="auto-replied"))
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM submissions") == before + 1))
        time.sleep(3)
        self.assertEqual(self.dossiers(), before)  # by its In-Reply-To it went to the dossier it answers
        self.assertEqual(len(self.receipts_for("anna@burger.example")), 1)

    def test_3_an_infected_document_is_set_apart(self):
        before = self.documents("quarantined")
        self.send(request("bram@burger.example", attachment=EICAR))
        self.assertTrue(eventually(lambda: self.documents("quarantined") == before + 1), self.zone.log("worker"))

    def test_2b_a_caller_with_a_code_sees_what_is_missing(self):
        (reference,) = self.zone.rows("SELECT reference FROM dossiers WHERE state = 'review' LIMIT 1")[0]
        told = subprocess.run([BINARIES + "/zegelpost", "invite", reference, "--config", self.zone.config], capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        code, _, _, *asked = told.stdout.splitlines()
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM messages WHERE state = 'published'") == 1))
        self.zone.start("public")
        self.addCleanup(self.zone.kill, "public")
        base = re.search(r"base_url: *(\S+)", self.zone.config.read_text()).group(1)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
                                             urllib.request.HTTPCookieProcessor())
        answer = opener.open(urllib.request.Request(base + "/uitnodiging", urllib.parse.urlencode({"code": code}).encode(), {"Origin": base}))
        page = answer.read().decode()
        self.assertIn("/bericht/", answer.geturl())
        for label in asked:
            self.assertIn(label.removeprefix("- "), page)
        self.assertNotIn("anna", page.lower())

    def test_3b_a_signature_beside_a_document_is_read_with_it(self):
        message = request("eva@burger.example")
        message.add_attachment(b"-----BEGIN PGP SIGNATURE-----\n", maintype="application", subtype="pgp-signature", filename="verzoek.pdf.asc")
        before = self.documents("inspected")
        self.send(message)
        self.assertTrue(eventually(lambda: self.documents("inspected") == before + 2), self.zone.log("worker"))
        entries = subprocess.run([BINARIES + "/zegelpost", "ledger", "show", "--config", self.zone.config], capture_output=True, text=True, check=True)
        self.assertEqual(len([line for line in entries.stdout.splitlines() if "document.inspect" in line and "signature" in line]), 1)

    def test_4_a_worker_that_is_killed_again_and_again_loses_and_doubles_nothing(self):
        count, before = 20, self.dossiers()
        for i in range(count):
            self.send(request(f"clara{i}@burger.example"))
        for _ in range(15):
            time.sleep(random.uniform(0.05, 0.8))
            self.zone.kill("worker")
            self.zone.start("worker")
        self.assertTrue(eventually(lambda: self.documents("filed") == 0 and self.dossiers() == before + count, 120), self.zone.log("worker")[-3000:])
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM jobs WHERE dead = 0") == 0, 120))
        self.assertEqual(self.dossiers(), before + count)
        self.assertEqual(self.zone.balance().returncode, 0, self.zone.balance().stdout)

    def test_5_without_a_scanner_a_document_waits_visibly(self):
        self.zone.stop_clamd()
        before = self.documents("quarantined")
        self.send(request("dirk@burger.example"))
        self.assertTrue(eventually(lambda: self.documents("quarantined") == before + 1), self.zone.log("worker"))
        self.assertEqual(self.zone.one("SELECT count(*) FROM jobs WHERE kind = 'rescan'"), 1)

    def test_6_nothing_a_sender_wrote_stands_in_a_log_or_a_file(self):
        for path in self.zone.zone.rglob("*"):
            if path.is_file() and not path.is_socket():
                self.assertNotIn(b"burger.example", path.read_bytes(), path)
        for name in ("mail", "worker", "keymaker", "broker"):
            self.assertNotIn("burger.example", self.zone.log(name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
