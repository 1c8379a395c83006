"""What the samples promise: right machine-readable zones, signatures that other tools accept, the same bytes for the same seed."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "samples"
FORMS = SAMPLES.parent / "intake" / "forms"
sys.path.insert(0, str(SAMPLES))

from maker import mrz, paper, scenario  # noqa: E402

ERIKSSON = {"surname": "Eriksson", "given_names": "Anna Maria", "birth_date": "1974-08-12", "sex": "F"}
DE_BRUIJN = {"surname": "De Bruijn", "given_names": "Willeke Liselotte", "birth_date": "1965-03-10", "sex": "F"}


class MachineReadableZone(unittest.TestCase):
    def test_equals_the_published_specimens(self):
        self.assertEqual(mrz.td3("UTO", ERIKSSON, "L898902C3", "2012-04-15", "ZE184226B"),
                         ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"])
        self.assertEqual(mrz.td1("UTO", ERIKSSON, "D23145890", "2012-04-15"),
                         ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"])
        self.assertEqual(mrz.td3("NLD", DE_BRUIJN, "SPECI2021", "2031-08-30")[1], "SPECI20212NLD6503101F3108309<<<<<<<<<<<<<<<0")
        self.assertEqual(mrz.td1("NLD", DE_BRUIJN, "SPECI2014", "2024-03-09", "999999990<<<<<8")[:2],
                         ["I<NLDSPECI20142999999990<<<<<8", "6503101F2403096NLD<<<<<<<<<<<8"])


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.output = pathlib.Path(cls.folder.name)
        cls.maker = scenario.Maker(SAMPLES, cls.output, 1)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def verify(self, file):
        """Does OpenSSL accept the signature over the byte range?"""
        pdf = self.maker.made(file)
        a, b, c, d = map(int, re.search(rb"/ByteRange \[ ?(\d+) (\d+) (\d+) (\d+)", pdf).groups())
        self.assertEqual(c + d, len(pdf))
        (self.output / "signed").write_bytes(pdf[a:a + b] + pdf[c:c + d])
        cms = bytes.fromhex(pdf[a + b + 1:c - 1].decode())
        (self.output / "cms").write_bytes(cms)
        self.maker.made("avg/anker.pem")
        return subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", self.output / "cms", "-content", self.output / "signed",
                               "-CAfile", self.output / "avg/anker.pem", "-purpose", "any", "-out", "/dev/null"], capture_output=True).returncode == 0

    def test_openssl_accepts_the_signed_pdf_and_refuses_the_altered_one(self):
        self.assertTrue(self.verify("avg/inzage-digitaal-ondertekend.pdf"))
        self.assertFalse(self.verify("avg/inzage-digitaal-veranderd.pdf"))

    def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(self):
        for file in ["avg/inzage-scan.jpg", "wlz/aanvulling.pdf", "avg/inzage-digitaal-ondertekend.pdf", "mail/afwezig.eml"]:
            entry = next(entry for entry in self.maker.files() if entry["file"] == file)
            again = scenario.Maker(SAMPLES, self.output / "again", 1).made(file)
            self.assertEqual(self.maker.made(file), again, file)
            if entry["make"] in ("scan", "clean"):
                self.assertNotEqual(again, scenario.Maker(SAMPLES, self.output / "other", 2).made(file), file)

    def test_the_known_forms_are_those_that_are_handed_out(self):
        for entry in self.maker.files():
            if entry["make"] != "blank":
                continue
            known = FORMS / pathlib.Path(entry["file"]).name
            self.assertEqual(self.maker.made(entry["file"]), known.read_bytes(), f"{known.name} is out of date: copy it from what samples/make makes")
            form = yaml.safe_load(known.with_suffix(".yaml").read_text())
            source = yaml.safe_load((SAMPLES / "sources" / f"{entry['source']}.yaml").read_text())
            drawn = paper.Paper(source, {}, None, "", blank=True)
            drawn.pdf(self.output / "drawn.pdf")
            fields = [(page, round(x / 210, 4), round(y / 297, 4), round(w / 210, 4), round(h / 297, 4)) for page, _, x, y, w, h in drawn.signature_fields]
            self.assertEqual([(f["page"], *f["box"]) for f in form["fields"]], fields, known.name)

    def test_every_file_of_the_story_is_made_by_the_scenario(self):
        files = {entry["file"] for entry in self.maker.files()}
        self.assertEqual(len(files), len(self.maker.files()))
        for act in self.maker.scenario["story"].values():
            for file in [*act.get("sends", {}).values(), *act.get("sends_later", {}).values(), act.get("sends_mail"), act.get("sends_blurred")]:
                self.assertIn(file, files | {None})


if __name__ == "__main__":
    unittest.main()
