#!/usr/bin/python3
"""A mail comes back: what its server reports decides what happens next, when it comes to the address that we made for it, and only then. And staff hold
the mail to a domain back."""
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

import lmtp
from instance import Instance
from mail import Inbox
from staff import Staff

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from line_server import LineServer  # noqa: E402

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"


def report(action, status, about):
    """As Postfix writes it (RFC 3464)."""
    return (f"From: MAILER-DAEMON@mx.post.example (Mail Delivery System)\r\nTo: {about}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            f"Auto-Submitted: auto-replied\r\nMessage-ID: <{time.monotonic_ns()}@mx.post.example>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
            "This is the mail system at host mx.post.example.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.post.example\r\n\r\n"
            f"Final-Recipient: rfc822; karin@post.example\r\nAction: {action}\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; 550 {status}\r\n--b--\r\n").encode()


def refuses_recipients(told, say):
    """A mail server that knows nobody."""
    say.write(b"220 mx.weigert.example ESMTP\r\n")
    for line in told:
        say.write(b"550 5.1.1 <sanne@weigert.example>: no such user\r\n" if line.upper().startswith(b"RCPT") else b"250 mx.weigert.example\r\n")


class ReturnedMail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        cls.clerk.log_in()
        cls.inbox = Inbox(INSTANCE.folder)

    def wait(self, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not (found := what()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.3)
        return found

    def page(self, dossier):
        return self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}")

    def expect(self, dossier, sentence):
        self.wait(lambda: sentence in self.page(dossier).text)

    def dossier_of(self, sender):
        lmtp.ask_for_access(INSTANCE, sender)
        dossier = self.clerk.dossier_of(sender)
        self.wait(lambda: "Ontvangstbevestiging gemaild" in self.page(dossier).text)
        return dossier

    def send_letter(self, dossier):
        letter = self.clerk.submit(self.page(dossier), {"brief": "avg-ontvangst"}, has="brief")
        self.clerk.act(letter, "versturen", weg="mailbox", code="telefonisch")

    def letter_to(self, sender):
        """A letter lies in the mailbox of this sender; its dossier."""
        dossier = self.dossier_of(sender)
        self.send_letter(dossier)
        return dossier

    def notification(self, sender):
        message, _ = self.inbox.wait(sender, "er staat een bericht voor u klaar")
        return message

    def test_only_a_report_to_the_signed_address_makes_a_letter_go_another_way(self):
        dossier = self.letter_to("weg@post.example")
        path = str(self.notification("weg@post.example")["Return-Path"]).strip("<> ")
        self.assertRegex(path, r"^post\+b[a-z2-7]{40}@zegelpost\.example$")
        forged = re.sub(r".@", lambda found: ("a" if found.group(0)[0] != "a" else "b") + "@", path)
        lmtp.deliver(INSTANCE, "", report("failed", "5.1.1", forged), forged)
        lmtp.deliver(INSTANCE, "", report("delayed", "4.4.1", path), path)
        self.expect(dossier, "onze mail is vertraagd: de mailserver van de ontvanger was niet bereikbaar (4.4.1).")
        self.assertNotIn("niet bezorgd", self.page(dossier).text, "the forged report came before this one, and did nothing")
        lmtp.deliver(INSTANCE, "", report("failed", "5.1.1", path), path)
        self.expect(dossier, "onze mail is niet aangekomen: dit e-mailadres bestaat niet (meer) (5.1.1).")
        self.expect(dossier, "niet bezorgd")
        record = self.clerk.get(re.search(r"/dossier/\w+/bericht/\w+/bewijs\?doel=[\w-]+", self.page(dossier).body.decode()).group(0)).text
        for words in ("Vertraagd: de mailserver van de ontvanger was niet bereikbaar (4.4.1)", "Niet aangekomen: dit e-mailadres bestaat niet (meer) (5.1.1)", "Melding gemaild"):
            self.assertIn(words, record)

    def test_what_a_real_postfix_returns_counts(self):
        """The letter's notification is refused by the next server; our own Postfix then makes the report, for the signed address."""
        dossier = self.dossier_of("sanne@weigert.example")
        refusing = LineServer(("127.0.0.1", 0), refuses_recipients)
        self.addCleanup(refusing.close)
        self.lead("weigert.example", refusing.server_address[1])
        self.send_letter(dossier)
        self.expect(dossier, "onze mail is niet aangekomen: dit e-mailadres bestaat niet (meer) (5.1.1).")
        self.expect(dossier, "niet bezorgd")
        log = (INSTANCE.folder / "postfix/log").read_text()
        self.assertRegex(log, r"to=<sanne@weigert\.example>.*dsn=5\.1\.1, status=bounced")
        self.assertRegex(log, r"lmtp\S+ \w+: to=<post\+b[a-z2-7]{40}@zegelpost\.example>.*status=sent")

    def lead(self, domain, port):
        """Postfix is to hand mail for `domain` over at `port`."""
        folder = INSTANCE.folder / "postfix/etc"
        with open(folder / "transport", "a", encoding="ascii") as table:
            table.write(f"/@{re.escape(domain)}$/ smtp:[127.0.0.1]:{port}\n")
        subprocess.run(["postfix", "-c", folder, "reload"], check=True, capture_output=True)

    def test_a_full_mailbox_gets_the_mail_again_later(self):
        dossier = self.letter_to("vol@post.example")
        path = str(self.notification("vol@post.example")["Return-Path"]).strip("<> ")
        lmtp.deliver(INSTANCE, "", report("failed", "5.2.2", path), path)
        self.expect(dossier, "Zegelpost verstuurt hem opnieuw op")
        self.assertIn("Wacht op zijn beurt.", self.clerk.get("/verzending").text)

    def test_mail_to_a_domain_waits_while_staff_hold_it_back(self):
        self.assertNotIn("Mail naar een domein ophouden", self.clerk.get("/verzending").text, "not for the mailroom")
        lawyer = Staff(INSTANCE.workbench, "j.recht", INSTANCE.credentials)
        lawyer.log_in()
        lawyer.submit(lawyer.get("/verzending"), {"domein": "Gehackt.example", "reden": "Hun mailserver is gehackt.", "uren": "0"}, has="domein")
        lmtp.deliver(INSTANCE, "karin@gehackt.example", b"From: <karin@gehackt.example>\r\nTo: <post@zegelpost.example>\r\nSubject: Vraag\r\nMessage-ID: <1@gehackt>\r\n\r\n"
                     b"Een vraag.\r\n")
        page = self.wait(lambda: (found := self.clerk.get("/verzending")) and "Ontvangstbevestiging mailen" in found.text and found)
        for words in ("gehackt.example", "Opgehouden door een medewerker, tot een medewerker het hervat.", "Hun mailserver is gehackt."):
            self.assertIn(words, page.text)
        self.assertEqual(self.inbox.messages("karin@gehackt.example"), [])
        lawyer.act(lawyer.get("/verzending"), "hervatten")
        self.inbox.wait("karin@gehackt.example", "Ontvangstbevestiging")


if __name__ == "__main__":
    unittest.main(verbosity=2)
