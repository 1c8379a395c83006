"""A seal with a time-stamp: what a real authority (openssl ts) signs ends up in the PDF, and readers say so."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

from authority import Authority, run

PRESS, ZEGELPOST, SAMPLES = map(pathlib.Path, sys.argv[1:4])


class TimeStamp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.home = pathlib.Path(cls.folder.name)
        cls.authority = Authority(cls.home)
        cls.data = cls.home / "data.json"
        cls.data.write_text(json.dumps(yaml.safe_load((SAMPLES / "portero-waarschuwing.yaml").read_text()), default=str))

    @classmethod
    def tearDownClass(cls):
        cls.authority.server.shutdown()
        cls.folder.cleanup()

    def press(self, name="letter.pdf"):
        pdf = self.home / name
        done = subprocess.run([PRESS, "portero-waarschuwing", self.data, pdf, "--time-stamp", self.authority.url, self.home / "seal.pem"], capture_output=True, text=True)
        return pdf, done

    def setUp(self):
        self.authority.answer = None

    def test_the_seal_is_whole_and_says_when_it_was_there_at_the_latest(self):
        pdf, done = self.press()
        self.assertEqual(done.returncode, 0, done.stderr)
        told = run("pdfsig", pdf, text=True).stdout
        self.assertIn("Signature is Valid", told)
        self.assertIn("Total document signed", told)
        anchors = self.home / "anchors.pem"
        anchors.write_bytes((self.home / "seal.pem").read_bytes() + (self.home / "tsa.pem").read_bytes())
        [signature] = json.loads(run(ZEGELPOST, "check", "--json", "--trust", anchors, pdf, text=True).stdout)["digital_signatures"]
        self.assertEqual((signature["integrity"], signature["coverage"], signature["chain"]), ("ok", "whole", "trusted"))
        self.assertTrue(signature["proven_time"])

    def test_openssl_finds_the_token_in_the_signature(self):
        pdf, _ = self.press()
        raw = pdf.read_bytes()
        start = raw.index(b"/Contents <", raw.index(b"/ETSI.CAdES.detached") - 30_000) + 11
        cms = bytes.fromhex(raw[start:raw.index(b">", start)].decode())
        (self.home / "cms").write_bytes(cms[: int.from_bytes(cms[2:4], "big") + 4])
        printed = run("openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", self.home / "cms", text=True).stdout
        self.assertIn("id-smime-aa-timeStampToken", printed)

    def test_a_time_stamp_for_something_else_is_refused(self):
        self.press()
        self.authority.answer = (self.home / "reply").read_bytes()  # of another letter
        _, done = self.press()
        self.assertEqual(done.returncode, 1)
        self.assertIn("not for this signature", done.stderr)

    def test_a_changed_time_stamp_and_rubbish_are_refused(self):
        self.authority.answer = b"rubbish"
        self.assertIn("no time-stamp", self.press()[1].stderr)
        self.authority.answer = b""
        self.assertEqual(self.press()[1].returncode, 1)

    def test_a_refusal_is_told(self):
        refusal = bytes.fromhex("30053003020102")  # PKIStatusInfo: rejection
        self.authority.answer = refusal
        self.assertEqual(self.press()[1].returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
