#!/usr/bin/python3
"""Office documents as `zegelpost check` tells them with the real LibreOffice: pages, signatures on them, and nothing that gets out."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from waiting import eventually  # noqa: E402

PROGRAM = sys.argv.pop(1)
MAKE = pathlib.Path(__file__).resolve().parents[3] / "samples" / "make"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def docx(path, body, relations=""):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml",
                      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                      '<Override PartName="/word/document.xml" '
                      'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
        file.writestr("_rels/.rels", f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                                     'Target="word/document.xml"/></Relationships>')
        file.writestr("word/_rels/document.xml.rels", f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>')
        file.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>')


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def linked_picture(address):
    """A picture that is fetched when the document is drawn."""
    relation = f'<Relationship Id="p1" Type="{OFFICE}/image" Target="{address}" TargetMode="External"/>'
    body = (f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing"><wp:extent cx="900000" cy="900000"/>'
            f'<wp:docPr id="1" name="p"/><a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri="{DRAWING}/picture">'
            f'<pic:pic xmlns:pic="{DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
            '<pic:blipFill><a:blip r:link="p1"/></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm>'
            '<a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>')
    return body, relation


def marked(mark):
    """Programs that run with `mark` in their environment: those that this test started, and theirs."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_bytes().split(b"\0")[0].decode().rsplit("/")[-1])
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


class OfficeDocuments(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="zp-office.", dir="/tmp")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def check(self, name):
        done = subprocess.run([PROGRAM, "check", "--json", self.folder / name], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def test_a_letter_is_seen_page_by_page_and_still_left_to_a_person(self):
        docx(self.folder / "brief.docx", paragraph("Verzoek om inzage op grond van de AVG") + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' +
             paragraph("Handtekening"))
        found = self.check("brief.docx")
        self.assertEqual([page["number"] for page in found["pages"]], [1, 2])
        self.assertIn("office-document", found["hazards"])
        self.assertEqual(found["verdict"], "doubtful")
        self.assertEqual(found["kind"]["name"], "letter")

    def test_a_signature_that_was_pasted_in_is_found_on_its_page(self):
        subprocess.run([MAKE, self.folder, "--only", "avg/inzage-scan.jpg"], check=True, stdout=subprocess.DEVNULL)
        scan = (self.folder / "avg/inzage-scan.jpg").read_bytes().hex()
        (self.folder / "brief.rtf").write_text(r"{\rtf1\ansi\paperw11906\paperh16838\margl0\margr0\margt0\margb0 "
                                               r"{\pict\jpegblip\picwgoal11300\pichgoal15900 " + scan + "}}")
        (page,) = self.check("brief.rtf")["pages"]
        self.assertEqual(sum(one["confidence"] >= .5 for one in page["handwritten_signatures"]), 1)

    def test_a_sheet_and_a_presentation_are_seen(self):
        for name in ("lijst.ods", "dia.odp"):
            kind = {"lijst.ods": ("spreadsheet", '<office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell office:value-type="string">'
                                   '<text:p>Budget</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>'),
                    "dia.odp": ("presentation", '<office:presentation><draw:page draw:name="p"><draw:frame svg:width="9cm" svg:height="3cm"><draw:text-box>'
                                 '<text:p>Plan</text:p></draw:text-box></draw:frame></draw:page></office:presentation>')}[name]
            spaces = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in
                              (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"), ("svg", "svg-compatible")))
            with zipfile.ZipFile(self.folder / name, "w") as file:
                file.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind[0]}")
                file.writestr("content.xml", f'<office:document-content {spaces} office:version="1.2"><office:body>{kind[1]}</office:body></office:document-content>')
                file.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                              f'<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.{kind[0]}"/>'
                              '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
            self.assertEqual(len(self.check(name)["pages"]), 1, name)

    def test_a_document_that_calls_out_reaches_nobody(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            body, relation = linked_picture(f"http://127.0.0.1:{server.getsockname()[1]}/p.png")
            docx(self.folder / "brief.docx", paragraph("Verzoek") + body, relation)
            self.assertEqual(len(self.check("brief.docx")["pages"]), 1)
            with self.assertRaises(TimeoutError, msg="somebody called"):
                server.accept()

    def test_what_is_broken_is_left_to_a_person(self):
        docx(self.folder / "brief.docx", paragraph("Verzoek"))
        whole = (self.folder / "brief.docx").read_bytes()
        for name, content in {"half.docx": whole[:len(whole) // 2], "leeg.rtf": b"{\\rtf1", "dicht.rtf": b"{\\rtf1 " + b"{" * 100_000}.items():
            (self.folder / name).write_bytes(content)
            self.assertNotEqual(self.check(name)["verdict"], "usable", name)

    def test_no_process_stays_behind(self):
        docx(self.folder / "brief.docx", paragraph("Verzoek"))
        mark = f"ZP_OFFICE_TEST={self.folder}"
        with subprocess.Popen([PROGRAM, "check", self.folder / "brief.docx"], stdout=subprocess.DEVNULL,
                              env={**os.environ, "ZP_OFFICE_TEST": str(self.folder)}) as check:
            self.assertTrue(eventually(lambda: "zegelpost-office" in marked(mark)), "the look itself")
            self.assertEqual(check.wait(), 0)
        self.assertTrue(eventually(lambda: not marked(mark), 10), marked(mark))


if __name__ == "__main__":
    unittest.main()
