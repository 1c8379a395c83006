"""Reads scenario.yaml and makes each file that it names."""
import hashlib
import subprocess
import tempfile
import pathlib

import numpy
import yaml

from . import camera, identity, mail, paper, pdf_signature

PAPER_DPI = 200
PHONE = (2268, 3024)      # width, height
ID_PHONE = (2016, 1512)


class Maker:
    def __init__(self, here, output, seed):
        self.here, self.output, self.seed = here, output, seed
        self.scenario = yaml.safe_load((here / "scenario.yaml").read_text())
        self.cast = self.scenario["cast"]
        self.signers = {}

    def files(self):
        return self.scenario["files"]

    def make(self, entry):
        path = self.output / entry["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._bytes(entry, path.suffix))

    def made(self, file):
        """The bytes of another file of the scenario, made if need be."""
        path = self.output / file
        if not path.exists():
            self.make(next(entry for entry in self.files() if entry["file"] == file))
        return path.read_bytes()

    def _bytes(self, entry, suffix):
        kind = entry["make"]
        return getattr(self, "_" + kind.replace("-", "_"))(entry, suffix)

    def _random(self, entry):
        digest = hashlib.sha256(f"{self.seed} {entry['file']}".encode()).digest()
        return numpy.random.default_rng(int.from_bytes(digest[:8], "big"))

    def _people(self, entry):
        return {role: self.cast[person] for role, person in entry.get("people", {}).items()}

    def _paper(self, entry):
        source = yaml.safe_load((self.here / "sources" / (entry["source"] + ".yaml")).read_text())
        return paper.Paper(source, self._people(entry), entry.get("signed_by"), f"{self.seed} {entry.get('moment', entry['file'])}")

    def _to_file(self, write, suffix):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / ("made" + suffix)
            write(path)
            return path.read_bytes()

    # How a file is made, by the entry's `make`.

    def _clean(self, entry, suffix):
        """A PDF straight from the word processor, a drawn signature on it if signed."""
        return self._to_file(self._paper(entry).pdf, suffix)

    def _blank(self, entry, suffix):
        """A form as it is handed out."""
        source = yaml.safe_load((self.here / "sources" / (entry["source"] + ".yaml")).read_text())
        return self._to_file(paper.Paper(source, {}, None, "", blank=True).pdf, suffix)

    def _digitally_signed(self, entry, suffix):
        signer = self._signer(self.cast[entry["signer"]]["name"])
        signed = signer.sign(self._clean(entry, suffix))
        if entry.get("tampered"):
            signed = signed.replace(b"D:20261120", b"D:20261119", 1)
        return signed

    def _trust_anchor(self, entry, _):
        return self._signer(self.cast[entry["signer"]]["name"]).anchor_pem()

    def _signer(self, name):
        if name not in self.signers:
            self.signers[name] = pdf_signature.Signer(name)
        return self.signers[name]

    def _scan(self, entry, suffix):
        random = self._random(entry)
        pages = [camera.scan(page, random) for page in self._paper(entry).pages(camera.SCAN_DPI)]
        if suffix == ".pdf":
            return self._to_file(lambda path: camera.scanned_pdf(path, pages, paper.MADE), suffix)
        return camera.jpeg(pages[0], dpi=camera.SCAN_DPI)

    def _phone(self, entry, _):
        page = self._paper(entry).pages(PAPER_DPI)[entry.get("page", 1) - 1]
        picture = camera.photograph(page, self._random(entry), PHONE, blurred=entry.get("blurred", False))
        return camera.jpeg(picture, orientation=entry.get("orientation", 1))

    def _identity_flat(self, entry, _):
        pixels = identity.image(entry["source"], self.cast[entry["holder"]], entry, dpi=camera.SCAN_DPI if entry["source"].endswith("both") else 300,
                                beside=self.cast.get(entry.get("beside")))
        return camera.jpeg(camera.scan(pixels, self._random(entry)) if entry["source"].endswith("both") else pixels, quality=90, dpi=300)

    def _identity_phone(self, entry, suffix):
        pixels = identity.image(entry["source"], self.cast[entry["holder"]], entry)
        picture = camera.photograph(pixels, self._random(entry), ID_PHONE, fill=.82, tilt=.035, blurred=entry.get("blurred", False))
        if suffix != ".heic":
            return camera.jpeg(picture, quality=88, orientation=entry.get("orientation", 1))
        with tempfile.TemporaryDirectory() as folder:
            source, made = pathlib.Path(folder) / "photo.jpg", pathlib.Path(folder) / "photo.heic"
            source.write_bytes(camera.jpeg(picture, quality=95))
            subprocess.run(["heif-enc", "-q", "55", str(source), "-o", str(made)], check=True, capture_output=True)
            return made.read_bytes()

    def _mail(self, entry, _):
        return mail.build(entry, self._people(entry), entry["text"], self.made)
