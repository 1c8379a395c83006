#!/usr/bin/env python3
"""What a scanner puts into a folder is filed once, whole, in the dossier that its cover sheet names."""
import io
import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

import yaml
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "worker"))
from instance import Instance, eventually  # noqa: E402

BINARIES = sys.argv.pop(1)
SAMPLES = pathlib.Path(__file__).parents[3] / "samples/letters"
DPI = 200


def scanned(pages):
    """As paper comes out of a scanner: a little askew and grey, one JPEG for each page."""
    chance, out = random.Random(7), io.BytesIO()
    images = []
    for page in pages:
        askew = page.convert("L").rotate(chance.uniform(-1.5, 1.5), fillcolor=250, resample=Image.Resampling.BICUBIC)
        images.append(askew.filter(ImageFilter.GaussianBlur(0.7)).point(lambda value: 12 + int(value * 0.93)))
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=DPI)
    return out.getvalue()


def page(text):
    image = Image.new("L", (DPI * 827 // 100, DPI * 1169 // 100), 255)
    for line in range(30):
        ImageDraw.Draw(image).text((200, 200 + 60 * line), f"{text} regel {line}", fill=0)
    return image


def blank():
    return Image.new("L", (DPI * 827 // 100, DPI * 1169 // 100), 255)


class ScannerTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES)
        self.addCleanup(self.zone.close)
        self.scans = self.zone.folder / "scans"
        self.scans.mkdir()
        self.config = self.zone.config.read_text()
        self.zone.config.write_text(f"{self.config}\nscanner:\n  folder: {self.scans}\n  settle_seconds: 1\n")

    def start(self):
        self.zone.start("keymaker", "broker", "worker", "mail")

    def print_letter(self, name, **fields):
        """One page, as `zegelpost letter render` prints it."""
        data = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text()) | fields
        (self.zone.folder / "data.yaml").write_text(yaml.safe_dump(data))
        pdf = self.zone.folder / "sheet.pdf"
        subprocess.run([f"{BINARIES}/zegelpost", "letter", "render", name, "--data", self.zone.folder / "data.yaml", "--output", pdf], check=True)
        subprocess.run(["pdftoppm", "-r", str(DPI), "-png", "-singlefile", pdf, pdf.with_suffix("")], check=True)
        with Image.open(pdf.with_suffix(".png")) as image:
            return image.convert("L")

    def drop(self, name, content):
        """As programs that copy files do: under another name first."""
        aside = self.scans / f".{name}"
        aside.write_bytes(content)
        aside.rename(self.scans / name)

    def emptied(self, seconds=60):
        return eventually(lambda: not [one for one in self.scans.iterdir() if not one.name.startswith(".")], seconds)

    def filed(self):
        """Documents by reference of their dossier."""
        return dict(self.zone.rows("SELECT d.reference, (SELECT count(*) FROM documents o WHERE o.dossier = d.id) FROM dossiers d"))

    def settled(self):
        """Nothing is on its way."""
        incoming = self.zone.zone / "data/incoming"
        return self.emptied() and eventually(lambda: not list((incoming / "new").iterdir()) and not list((incoming / "taken").iterdir()))

    def a_dossier(self):
        self.drop("eerste.pdf", scanned([page("eerste")]))
        self.assertTrue(self.settled(), self.zone.log("mail") + self.zone.log("worker"))
        (reference, documents), = self.filed().items()
        self.assertEqual(documents, 1)
        return reference

    def test_a_batch_is_split_at_the_sheets_that_the_program_prints(self):
        self.start()
        reference = self.a_dossier()
        cover = self.print_letter("voorblad", reference=reference)
        self.drop("een.pdf", scanned([cover, page("vooraf")]))
        self.assertTrue(self.settled())
        # The delivery has a reference of its own, and no dossier is called that.
        stray = self.zone.one("SELECT reference FROM submissions WHERE reference NOT IN (SELECT reference FROM dossiers)")
        unknown = self.print_letter("voorblad", reference=stray)
        separator = self.print_letter("scheidingsblad")
        batch = scanned([page("los"), cover, blank(), page("aanvulling een"), page("aanvulling twee"), separator, page("nieuw"), unknown, page("onbekend")])
        self.drop("stapel.pdf", batch)
        self.assertTrue(self.settled(), self.zone.log("worker"))
        filed = self.filed()
        self.assertEqual(filed.pop(reference), 3, self.zone.log("worker"))
        self.assertEqual(sorted(filed.values()), [1, 1, 1])
        roles = [role for role, in self.zone.rows("SELECT role FROM objects WHERE role IN ('scan', 'scan-sheet') ORDER BY role")]
        self.assertEqual(roles, ["scan"] + ["scan-sheet"] * 3, "each dossier has its own sheet; a batch is kept whole only when it was for one")
        keys = self.zone.rows("SELECT keys FROM objects WHERE role = 'original'")
        self.assertEqual(len(keys), len({key for key, in keys}), "erasing one dossier leaves nobody else's paper readable")
        self.assertIn("Balance: 0", self.zone.balance().stdout)

    def test_a_batch_for_one_dossier_is_kept_as_it_came(self):
        self.start()
        reference = self.a_dossier()
        batch = scanned([self.print_letter("voorblad", reference=reference), page("een"), page("twee")])
        self.drop("stapel.pdf", batch)
        self.assertTrue(self.settled())
        self.assertEqual(self.filed(), {reference: 2})
        (size,), = self.zone.rows("SELECT bytes FROM objects WHERE role = 'scan'")
        self.assertEqual(size, len(batch))

    def test_a_half_written_file_is_left_until_it_is_whole(self):
        self.start()
        content = scanned([page("langzaam")])
        with open(self.scans / "langzaam.pdf", "wb") as file:
            for start in range(0, len(content), len(content) // 6):
                file.write(content[start:start + len(content) // 6])
                file.flush()
                time.sleep(1.5)  # longer than settle_seconds: but the end of a PDF is not there yet
                self.assertEqual(self.filed() if start + len(content) // 6 < len(content) else {}, {})
        self.assertTrue(self.settled())
        self.assertEqual(list(self.filed().values()), [1])

    def test_one_defective_file_never_stops_the_folder(self):
        self.start()
        (self.scans / "map").mkdir()
        os.mkfifo(self.scans / "pijp.pdf")
        os.symlink("/etc/passwd", self.scans / "koppeling.pdf")
        self.drop("kapot.pdf", b"%PDF-1.7\n" + random.Random(1).randbytes(20_000) + b"\n%%EOF\n")
        self.drop("goed.pdf", scanned([page("goed")]))
        self.assertTrue(eventually(lambda: not list(self.scans.glob("*o*d.pdf")) and not list(self.scans.glob("kapot*"))), self.zone.log("mail"))
        self.assertTrue(eventually(lambda: sorted(self.filed().values()) == [1, 1]), self.zone.log("worker"))
        self.assertTrue((self.scans / "koppeling.pdf").is_symlink())

    def test_a_file_that_is_too_large_stays_and_is_told(self):
        self.zone.config.write_text(f"{self.config}\nscanner:\n  folder: {self.scans}\n  settle_seconds: 1\n  max_megabytes: 1\n")
        self.start()
        self.drop("groot.pdf", b"%PDF-1.7\n" + bytes(1_100_000) + b"\n%%EOF\n")
        self.drop("goed.pdf", scanned([page("goed")]))
        self.assertTrue(eventually(lambda: sorted(self.filed().values()) == [1]), self.zone.log("worker"))
        self.assertTrue((self.scans / "groot.pdf").exists())
        notes = self.zone.zone / "data/mailboxes/_scanner.json"
        self.assertTrue(eventually(lambda: "scanner.max_megabytes" in notes.read_text()))
        doctor = subprocess.run([f"{BINARIES}/zegelpost", "doctor", "--config", self.zone.config], capture_output=True, text=True)
        self.assertIn("1 file can't be taken", doctor.stdout + doctor.stderr)

    def test_door_and_worker_killed_again_and_again_lose_nothing_and_double_nothing(self):
        self.start()
        reference = self.a_dossier()
        cover = self.print_letter("voorblad", reference=reference)
        separator = self.print_letter("scheidingsblad")
        count, chance = 8, random.Random(3)
        for number in range(count):
            self.drop(f"stapel{number}.pdf", scanned([cover, page(f"bij {number}"), separator, page(f"nieuw {number}")]))
        for _ in range(10):
            time.sleep(chance.uniform(0.2, 1.2))
            victim = chance.choice(["mail", "worker"])
            self.zone.kill(victim)
            self.zone.start(victim)
        self.assertTrue(self.settled(), self.zone.log("mail") + self.zone.log("worker"))
        filed = self.filed()
        self.assertEqual(filed.pop(reference), 1 + count)
        self.assertEqual(sorted(filed.values()), [1] * count)
        self.assertIn("Balance: 0", self.zone.balance().stdout)

    def test_nothing_is_removed_before_the_tray_has_it(self):
        self.zone.start("broker", "worker", "mail")  # no keymaker: nothing can be sealed
        self.drop("wacht.pdf", scanned([page("wacht")]))
        time.sleep(4)
        self.assertTrue((self.scans / "wacht.pdf").exists())
        self.zone.start("keymaker")
        self.assertTrue(self.settled())
        self.assertEqual(list(self.filed().values()), [1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
