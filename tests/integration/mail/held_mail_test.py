#!/usr/bin/python3
"""A mail with malware in it: what it says can be read; the raw mail is held like the attachment, and comes free with it."""
import email.message
import os
import re
import signal
import time
import unittest

import lmtp
from instance import Instance
from staff import Staff

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"
MALWARE = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"  # what the scanner of the tests takes for it


class Held(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clerk, cls.lawyer = (Staff(INSTANCE.workbench, login, INSTANCE.credentials) for login in ("p.postma", "j.recht"))
        cls.clerk.log_in()
        cls.lawyer.log_in()

    def received(self, sender):
        """The mail's dossier, its document's address and the mail itself, once the scanner has spoken."""
        made = email.message.EmailMessage()
        made["From"], made["To"], made["Subject"], made["Message-ID"] = f"<{sender}>", "post@zegelpost.example", "Vraag", f"<{sender}>"
        made.set_content("Dit is wat ik wil vragen.\n")
        made.add_attachment(MALWARE, maintype="application", subtype="octet-stream", filename="brief.bin")
        raw = made.as_bytes().replace(b"\n", b"\r\n")
        lmtp.deliver(INSTANCE, sender, raw, "post@zegelpost.example")
        dossier = self.clerk.dossier_of(sender)
        mail = self.until(dossier, "malware gevonden")
        self.assertIn("Dit is wat ik wil vragen.", mail.text)
        self.assertNotIn("Origineel ophalen", mail.text)
        self.assertEqual(self.clerk.request("GET", mail.url.split("?")[0] + f"/origineel?doel={HANDLE}")[0], 403)
        return dossier, mail.link("brief.bin"), raw

    def until(self, dossier, words):
        deadline = time.monotonic() + 60
        while True:
            page = self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").body.decode()
            mail = self.clerk.get(re.search(rf"/dossier/{dossier}/mail/[0-9a-f]{{32}}", page).group(0) + f"?doel={HANDLE}")
            if words in mail.text:
                return mail
            self.assertLess(time.monotonic(), deadline, mail.text)
            time.sleep(0.5)

    def expect_free(self, dossier, raw):
        mail = self.until(dossier, "Origineel ophalen")
        self.assertNotIn("malware", mail.text)
        self.assertTrue(self.clerk.request("GET", mail.link("Origineel ophalen"))[2].endswith(raw))

    def test_1_a_lawyer_may_answer_for_it_with_a_reason(self):
        dossier, document, raw = self.received("vrij@post.example")
        self.assertNotIn("Waarom is dit document toch veilig", self.clerk.get(document).text)
        page = self.lawyer.get(document)
        self.assertIn("Schrijf op waarom dit document toch veilig is.", self.lawyer.submit(page, {"reden": " "}, has="reden").text)
        self.lawyer.submit(page, {"reden": "Vals alarm: een proefbestand."}, has="reden")
        self.expect_free(dossier, raw)
        self.assertIn("Reden: Vals alarm: een proefbestand.", self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").text)

    def test_2_a_scanner_that_learned_better_frees_it(self):
        dossier, document, raw = self.received("beter@post.example")
        signatures = INSTANCE.folder / "clamd/db/zegelpost.ndb"
        if not signatures.exists():
            self.skipTest("the scanner has Debian's signatures")
        signatures.write_text("Other:0:*:" + b"something else altogether".hex() + "\n")
        os.kill(int((INSTANCE.folder / "clamd/pid").read_text()), signal.SIGUSR2)  # read them anew
        time.sleep(3)
        self.clerk.submit(self.clerk.get(document), {}, has="opnieuw op virussen")
        self.expect_free(dossier, raw)
        self.assertIn("De virusscanner keurde alsnog goed: brief.bin", self.clerk.get(f"/dossier/{dossier}?doel={HANDLE}").text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
