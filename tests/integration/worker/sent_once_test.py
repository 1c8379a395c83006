#!/usr/bin/python3
"""A mail is sent once, though the worker is killed while it hands it to a real Postfix; where SMTP can't promise that, the double is recognisable. And
each mail is signed (DKIM)."""
import base64
import email
import email.message
import email.policy
import smtplib
import subprocess
import sys
import threading
import unittest

import dkim
from instance import Instance, eventually, free_port
from smtp_relay import STEPS, Relay

BINARIES = sys.argv.pop(1)


class SentOnceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zone = Instance(BINARIES)
        cls.addClassCleanup(cls.zone.close)
        relay_port, cls.zone.smtp_port = cls.zone.smtp_port, free_port()
        cls.zone.start_postfix()
        cls.relay = Relay(relay_port, cls.zone.smtp_port)
        cls.addClassCleanup(cls.relay.close)
        cls.sign_mails()
        cls.zone.start("keymaker", "broker", "mail", "worker")

    @classmethod
    def sign_mails(cls):
        key = cls.zone.zone / "dkim.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key], check=True, capture_output=True)
        key.chmod(0o600)
        public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        cls.dkim_record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        text = cls.zone.config.read_text()
        cls.zone.config.write_text(text.replace("smtp:\n", "smtp:\n  dkim_selector: zp2026\n  dkim_key: dkim.pem\n", 1))

    def request(self, sender, number=0):
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = f"<{sender}>", "post@ciz.example", "Verzoek om inzage AVG"
        message["Message-ID"] = f"<{number}.{sender}>"
        message.set_content("Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15).\n")
        with smtplib.LMTP("127.0.0.1", self.zone.lmtp_port, timeout=60) as door:
            door.send_message(message, sender, ["post@ciz.example"])

    def receipts(self, sender):
        found = [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.zone.delivered()]
        return [one for one in found if sender in str(one["To"])]

    def kill_once_at(self, wanted):
        """The worker dies at this step, once; `killed` is set when it did."""
        killed, lock = threading.Event(), threading.Lock()

        def at(step):
            with lock:
                if step != wanted or killed.is_set():
                    return False
                self.zone.kill("worker")
                killed.set()
                return True

        self.relay.at = at
        return killed

    def all_is_done(self):
        return eventually(lambda: self.zone.one("SELECT count(*) FROM jobs") == 0, 60)

    def test_a_worker_killed_at_any_step_sends_each_mail_once_and_a_double_has_its_message_id(self):
        for number, step in enumerate(STEPS):
            with self.subTest(step):
                sender = f"stap{number}@burger.example"
                killed = self.kill_once_at(step)
                self.request(sender)
                self.assertTrue(killed.wait(60), self.zone.log("worker")[-2000:])
                self.zone.start("worker")
                self.assertTrue(self.all_is_done(), self.zone.log("worker")[-2000:])
                self.assertTrue(eventually(lambda: self.receipts(sender), 30))
                # Postfix has the mail, and nobody noted it: SMTP has no way to tell the worker that came after.
                accepted_unseen = step in ("after the last dot", "QUIT")
                self.assertTrue(eventually(lambda: len(self.receipts(sender)) == (2 if accepted_unseen else 1), 10), len(self.receipts(sender)))
                self.assertEqual(len({one["Message-ID"] for one in self.receipts(sender)}), 1)
                self.assertEqual(len({one.get_content() for one in self.receipts(sender)}), 1)

    def test_a_sender_gets_five_receipts_a_day_and_everybody_else_of_the_domain_still_gets_theirs(self):
        self.relay.at = lambda step: False
        for number in range(6):
            self.request("veel@burger.example", number)
        neighbours = [f"buur{number}@burger.example" for number in range(12)]
        for sender in neighbours:
            self.request(sender)
        self.assertTrue(eventually(lambda: all(self.receipts(sender) for sender in neighbours), 60))
        self.assertTrue(self.all_is_done())
        self.assertEqual(len(self.receipts("veel@burger.example")), 5)

    def test_each_mail_carries_our_signature(self):
        self.relay.at = lambda step: False
        self.request("dkim@burger.example")
        self.assertTrue(eventually(lambda: self.receipts("dkim@burger.example"), 60), self.zone.log("worker")[-2000:])
        raw = next(raw for raw in self.zone.delivered() if b"dkim@burger.example" in raw)
        asked = []

        def record(name, timeout=5):
            asked.append(name)
            return self.dkim_record

        self.assertTrue(dkim.verify(raw, dnsfunc=record))
        self.assertEqual(asked, [b"zp2026._domainkey.ciz.example."])
        for changed in (raw.replace(b"Ontvangstbevestiging", b"Ontvangstbevestiginq", 1), raw.replace(b"Message-ID: <", b"Message-ID: <x", 1),
                        b"From: <ander@burger.example>\r\n" + raw):
            self.assertFalse(dkim.verify(changed, dnsfunc=record))


if __name__ == "__main__":
    unittest.main(verbosity=2)
