#!/usr/bin/python3
"""Documents that nobody would want, through a complete instance: each gets a finding, none stops a process, and the next is served."""
import io
import os
import re
import struct
import threading
import time
import unittest
import zlib

from PIL import Image

import tus
from instance import Instance
from portal import Sender
from staff import Staff
from supervised import Supervised

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE = "behandelen-verzoek"
FIELDS = {"requester_role": "self", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12",
          "email": "cornelia@post.example", "access_code": ""}


def pdf(*bodies):
    """Objects 1, 2, ... with a table that fits."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1) + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(out))


def stream(dictionary, content):
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(content), content)


def page(resources, contents):
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << %s >> /Contents %s >>" % (resources, contents)


CATALOG, PAGES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def endless_pdf(salt=b""):
    """Forms that draw forms: ten billion strokes on one page."""
    levels = 10
    forms = [stream(b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F %d 0 R >> >>" % (5 + level + 1), b"/F Do\n" * 10)
             for level in range(levels)]
    last = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]", b"0 0 m 500 800 l S\n" + salt)
    return pdf(CATALOG, PAGES, page(b"/XObject << /F 5 0 R >>", b"4 0 R"), stream(b"", b"/F Do\n"), *forms, last)


def inflating_pdf():
    """A hundred kilobytes that are a hundred megabytes of page."""
    return pdf(CATALOG, PAGES, page(b"", b"4 0 R"), stream(b"/Filter /FlateDecode", zlib.compress(b"0 0 m 1 1 l\n" * 9_000_000, 9)))


def image_bomb(side=60_000):
    """A PNG of a few hundred kilobytes that claims and holds 60,000 by 60,000 points."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    packer, row = zlib.compressobj(9), bytes(1 + side // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def picture():
    file = io.BytesIO()
    Image.effect_noise((300, 200), 40).convert("RGB").save(file, "PNG")
    return file.getvalue()


# File name as sent -> content. What happens to each is asked of the running instance.
DOCUMENTS = {
    "leeg.pdf": b"",
    "een-byte.pdf": b"x",
    "foto.pdf": picture(),  # another type than its name and its sender say
    "pagina.jpg": b"<html><script>alert(1)</script></html>",
    "half.pdf": (INSTANCE.samples / "avg/verzoek-scan.pdf").read_bytes()[:20_000] if (INSTANCE.samples / "avg/verzoek-scan.pdf").exists() else b"%PDF-1.7\n1 0 obj\n<<",
    "diep.pdf": b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF",
    "groeit.pdf": inflating_pdf(),
    "bom.png": image_bomb(),
    "../../etc/passwd": b"%PDF-1.7 x",
    "a\0b\u202efdp.exe": b"MZ\x90\0",
    "lang" * 75 + ".pdf": b"%PDF-1.7 y",
}


class HostileDocuments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervised = Supervised(INSTANCE, {"cells": "  cpu_seconds: 4\n"})
        deadline = time.monotonic() + 90
        while cls.supervised.log().count("all processes run") < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
        cls.clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        cls.clerk.log_in()
        cls.before = cls.pids()

    @classmethod
    def pids(cls):
        return {name: cls.supervised.running(name) for name in ("keymaker", "broker", "worker", "staff", "public", "mail")}

    def send(self, documents):
        """(findings on the portal by name, dossier page of staff), when everything was looked into."""
        sender = Sender(INSTANCE.portal)
        sender.begin("indicatiebesluit", FIELDS)
        for name, content in documents.items():
            address = tus.create(sender, name, "application/pdf", "client-identity", len(content))
            if content:
                self.assertEqual(tus.append(sender, address, 0, content), (204, len(content)))
        found, _ = sender.findings(240)
        _, receipt = sender.send()
        reference = re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text).group(0)
        dossier = self.find(reference)
        return found, self.clerk.wait_for_state(dossier, HANDLE, "Te beoordelen", "Compleet", seconds=240)

    def find(self, reference, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.clerk.find(reference)
            except LookupError:  # not filed yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def expect_still_standing(self):
        self.assertEqual(self.pids(), self.before, self.supervised.log()[-3000:])
        status, told = INSTANCE.zegelpost("balance")
        self.assertEqual(status, 0, told)
        self.assertRegex(told, r"dead letters \(need a person\) +0\n")
        found, _ = self.send({"gewoon.png": picture()})
        self.assertIn("gewoon.png", found)

    def test_each_gets_a_finding_and_the_dossier_goes_to_a_person(self):
        found, dossier = self.send(DOCUMENTS)
        self.assertEqual(len(found), len(DOCUMENTS))
        for name, one in found.items():
            self.assertFalse(set(name) & set("/\\\0\u202e"), name)
            self.assertLessEqual(len(name), 120)
            self.assertTrue(one["messages"] or one["checked"], f"{name}: the sender is told something: {one}")
        self.assertIn("image/png", dossier.text, "its type is what it is, not what it is called")
        self.assertNotIn("<script>alert", dossier.body.decode())
        self.expect_still_standing()

    def test_a_document_that_never_ends_is_cut_off_and_the_next_is_served(self):
        found, dossier = self.send({"eindeloos.pdf": endless_pdf()})
        self.assertTrue(found["eindeloos.pdf"]["messages"], found)
        self.assertIn("eindeloos.pdf", dossier.text)
        self.expect_still_standing()

    def test_a_cell_that_dies_is_a_finding_about_its_document(self):
        done = threading.Event()

        def reap():
            while not done.wait(0.3):
                for pid in self.supervised.cells():
                    try:
                        os.kill(pid, 9)
                    except ProcessLookupError:
                        pass
        killer = threading.Thread(target=reap)
        killer.start()
        try:
            found, dossier = self.send({"doodt.pdf": endless_pdf(b"% another")})
        finally:
            done.set()
            killer.join()
        self.assertTrue(found["doodt.pdf"]["messages"], found)
        self.assertIn("cell died", self.supervised.log())
        self.expect_still_standing()


if __name__ == "__main__":
    unittest.main(verbosity=2)
