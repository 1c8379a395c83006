#!/usr/bin/python3
"""`zegelpost letter`: what it prints, what it refuses, and with which exit status."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ZEGELPOST, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SAMPLE = ROOT / "samples/letters/toegangscode.yaml"


class LetterCommand(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.output = pathlib.Path(self.folder.name) / "brief.pdf"

    def tearDown(self):
        self.folder.cleanup()

    def letter(self, *arguments):
        return subprocess.run([ZEGELPOST, "letter", *map(str, arguments)], capture_output=True, text=True, check=False)

    def render(self, name, data=SAMPLE, *options):
        return self.letter("render", name, "--data", data, "--output", self.output, *options)

    def test_lists_one_name_per_line(self):
        done = self.letter("list")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split("\n"), sorted(done.stdout.split("\n")[:-1]) + [""])
        self.assertIn("ontvangstbevestiging\n", done.stdout)

    def test_renders_the_same_bytes_twice(self):
        self.assertEqual(self.render("toegangscode", SAMPLE, "--date", "2026-11-23").returncode, 0)
        first = self.output.read_bytes()
        self.assertEqual(self.render("toegangscode", SAMPLE, "--date", "2026-11-23").returncode, 0)
        self.assertTrue(first.startswith(b"%PDF-1.7"))
        self.assertEqual(first, self.output.read_bytes())

    def test_names_what_is_missing_and_writes_nothing(self):
        data = pathlib.Path(self.folder.name) / "data.yaml"
        data.write_text("reference: ZP-1\ncolour: red\n")
        done = self.render("toegangscode", data)
        self.assertEqual(done.returncode, 1)
        for name in ("addressee", "access_code", "mailbox_url", "valid_until", "unknown: colour"):
            self.assertIn(name, done.stderr)
        self.assertFalse(self.output.exists())

    def test_wrong_use_is_status_2(self):
        self.assertEqual(self.letter().returncode, 2)
        self.assertEqual(self.letter("render", "toegangscode").returncode, 2)
        self.assertEqual(self.render("no-such-letter").returncode, 2)
        self.assertEqual(self.render("toegangscode", "/nonexistent.yaml").returncode, 2)
        self.assertEqual(self.letter("--help").returncode, 0)

    def test_a_wrong_date_and_an_unwritable_output_are_status_1(self):
        self.assertEqual(self.render("toegangscode", SAMPLE, "--date", "23-11-2026").returncode, 1)
        self.assertEqual(self.letter("render", "toegangscode", "--data", SAMPLE, "--output", "/nonexistent/x.pdf").returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
