#!/usr/bin/python3
"""The malware scanner or the mail server is away for a while: nothing passes unscanned, nothing is lost, everything goes on by itself."""
import os
import pathlib
import re
import smtplib
import sqlite3
import sys
import time
import unittest

import mail
import servers
from instance import Instance
from lmtp import deliver
from portal import Sender
from staff import Staff

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from waiting import eventually  # noqa: E402

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"
FIELDS = {"requester_role": "self", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12",
          "email": "cornelia@post.example", "access_code": ""}


def database(sql, *values):
    path = next(INSTANCE.folder.rglob("zegelpost.db"))
    with sqlite3.connect(path, timeout=30, isolation_level=None) as connection:
        return connection.execute(sql, values).fetchall()


def log():
    return (INSTANCE.folder / "log").read_text()


class ServersDown(unittest.TestCase):
    def send_by_web(self):
        sender = Sender(INSTANCE.portal)
        sender.begin("indicatiebesluit", FIELDS)
        sender.upload(INSTANCE.samples / "identity/uto-paspoort-cornelia.jpg", "client-identity")
        _, receipt = sender.send()
        return re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text).group(0)

    def test_without_the_scanner_a_document_waits_and_is_scanned_when_it_is_back(self):
        servers.stop_clamd(INSTANCE)
        status, told = INSTANCE.zegelpost("doctor")
        self.assertEqual(status, 1, told)
        self.assertRegex(told, r"FAIL  clamd does not answer on .*\n +Start clamav-daemon")
        reference = self.send_by_web()
        self.assertTrue(eventually(lambda: database("SELECT count(*) FROM documents WHERE state = 'quarantined'") == [(1,)]), log()[-3000:])
        clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        clerk.log_in()
        dossier = clerk.find(reference)  # it is filed: its document was looked into
        document = re.search(r"/document/([0-9a-f]{32})", clerk.get(f"{dossier}?doel={HANDLE}").body.decode()).group(1)
        original = f"/document/{document}/origineel?doel={HANDLE}"
        self.assertEqual(clerk.request("GET", original)[0], 403, "what was not scanned is not handed out")
        servers.start_clamd(INSTANCE)
        self.assertEqual(database("UPDATE jobs SET run_at = 0 WHERE kind = 'rescan' RETURNING dead"), [(0,)], "its next look at the scanner, a minute early")
        self.assertTrue(eventually(lambda: database("SELECT state FROM documents") == [("inspected",)]), log()[-3000:])
        self.assertEqual(clerk.request("GET", original)[0], 200)
        self.assertNotIn("clamd does not answer", INSTANCE.zegelpost("doctor")[1])

    @staticmethod
    def hand_over():
        try:
            deliver(INSTANCE, "anna@post.example", b"From: <anna@post.example>\r\nTo: post@zegelpost.example\r\nSubject: Verzoek om inzage AVG\r\n"
                    b"Message-ID: <stil@post.example>\r\n\r\nGraag wil ik mijn persoonsgegevens inzien.\r\n")
            return True
        except smtplib.SMTPResponseException as refused:
            if refused.smtp_code // 100 != 4:
                raise
            return False

    def test_without_the_mail_server_mail_waits_and_goes_out_once(self):
        ports = re.search(r"lmtp_listen:\s*[\d.]+:(\d+)", INSTANCE.config.read_text()).group(1), os.environ["SMTP"]
        servers.stop_postfix(INSTANCE)
        status, told = INSTANCE.zegelpost("doctor")
        self.assertEqual(status, 1, told)
        self.assertRegex(told, r"FAIL  the mail server .* does not answer\n +Mail waits and is tried again")
        self.assertTrue(eventually(self.hand_over), "an MTA tries again while the first keys are being made")
        failed = "SELECT count(*) FROM jobs WHERE kind = 'receipt-mail' AND last_error <> ''"
        self.assertTrue(eventually(lambda: database(failed) == [(1,)]), log()[-3000:])
        self.assertEqual(database("SELECT count(*) FROM jobs WHERE dead <> 0"), [(0,)])
        servers.start_postfix(INSTANCE, ports[1], ports[0])
        inbox = mail.Inbox(INSTANCE.folder)
        self.assertTrue(eventually(lambda: inbox.messages("anna@post.example")), log()[-3000:])
        self.assertTrue(eventually(lambda: database("SELECT count(*) FROM jobs WHERE dead = 0") == [(0,)]), "every job comes to its end")
        time.sleep(2)
        self.assertEqual(len(inbox.messages("anna@post.example")), 1)
        self.assertEqual(INSTANCE.zegelpost("balance")[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
