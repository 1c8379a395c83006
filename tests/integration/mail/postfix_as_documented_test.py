#!/usr/bin/python3
"""A real Postfix with the lines that docs/operators/mail.md gives, as an administrator copies them, hands over to a real mail door."""
import email
import email.policy
import pathlib
import re
import smtplib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "worker"))
from instance import Instance, eventually, postfix  # noqa: E402

BINARIES = sys.argv.pop(1)
MANUAL = pathlib.Path(__file__).resolve().parents[3] / "docs/operators/mail.md"
OURS = "post@ciz.example"
IDN = "xn--brger-kva.example"  # bürger.example


def documented(name):
    """The indented block that begins with "# NAME"."""
    block = re.search(rf"^    # {re.escape(name)}\b.*\n((?:    .*\n)+)", MANUAL.read_text(), re.M).group(1)
    return re.sub("^    ", "", block, flags=re.M)


def text(sender, to, body=b"Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15).\r\n"):
    head = f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: Verzoek om inzage AVG\r\nMessage-ID: <{hash((sender, to))}@burger.example>\r\n"
    return head.encode() + b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body


class PostfixAsDocumented(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zone = Instance(BINARIES)
        cls.addClassCleanup(cls.zone.close)
        cls.folder = cls.zone.postfix = cls.zone.folder / "postfix"
        stranger_to = "192.0.2.1/32"
        postfix.start(cls.folder, f"127.0.0.1:{cls.zone.smtp_port}", f"burger.example {IDN}", "myhostname = mta.test\n" + cls.here(documented("main.cf")), stranger_to)
        table = cls.folder / "etc/transport"
        table.write_text(cls.here(documented("transport")) + f"oud@ciz.example lmtp:inet:127.0.0.1:{cls.zone.lmtp_port}\n")
        subprocess.run(["postmap", "-c", cls.folder / "etc", f"hash:{table}"], check=True, capture_output=True)
        cls.zone.start("keymaker", "broker", "mail", "worker")

    @classmethod
    def here(cls, lines):
        return lines.replace("example.nl", "ciz.example").replace("/etc/postfix", f"{cls.folder}/etc").replace(":8024", f":{cls.zone.lmtp_port}")

    def setUp(self):
        self.smtp = smtplib.SMTP("127.0.0.1", self.zone.smtp_port, timeout=120)
        self.addCleanup(self.smtp.close)
        self.smtp.ehlo()

    def count(self, table):
        return self.zone.one(f"SELECT count(*) FROM {table}")

    def asked(self, recipient, sender="anna@burger.example", options=()):
        self.assertEqual(self.smtp.mail(sender, options)[0], 250)
        return self.smtp.rcpt(recipient)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def arrives(self, sender, recipients, message, options=(), copies=1):
        submissions, dossiers = self.count("submissions"), self.count("dossiers")
        self.assertEqual(self.smtp.sendmail(sender, recipients, message, options), {})
        self.assertTrue(eventually(lambda: self.count("submissions") == submissions + copies, 60), self.log()[-3000:])
        self.assertEqual(self.count("dossiers"), dossiers + 1)

    def bounces(self):
        return [one for one in postfix.delivered(self.folder) if b"MAILER-DAEMON" in one]

    def test_a_stranger_reaches_our_addresses_and_no_other(self):
        for known in (OURS, "post+ZP-4K7M-9XQ2-R@ciz.example", "Post@CIZ.example"):
            self.assertEqual(self.asked(known)[0], 250, known)
            self.smtp.rset()
        for unknown in ("nobody@ciz.example", "nobody+post@ciz.example", "post@sub.ciz.example"):
            code, said = self.asked(unknown)
            self.assertEqual((code, said[:5]), (550, b"5.1.1"), unknown)
            self.smtp.rset()
        code, said = self.asked("karin@elders.example")
        self.assertIn(b"Relay access denied", said)
        self.assertIn(code, (454, 554))

    def test_mail_to_our_address_and_to_its_plus_form_becomes_a_dossier(self):
        for recipient in (OURS, "post+iets@ciz.example"):
            self.arrives("anna@burger.example", [recipient], text("anna@burger.example", recipient))

    def test_a_sender_with_letters_beyond_ascii(self):
        self.assertTrue(self.smtp.has_extn("smtputf8"))
        sender = "zoë@burger.example"
        self.arrives(sender, [OURS], text(sender, OURS), ["SMTPUTF8", "BODY=8BITMIME"])
        self.assertEqual(str(self.receipt_for(sender)["to"]), sender)
        self.assertRegex(self.log(), f"to=<{sender}>.* status=sent")

    def test_a_sender_at_a_domain_with_letters_beyond_ascii_is_written_to_in_ascii(self):
        sender = "jan@bürger.example"
        self.arrives(sender, [OURS], text(sender, OURS), ["SMTPUTF8", "BODY=8BITMIME"])
        self.assertEqual(str(self.receipt_for(f"jan@{IDN}")["to"]), f"jan@{IDN}")

    def test_without_smtputf8_nothing_goes_to_letters_beyond_ascii_and_a_domain_goes_in_ascii(self):
        tray = self.zone.zone / "data/incoming"
        self.assertTrue(eventually(lambda: not any(tray.glob("new/*")) and not any(tray.glob("taken/*")), 60))
        before, taken = self.count("submissions"), self.log().count("status=sent (250 2.0.0 kept")
        self.zone.kill("worker")
        for sender in ("chloë@burger.example", "piet@bürger.example"):
            self.assertEqual(self.smtp.sendmail(sender, [OURS], text(sender, OURS), ["SMTPUTF8", "BODY=8BITMIME"]), {})
        self.assertTrue(eventually(lambda: self.log().count("status=sent (250 2.0.0 kept") == taken + 2, 60), self.log()[-3000:])
        self.setting("smtputf8_enable", "no")
        self.addCleanup(self.setting, "smtputf8_enable", "yes")
        self.zone.start("worker")
        self.receipt_for(f"piet@{IDN}")
        self.assertTrue(eventually(lambda: self.count("submissions") == before + 2, 60))
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM jobs") == 0, 60), self.zone.log("worker")[-2000:])
        self.assertEqual([one for one in postfix.delivered(self.folder) if "chloë".encode() in one], [])

    def setting(self, name, value):
        subprocess.run(["postconf", "-c", self.folder / "etc", "-e", f"{name}={value}"], check=True)
        subprocess.run(["postfix", "-c", self.folder / "etc", "reload"], check=True, capture_output=True)

    def receipt_for(self, address):
        def found():
            return [one for one in postfix.delivered(self.folder) if b"To: <" + address.encode() in one]
        self.assertTrue(eventually(found, 60), self.zone.log("worker")[-2000:] + self.log()[-2000:])
        receipt, = found()
        return email.message_from_bytes(receipt, policy=email.policy.SMTPUTF8)

    def test_eight_bits_come_through(self):
        self.assertTrue(self.smtp.has_extn("8bitmime"))
        self.arrives("bram@burger.example", [OURS], text("bram@burger.example", OURS, "Eén verzoek om inzage (AVG), geëist vóór mei.\r\n".encode()),
                     ["BODY=8BITMIME"])

    def test_one_mail_to_many_of_our_addresses(self):
        """Postfix makes several deliveries of it; they are one dossier with one receipt."""
        recipients = [f"post+{number}@ciz.example" for number in range(120)]
        self.arrives("veel@burger.example", recipients, text("veel@burger.example", OURS), copies=3)
        told = re.findall(r"to=<post\+(\d+)@ciz\.example>.* status=(\w+)", self.log())
        self.assertEqual(sorted(told, key=lambda one: int(one[0])), [(str(number), "sent") for number in range(120)])
        receipts = lambda: [one for one in postfix.delivered(self.folder) if b"veel@burger.example" in one]  # noqa: E731
        self.assertTrue(eventually(receipts, 60))
        self.assertEqual(len(receipts()), 1)

    def test_each_recipient_has_its_own_answer(self):
        """Postfix still has an address that we no longer take: the sender hears that, the other one is filed."""
        self.arrives("carla@burger.example", [OURS, "oud@ciz.example"], text("carla@burger.example", OURS))
        self.assertTrue(eventually(self.bounces, 60), self.log()[-3000:])
        bounce, = self.bounces()
        report = next(part for part in email.message_from_bytes(bounce, policy=email.policy.default).walk() if part.get_content_type() == "message/delivery-status")
        about = [block for block in report.get_payload() if block["Final-Recipient"]]
        self.assertEqual([(str(one["Final-Recipient"]), str(one["Status"])) for one in about], [("rfc822; oud@ciz.example", "5.1.1")])
        self.assertEqual(re.findall(r"to=<(\S+)>.* relay=127.*status=(\w+)", "\n".join(line for line in self.log().splitlines() if "oud@" in line)),
                         [("oud@ciz.example", "bounced")])

    def test_what_postfix_takes_is_not_too_large_for_us(self):
        limit = int(self.smtp.esmtp_features["size"])
        code, said = self.smtp.mail("dirk@burger.example", [f"SIZE={limit + 1}"])
        self.assertEqual((code, said[:5]), (552, b"5.3.4"))
        self.smtp.rset()
        # One line, which Postfix breaks on the way and so makes longer; in its queue it takes three bytes for each 2048.
        body = limit // 2051 * 2048 - 4096
        for size, answer in ((limit, (552, b"5.3.4")), (body, (250, b"2.0.0"))):
            self.assertEqual(self.asked(OURS)[0], 250)
            code, said = self.smtp.data(text("dirk@burger.example", OURS, b"x" * size + b"\r\n"))
            self.assertEqual((code, said[:5]), answer)
        self.assertTrue(eventually(lambda: "removed" in self.log().split("dirk@")[-1], 60), self.log()[-3000:])
        self.assertRegex(self.log().split("dirk@")[-1], "status=sent .250 2.0.0 kept")


if __name__ == "__main__":
    unittest.main(verbosity=2)
