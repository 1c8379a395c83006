#!/usr/bin/python3
"""The courier hands mail to a server that proves who it is, and says nothing about it to any other. Real name servers, a real Postfix."""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import unittest

from lab import TOP, Lab, eventually

PROGRAMS = pathlib.Path(sys.argv.pop(1))
MAIL = b"From: <post@zegelpost.example>\r\nTo: <karin@ontvanger.example>\r\nSubject: Brief\r\nMessage-ID: <%d@zegelpost.example>\r\n\r\n.Een regel met een punt.\r\n"
CONFIG = """run: run
organisation: {name: P, return_address: P, place: P, telephone: P, fg_email: fg@zegelpost.example}
public: {base_url: 'https://post.example'}
staff: {base_url: 'https://werk.example'}
smtp: {from: post@zegelpost.example}
"""


class Courier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.stop)
        folder = cls.lab.folder
        (folder / "run").mkdir()
        config = folder / "zegelpost.yaml"
        config.write_text(CONFIG + f"keys: {{zone_fingerprint: {'A' * 40}, seal_certificate: x, seal_key: x}}\n" + cls.lab.courier_keys())
        cls.log = folder / "courier.log"
        with open(cls.log, "wb") as log:
            cls.process = subprocess.Popen([PROGRAMS / "zegelpost-courier", "--config", config], stderr=log)
        cls.addClassCleanup(cls.end)
        cls.socket = folder / "run/courier.sock"
        if not eventually(cls.socket.exists, 30):
            raise RuntimeError(cls.log.read_text())
        cls.number = 0

    @classmethod
    def end(cls):
        cls.process.send_signal(signal.SIGTERM)
        cls.process.wait(30)

    def ask(self, request, mail=None):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(120)
            line.connect(str(self.socket))
            for part in [json.dumps(request).encode()] + ([mail] if mail else []):
                line.sendall(struct.pack(">I", len(part)) + part)
            answer = line.makefile("rb").read()
        return answer[4:].decode()

    def facts(self, name):
        return json.loads(self.ask({"ask": "facts", "domain": f"{name}.{TOP}"}))

    def hand_over(self, name, user="karin", accept=("nta", "dane", "mta-sts")):
        type(self).number += 1
        self.mail = MAIL % self.number
        return json.loads(self.ask({"ask": "hand-over", "from": "post@zegelpost.example", "to": f"{user}@{name}.{TOP}", "accept": accept},
                                   self.mail))

    def arrived(self, seconds=20):
        """The mail that was handed over last, as Postfix kept it."""
        mark = f"<{self.number}@zegelpost.example>".encode()
        eventually(lambda: any(mark in raw for raw in self.lab.delivered()), seconds)
        return [raw for raw in self.lab.delivered() if mark in raw]

    def check_delivered(self, name, good_by, proof="TLSv1.3"):
        self.assertEqual(self.facts(name)["good_by"], good_by)
        done = self.hand_over(name)
        self.assertEqual((done["outcome"], done["good_by"], done["reply"]), ("delivered", good_by, "250 message"), done)
        self.assertTrue(done["tls"].startswith(proof), done)
        raw, = self.arrived()
        self.assertIn(b"using TLSv1.3", raw, "Postfix says that it came through TLS")
        self.assertIn(b"\n.Een regel met een punt.\n", raw)
        return raw

    def check_nothing_sent(self, name, good_by, why):
        self.assertEqual(self.facts(name)["good_by"], good_by)
        done = self.hand_over(name)
        self.assertEqual(done["outcome"], "unsafe", done)
        self.assertIn(why, done["reply"])
        log = (self.lab.folder / "postfix/log").read_text()
        self.assertNotIn(f"karin@{name}.{TOP}", log, "the server was not told for whom it is")
        self.assertFalse([raw for raw in self.lab.delivered() if f"<{self.number}@".encode() in raw])

    def test_answers_are_validated_from_the_anchor(self):
        self.assertEqual(self.ask({"ask": "self-test"}), "secure")

    def test_with_dane_it_is_delivered_over_tls(self):
        self.check_delivered("dane", "dane")
        facts = self.facts("dane")
        self.assertEqual((facts["mx"], facts["servers"]), ("secure", [f"mx.dane.{TOP}"]))

    def test_letters_beyond_ascii_before_the_at_need_smtputf8(self):
        postfix = self.lab.folder / "postfix"
        done = self.hand_over("dane", user="zoë")
        self.assertEqual(done["outcome"], "delivered", done)
        self.assertEqual(len(self.arrived()), 1)
        self.assertIn(f"to=<zoë@dane.{TOP}>", (postfix / "log").read_text())
        self.setting("smtputf8_enable", "no")
        self.addCleanup(self.setting, "smtputf8_enable", "yes")
        done = self.hand_over("dane", user="chloë")
        self.assertEqual((done["outcome"], done["reply"]), ("refused", "SMTPUTF8 is not offered"), done)
        self.assertNotIn("chloë", (postfix / "log").read_text())

    def setting(self, name, value):
        etc = self.lab.folder / "postfix/etc"
        subprocess.run(["postconf", "-c", etc, "-e", f"{name}={value}"], check=True)
        subprocess.run(["postfix", "-c", etc, "reload"], check=True, capture_output=True)

    def test_with_an_authority_in_dane_the_name_counts_too(self):
        self.check_delivered("ta", "dane")

    def test_with_mta_sts_the_certificate_must_be_for_the_server(self):
        self.check_delivered("sts", "mta-sts")
        self.check_nothing_sent("stsfout", "mta-sts", "hostname mismatch")

    def test_with_nta_7516_it_goes_to_its_own_server_with_its_header(self):
        raw = self.check_delivered("nta", "nta")
        self.assertIn(b"\nX-Proef-NTA: 1\n", raw)
        self.assertEqual(self.facts("nta")["servers"], [f"nta.nta.{TOP}"])

    def test_another_certificate_than_dane_says_gets_nothing(self):
        self.check_nothing_sent("fout", "dane", "no matching DANE TLSA records")

    def test_an_unsigned_zone_gets_nothing_though_it_has_tlsa_records(self):
        self.assertEqual(self.facts("kaal")["mx"], "insecure")
        self.check_nothing_sent("kaal", "", "no server that can prove itself")

    def test_an_mx_that_was_changed_on_the_way_gets_nothing(self):
        self.assertEqual(self.facts("vals")["mx"], "bogus")
        self.check_nothing_sent("vals", "", "no server that can prove itself")

    def test_a_server_whose_starttls_was_cut_out_hears_no_more_than_our_name(self):
        self.check_nothing_sent("strip", "dane", "STARTTLS is not offered")
        self.assertEqual(self.lab.heard, [b"EHLO uit.zegelpost.example\r\n"])

    def test_no_is_never_and_later_is_later(self):
        self.assertEqual(self.hand_over("dane", "weg")["outcome"], "refused")
        self.assertEqual(self.hand_over("dane", "later")["outcome"], "later")

    def test_what_is_no_domain_or_address_is_not_asked_about(self):
        self.assertEqual(self.ask({"ask": "facts", "domain": "localhost"}), "")
        self.assertEqual(self.ask({"ask": "facts", "domain": "a b.proef"}), "")
        self.assertEqual(self.ask({"ask": "hand-over", "from": "a@b.proef", "to": "x@dane.proef> SIZE=1", "accept": ["dane"]},
                                  b"x"), "")

    def test_a_mail_that_asks_for_a_better_proof_than_the_server_has_is_not_sent(self):
        self.assertEqual(self.hand_over("dane", accept=["nta"])["outcome"], "unsafe")
        self.assertEqual(self.hand_over("nta", accept=["nta"])["outcome"], "delivered")
        self.assertEqual(self.ask({"ask": "hand-over", "from": "a@b.proef", "to": f"karin@dane.{TOP}", "accept": []}, b"x"), "")

    def test_its_log_names_nobody(self):
        self.hand_over("dane")
        self.assertNotIn(TOP, self.log.read_text())


if __name__ == "__main__":
    if os.getuid() != 0:
        print("skipped: Postfix starts as root only")
        sys.exit(77)
    unittest.main(verbosity=2)
