#!/usr/bin/python3
"""Every sample letter, plain and sealed, checked by other people's programs and by structure.py, which proves itself on broken copies."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata
import unittest

import pikepdf
import yaml
from pikepdf import Array, Dictionary, Name

import structure

PRESS, SAMPLES = sys.argv[1], pathlib.Path(sys.argv[2])
NAMES = ["Žižek", "Şahin", "Nguyễn Văn", "IJsbrandt", "Ÿpes ÿ", "d'Œuvre–Łódź", "Ĳsselstein"]


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


MONTHS = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"]


def dutch(date):
    year, month, day = str(date).split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def elements(pdf, kind):
    return [o for o in pdf.objects if isinstance(o, Dictionary) and o.get("/Type") == Name.StructElem and o.get("/S") == Name(kind)]


def first_font(pdf):
    fonts = pdf.pages[0].Resources.Font
    return fonts[sorted(fonts.keys())[0]]


def retag(pdf):
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(page.Contents.read_bytes().replace(b"/H1 <<", b"/P <<", 1))


def unmark(pdf):
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n0 0 9 9 re f\n")


def swap_parents(pdf):
    entry = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    entry[0] = entry[len(entry) - 1]


def break_to_unicode(pdf):
    font = first_font(pdf)
    font.ToUnicode = pdf.make_stream(re.sub(rb"<0065> <0065>\n", b"", font.ToUnicode.read_bytes()))


# Each takes one duty away; the check must notice every one of them.
BREAKAGES = {
    "language": lambda pdf: pdf.Root.__delitem__("/Lang"),
    "marked": lambda pdf: pdf.Root.__delitem__("/MarkInfo"),
    "displayed title": lambda pdf: pdf.Root.__delitem__("/ViewerPreferences"),
    "metadata": lambda pdf: pdf.Root.__delitem__("/Metadata"),
    "output intent": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "structure tree": lambda pdf: pdf.Root.__delitem__("/StructTreeRoot"),
    "one H1": lambda pdf: elements(pdf, "/H2")[0].__setitem__("/S", Name.H1),
    "no skipped level": lambda pdf: elements(pdf, "/H2")[0].__setitem__("/S", Name.H3),
    "scope": lambda pdf: elements(pdf, "/TH")[0].__delitem__("/A"),
    "cells in each row": lambda pdf: elements(pdf, "/TR")[1].K.__delitem__(1),
    "parent": lambda pdf: elements(pdf, "/H1")[0].__setitem__("/P", elements(pdf, "/P")[0]),
    "ParentTree": swap_parents,
    "page in ParentTree": lambda pdf: pdf.pages[0].__delitem__("/StructParents"),
    "content in tree": lambda pdf: elements(pdf, "/H1")[0].__setitem__("/K", Array([999])),
    "tag": retag,
    "marked content": unmark,
    "tab order": lambda pdf: pdf.pages[0].__delitem__("/Tabs"),
    "link description": lambda pdf: pdf.pages[0].Annots[0].__delitem__("/Contents"),
    "link element": lambda pdf: pdf.pages[0].Annots[0].__setitem__("/StructParent", 0),
    "link flags": lambda pdf: pdf.pages[0].Annots[0].__setitem__("/F", 6),
    "embedded font": lambda pdf: first_font(pdf).DescendantFonts[0].FontDescriptor.__delitem__("/FontFile2"),
    "ToUnicode": break_to_unicode,
    "glyphs": lambda pdf: first_font(pdf).DescendantFonts[0].__setitem__("/CIDToGIDMap", pdf.make_stream(b"\0\0")),
}


def rename(pdf):
    pdf.Root.Outlines.First.Title = pikepdf.String("Iets anders")


# The same for a long letter.
LONG_BREAKAGES = {
    "bookmarks": lambda pdf: pdf.Root.__delitem__("/Outlines"),
    "a bookmark for each heading": lambda pdf: pdf.Root.Outlines.First.First.__delitem__("/Next"),
    "level of a bookmark": lambda pdf: pdf.Root.Outlines.__setitem__("/First", pdf.Root.Outlines.First.First),
    "title of a bookmark": rename,
    "page of a bookmark": lambda pdf: pdf.Root.Outlines.First.First.Dest.__setitem__(0, pdf.pages[-1].obj),
    "element of a bookmark": lambda pdf: pdf.Root.Outlines.First.__setitem__("/SE", elements(pdf, "/P")[0]),
    "neighbours of a bookmark": lambda pdf: pdf.Root.Outlines.First.First.Next.__delitem__("/Prev"),
    "number of bookmarks": lambda pdf: pdf.Root.Outlines.__setitem__("/Count", 1),
}


class Letters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.home = pathlib.Path(cls.folder.name)
        cls.pdfs = {}
        for sample in sorted(SAMPLES.glob("*.yaml")):
            data = yaml.safe_load(sample.read_text())
            cls.pdfs[sample.stem] = cls.press(sample.stem, data, sample.stem)
            cls.press(sample.stem, data, sample.stem + "-signed", "--signed")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def press(cls, name, data, output, *options):
        source, pdf = cls.home / "data.json", cls.home / (output + ".pdf")
        source.write_text(json.dumps(data))
        done = run(PRESS, name, source, pdf, *options)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        return pdf

    def receipt_with(self, **fields):
        data = yaml.safe_load((SAMPLES / "ontvangstbevestiging.yaml").read_text())
        return self.press("ontvangstbevestiging", data | fields, "receipt-with")

    def text(self, pdf):
        return run("pdftotext", "-layout", pdf, "-").stdout

    def test_every_letter_has_a_sample(self):
        letters = {path.stem for path in (SAMPLES.parent.parent / "templates/letters").glob("*.md")}
        self.assertEqual(letters, set(self.pdfs))

    def test_letters_are_for_kinds_of_request_that_exist(self):
        root = SAMPLES.parent.parent
        kinds = {path.stem for path in (root / "intake/rules/requests").glob("*.yaml")}
        for path in (root / "templates/letters").glob("*.md"):
            front = yaml.safe_load(path.read_text().split("---\n")[1])
            self.assertLessEqual(set(front.get("for", [])), kinds, path.stem)

    def test_a_decision_says_how_to_object(self):
        for name, pdf in self.pdfs.items():
            front = yaml.safe_load((SAMPLES.parent.parent / f"templates/letters/{name}.md").read_text().split("---\n")[1])
            if "Dit is een besluit" in front["legal_effect"]:
                words = re.sub(r"\s+", " ", self.text(pdf))
                sample = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text())
                appeal = "appeal_before" in sample
                self.assertIn("Dan kunt u in beroep bij de rechtbank" if appeal else "Dan kunt u bezwaar maken", words, name)
                self.assertIn(dutch(sample["appeal_before" if appeal else "objection_before"]), words, name)

    def test_qpdf_and_the_structure_check_find_nothing(self):
        for pdf in sorted(self.home.glob("*.pdf")):
            with self.subTest(pdf.stem):
                checked = run("qpdf", "--check", pdf)
                self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
                self.assertEqual(structure.problems(pdf), [])

    def test_every_font_is_embedded_subset_and_has_unicode(self):
        for name, pdf in self.pdfs.items():
            fonts = run("pdffonts", pdf).stdout.splitlines()[2:]
            self.assertTrue(fonts, name)
            for font in fonts:
                self.assertRegex(font, r"^[A-Z]{6}\+.* yes yes yes ", name)

    def test_text_comes_back_exactly(self):
        written = [unicodedata.normalize(form, name) for form in ("NFC", "NFD") for name in NAMES]
        text = self.text(self.receipt_with(addressee="\n".join(NAMES), filled_in=[{"label": "Naam", "value": name} for name in written]))
        for name in NAMES:
            self.assertGreaterEqual(text.count(unicodedata.normalize("NFC", name)), 3, name)

    def test_letters_that_need_another_font_come_back_too(self):
        text = self.text(self.receipt_with(request_title="Ελένη, Жанна, ᾳ ẟ ‑ ✓"))
        self.assertIn("Ελένη, Жанна, ᾳ ẟ ‑ ✓", re.sub(r"\s+", " ", text))

    def test_divided_words_come_back_whole(self):
        words = "(de vertegenwoordigingsbevoegdheid), arbeidsongeschiktheidsverzekeringsmaatschappij, gezondheidszorginstellingen."
        data = yaml.safe_load((SAMPLES / "avg-rectificatie-toegekend.yaml").read_text())
        pdf = self.press("avg-rectificatie-toegekend", data | {"changed": [{"category": words, "before": "-", "after": "-"}]}, "divided")
        told = run("pdftotext", pdf, "-").stdout
        self.assertIn("\u00ad\n", told)
        self.assertIn(words, re.sub(r"\s+", " ", told.replace("\u00ad\n", "")))

    def test_right_to_left_script_is_refused_by_number(self):
        data = yaml.safe_load((SAMPLES / "toegangscode.yaml").read_text())
        source = self.home / "data.json"
        source.write_text(json.dumps(data | {"addressee": "\u05e9\u05dc\u05d5\u05dd"}))
        done = run(PRESS, "toegangscode", source, self.home / "refused.out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("U+05E9", done.stderr)

    def test_a_value_cannot_become_markup(self):
        wild = "**vet** [x](https://evil.example) # kop <b> &amp; `code` {{reference}} \\ |"
        pdf = self.receipt_with(filled_in=[{"label": wild, "value": wild}], request_title=wild)
        self.assertIn(wild, re.sub(r"\s+", " ", run("pdftotext", pdf, "-").stdout))
        with pikepdf.open(pdf) as letter:
            links = [str(a.A.URI) for page in letter.pages for a in page.get("/Annots", [])]
        self.assertFalse([uri for uri in links if "evil" in uri])
        self.assertEqual(structure.problems(pdf), [])

    def long_receipt(self):
        files = [{"name": f"scan {i}.pdf", "size": i * 1000, "sha256": f"{i:064x}"} for i in range(100)]
        return self.receipt_with(files=files, filled_in=[{"label": f"Vraag {i}", "value": "woord " * 150} for i in range(20)])

    def test_a_long_letter_keeps_its_structure_over_many_pages(self):
        pdf = self.long_receipt()
        with pikepdf.open(pdf) as letter:
            self.assertGreater(len(letter.pages), 5)
        self.assertEqual(structure.problems(pdf), [])
        text = self.text(pdf)
        self.assertIn("scan 99.pdf", text)
        self.assertRegex(text, r"Pagina 1 van (\d+)[\s\S]*Pagina \1 van \1")

    def test_pdfsig_finds_the_seal_whole_and_notices_one_byte(self):
        for name in self.pdfs:
            pdf = self.home / (name + "-signed.pdf")
            told = run("pdfsig", pdf).stdout
            self.assertIn("Signature is Valid", told, name)
            self.assertIn("Total document signed", told, name)
            self.assertIn("ETSI.CAdES.detached", told, name)
        data = bytearray(pdf.read_bytes())
        data[len(data) // 20] ^= 1
        broken = self.home / "flipped.bin"
        broken.write_bytes(data)
        self.assertNotIn("Signature is Valid", run("pdfsig", broken).stdout)

    def test_the_qr_code_holds_the_reference(self):
        prefix = self.home / "cover"
        run("pdftoppm", "-r", "150", "-png", "-singlefile", self.pdfs["voorblad"], prefix)
        found = run("zbarimg", "-q", "--raw", f"{prefix}.png").stdout.strip()
        self.assertEqual(found, yaml.safe_load((SAMPLES / "voorblad.yaml").read_text())["reference"])

    def test_the_structure_check_notices_each_breakage(self):
        for whole, breakages in ((self.pdfs["ontvangstbevestiging"], BREAKAGES), (self.long_receipt(), LONG_BREAKAGES)):
            for duty, breaking in breakages.items():
                with self.subTest(duty):
                    copy = self.home / "broken.bin"
                    with pikepdf.open(whole) as pdf:
                        breaking(pdf)
                        pdf.save(copy)
                    self.assertNotEqual(structure.problems(copy), [])

    def test_it_notices_a_picture_without_words_and_a_list_without_labels(self):
        for name, kind, key in (("voorblad", "/Figure", "/Alt"), ("toegangscode", "/L", "/A"), ("toegangscode", "/LI", "/K")):
            copy = self.home / "broken.bin"
            with pikepdf.open(self.pdfs[name]) as pdf:
                del elements(pdf, kind)[0][key]
                pdf.save(copy)
            self.assertNotEqual(structure.problems(copy), [], kind)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
