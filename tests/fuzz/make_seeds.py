#!/usr/bin/python3
"""Makes the seeds of the fuzz targets anew (tests/fuzz/seeds): small inputs that reach far into each parser."""
import base64
import gzip
import io
import json
import pathlib
import struct
import subprocess
import tarfile
import tempfile
import zipfile

import pikepdf
from PIL import Image

SEEDS = pathlib.Path(__file__).parent / "seeds"


def write(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def saved(document, **options):
    into = io.BytesIO()
    document.save(into, **options)
    return into.getvalue()


def blank():
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    return document


def active():
    document = blank()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.Root.AA = pikepdf.Dictionary(WC=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="x.exe"))
    document.attachments["brief.txt"] = pikepdf.AttachedFileSpec(document, b"Geachte heer", filename="brief.txt")
    return document


def form():
    document = blank()
    field = document.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="Handtekening", Rect=[10, 10, 90, 40]))
    document.pages[0].Annots = pikepdf.Array([field])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3, XFA=document.make_stream(b"<xdp/>"))
    return document


def signed():
    """A signature of zeros, an update behind it."""
    document = form()
    document.Root.AcroForm.Fields[0].V = document.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Sig, SubFilter=pikepdf.Name("/adbe.pkcs7.detached"), M="D:20261122101500+01'00'",
        ByteRange=[0, 1111111111, 2222222222, 3333333333], Contents=b"\0" * 1500))
    document.Root.DSS = pikepdf.Dictionary(Certs=[document.make_stream(b"0\x03\x02\x01\x00")])
    data = saved(document)
    start = data.index(b"<0000")
    end = data.index(b">", start) + 1
    for mark, value in ((b"1111111111", start), (b"2222222222", end), (b"3333333333", len(data) - end)):
        data = data.replace(mark, str(value).encode().ljust(10))
    return data


def pdfs():
    write("pdf", "blank.pdf", saved(blank()))
    write("pdf", "streams.pdf", saved(blank(), object_stream_mode=pikepdf.ObjectStreamMode.generate))
    write("pdf", "active.pdf", saved(active()))
    write("pdf", "form.pdf", saved(form()))
    write("pdf", "owner-password.pdf", saved(blank(), encryption=pikepdf.Encryption(owner="o", user="")))
    write("pdf", "user-password.pdf", saved(form(), encryption=pikepdf.Encryption(owner="o", user="u")))
    data = signed()
    write("pdf", "signed.pdf", data)
    previous = data[data.rindex(b"startxref") + 10:].split()[0].decode()
    write("pdf", "updated.pdf", data + f"1 0 obj\n<</Type/Catalog>>\nendobj\nxref\n1 1\n{len(data):010} 00000 n \n"
          f"trailer\n<</Size 20/Root 1 0 R/Prev {previous}>>\nstartxref\n{len(data) + 40}\n%%EOF\n".encode())
    write("pdf", "loop.pdf", "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
          "trailer<</Root 1 0 R>>")


def messages():
    with tempfile.TemporaryDirectory() as folder:
        def openssl(command):
            subprocess.run("openssl " + command, shell=True, check=True, cwd=folder, capture_output=True)

        def result(name):
            return pathlib.Path(folder, name).read_bytes()

        pathlib.Path(folder, "content").write_text("Ik vraag inzage.")
        pathlib.Path(folder, "ca.cnf").write_text("[ca]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n")
        pathlib.Path(folder, "index").write_text("")
        pathlib.Path(folder, "number").write_text("01\n")
        openssl("req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=Voorbeeld -keyout key.pem -out cert.pem "
                "-addext extendedKeyUsage=critical,timeStamping")
        openssl("cms -sign -cades -binary -in content -signer cert.pem -inkey key.pem -outform DER -out cms.der")
        write("signed_message", "cades.der", result("cms.der"))
        openssl("cms -sign -binary -nodetach -noattr -in content -signer cert.pem -inkey key.pem -outform DER -out cms.der")
        write("signed_message", "with-content.der", result("cms.der"))
        openssl("ca -gencrl -config ca.cnf -name ca -cert cert.pem -keyfile key.pem -out crl.pem")
        openssl("crl -in crl.pem -outform DER -out crl.der")
        write("signed_message", "list.der", result("crl.der"))
        openssl("ocsp -index index -rsigner cert.pem -rkey key.pem -CA cert.pem -issuer cert.pem -serial 1 -respout ocsp.der -noverify")
        write("signed_message", "ocsp.der", result("ocsp.der"))


def tnefs():
    def attribute(level, number, data):
        return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    def name(text):
        data = text.encode("utf-16le") + b"\0\0"
        return struct.pack("<HHII", 0x1F, 0x3707, 1, len(data)) + data + b"\0" * (-len(data) % 4)

    head = struct.pack("<IH", 0x223E9F78, 1)
    one = attribute(2, 0x00069002, b"\0" * 14) + attribute(2, 0x00018010, b"BRIEF.TXT\0") + attribute(2, 0x0006800F, b"Geachte heer")
    properties = attribute(2, 0x00069005, struct.pack("<I", 1) + name("Brief van Söl.txt"))
    write("tnef", "one-file.dat", head + one)
    write("tnef", "long-name.dat", head + one + properties)
    rtf = packed_rtf(HTML_IN_RTF)
    body = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(rtf)) + rtf + b"\0" * (-len(rtf) % 4)
    write("tnef", "rtf.dat", head + attribute(1, 0x00069007, struct.pack("<II", 1251, 0)) + attribute(1, 0x00069003, body)
          + attribute(2, 0x00069002, b"\0" * 14) + attribute(2, 0x00018010, "ПИСЬМО.TXT\0".encode("cp1251")) + attribute(2, 0x0006800F, b"Dag"))
    write("tnef", "cut.dat", (head + one + properties)[:-9])
    return head + one + properties


def mails(winmail):
    def mail(rest, fields="From: A <a@example.org>\r\nMIME-Version: 1.0\r\n"):
        return (fields + rest).replace("\r\n", "\n").replace("\n", "\r\n")

    parts = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nDag\n--b\n"
    write("mail", "plain.eml", mail("Subject: =?utf-8?q?Aanvraag_=E2=82=AC?=\n\nDag\n"))
    write("mail", "attachment.eml", mail(parts + "Content-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%E2%82%AC.pdf\n"
                                         "Content-Transfer-Encoding: base64\n\nJVBERi0=\n--b--\n"))
    write("mail", "no-end.eml", mail(parts + "Content-Type: image/png\n\nPNG"))
    write("mail", "nested.eml", mail(parts + "Content-Type: message/rfc822\n\nSubject: binnen\n\nDag\n--b--\n"))
    write("mail", "winmail.eml", mail(parts + "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
                                      + base64.encodebytes(winmail).decode() + "--b--\n"))
    write("mail", "uuencode.eml", mail("\nbegin 644 brief.txt\n#0V%T\n`\nend\n"))
    write("mail", "bounce.eml", mail("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
                                     "Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n--b--\n", "From: <>\n"))
    write("mail", "html.eml", mail("Content-Type: text/html; charset=windows-1252\n\n<html><script>1</script><p>Dag \u20ac"))
    write("mail", "mbox.eml", "From a Mon Jan  1 00:00:00 2026\nFrom: a\nFrom: b\n\n")


def pictures():
    image = Image.radial_gradient("L").resize((24, 16)).convert("RGB")
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"):
        into = io.BytesIO()
        image.save(into, kind)
        write("picture", "small." + kind.lower(), into.getvalue())
    into = io.BytesIO()
    image.save(into, "TIFF", save_all=True, append_images=[image.rotate(90)], compression="group4" if image.mode == "1" else "tiff_lzw")
    write("picture", "pages.tiff", into.getvalue())


NOTHING, END = 0xFFFFFFFF, 0xFFFFFFFE


def compound_file(tree):
    """An OLE compound file (MS-CFB) with these storages (dict) and streams (bytes); siblings are a list, not a balanced tree."""
    entries, mini, mini_next, sectors, following = [], b"", [], [], []

    def put(content):
        first = len(sectors)
        for at in range(0, len(content), 512):
            sectors.append(content[at:at + 512].ljust(512, b"\0"))
            following.append(len(sectors))
        following[-1] = END
        return first

    def put_small(content):
        nonlocal mini
        first = len(mini) // 64
        count = -(-len(content) // 64)
        mini += content.ljust(64 * count, b"\0")
        mini_next.extend([*range(first + 1, first + count), END])
        return first

    def add(name, content, kind):
        number = len(entries)
        entries.append(None)
        child, start, size = NOTHING, 0, 0
        if isinstance(content, dict):
            for inner_name, inner in content.items():
                inner_number = add(inner_name, inner, 1 if isinstance(inner, dict) else 2)
                entries[inner_number][2], child = child, inner_number
        else:
            start, size = (put(content) if len(content) >= 4096 else put_small(content)), len(content)
        entries[number] = [name, kind, NOTHING, child, start, size]
        return number

    add("Root Entry", tree, 5)
    entries[0][4:] = put(mini), len(mini)
    mini_table = put(struct.pack(f"<{len(mini_next)}I", *mini_next))
    directory = b""
    for name, kind, right, child, start, size in entries:
        wide = (name + "\0").encode("utf-16-le")
        directory += wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, NOTHING, right, child) + bytes(36) + struct.pack("<IQ", start, size)
    first = put(directory)
    table = struct.pack(f"<{len(following) + 1}I", *following, 0xFFFFFFFD).ljust(512, b"\xff")
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIIII", 0, 1, first, 0, 4096, mini_table, 1, END, 0, len(sectors)) + b"\xff" * (4 * 108)
    return head[:512].ljust(512, b"\xff") + b"".join(sectors) + table


def outlook():
    wide = "utf-16-le"

    def mail(subject, body, attachments=()):
        tree = {"__properties_version1.0": bytes(32), "__substg1.0_0037001F": subject.encode(wide), "__substg1.0_1000001F": body.encode(wide),
                "__substg1.0_0C1A001F": "René Voorbeeld".encode(wide)}
        return tree | {f"__attach_version1.0_#{number:08X}": one for number, one in enumerate(attachments)}

    small = {"__substg1.0_37010102": b"Geachte heer", "__substg1.0_3707001F": "brief €.txt".encode(wide)}
    large = {"__substg1.0_37010102": b"%PDF-1.7\n" + b"x" * 6000, "__substg1.0_3704001E": b"groot.pdf"}
    inside = {"__substg1.0_3701000D": mail("Binnen", "Hierin ook iets", [small])}
    return compound_file(mail("Verzoek om inzage", "Geachte heer,\nbijgaand.", [small, large, inside]))


def packed_rtf(text):
    """PidTagRtfCompressed (MS-OXRTFCP) without repetitions."""
    out = b""
    for at in range(0, len(text), 8):
        out += b"\0" + text[at:at + 8]
    return struct.pack("<IIII", len(out) + 12, len(text), 0x75465A4C, 0) + out


HTML_IN_RTF = (rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Geachte heer \'cf, \u8364?5"
               rb"{\*\htmltag116 <br>}\htmlrtf \line \htmlrtf0 bijgaand\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}}")


def old_outlook():
    """Strings of eight bits, code pages, bodies of RTF alone, a mail inside that names no code page, an object that is no mail."""
    def fixed(head, *numbers):
        return bytes(head) + b"".join(struct.pack("<IIII", tag, 6, value, 0) for tag, value in numbers)

    inside = {"__properties_version1.0": fixed(24), "__substg1.0_0037001E": "Втора".encode("cp1251"),
              "__substg1.0_10090102": packed_rtf(rb"{\rtf1\ansi\ansicpg1252 Met groet,\par Ren\'e9}")}
    file = {"__substg1.0_37010102": b"Dag", "__substg1.0_3707001E": "письмо.txt".encode("cp1251")}
    tree = {"__properties_version1.0": fixed(32, (0x3FFD0003, 1251), (0x3FDE0003, 65001)), "__substg1.0_0C1A001E": "Анна".encode("cp1251"),
            "__substg1.0_0037001E": "Заявка".encode("cp1251"), "__substg1.0_10090102": packed_rtf(HTML_IN_RTF)}
    attachments = [file, {"__substg1.0_3701000D": inside}, {"__substg1.0_3701000D": {"CONTENTS": b"?"}}]
    return compound_file(tree | {f"__attach_version1.0_#{number:08X}": one for number, one in enumerate(attachments)})


def html_outlook():
    tree = {"__properties_version1.0": bytes(32) + struct.pack("<IIII", 0x3FDE0003, 6, 65001, 0), "__substg1.0_0037001E": "Überblick €".encode(),
            "__substg1.0_10130102": "<p>Ruud Müller".encode()}
    return compound_file(tree)


def packed():
    def archive(files, kind=zipfile.ZIP_DEFLATED):
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w", kind) as file:
            for name, content in files.items():
                file.writestr(zipfile.ZipInfo(name), content, kind)
        return into.getvalue()

    word = "<!DOCTYPE w [<!ENTITY a 'b'>]><w:document xmlns:w='w'><w:p><w:t>Geachte heer &a;</w:t></w:p></w:document>"
    letter = archive({"[Content_Types].xml": "<Types/>", "word/document.xml": word, "word/media/scan.png": b"\x89PNG"})
    write("packed", "letter.docx", letter)
    write("packed", "letter.odt", archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<d><p>Dag</p></d>"}, zipfile.ZIP_STORED))
    write("packed", "nested.zip", archive({"map/brief.docx": letter, "../leeg": b""}))
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as file:
        entry = tarfile.TarInfo("brief.txt")
        entry.size = 3
        file.addfile(entry, io.BytesIO(b"Dag"))
    write("packed", "letter.tar", into.getvalue())
    write("packed", "letter.msg", outlook())
    write("packed", "rtf.msg", old_outlook())
    write("packed", "html.msg", html_outlook())
    write("packed", "letter.gz", gzip.compress(b"Geachte heer", mtime=0))


def rest():
    page = {"number": 1, "blank": False, "handwritten_signatures": [{"box": [0.1, 0.2, 0.3, 0.1], "confidence": 0.9}], "text": "Dag"}
    whole = {"sha256": "00" * 32, "type": "application/pdf", "verdict": "usable", "kind": {"name": "form", "confidence": 0.5},
             "pages": [page], "digital_signatures": [{"format": "adbe.pkcs7.detached", "integrity": "ok", "weaknesses": ["SHA1"]}],
             "identity_document": {"document_type": "passport", "mrz": {"lines": ["P<UTO"], "checks_ok": True}, "bsn_boxes": [[0, 0, 1, 1]]},
             "hazards": ["javascript"], "attachments": [], "messages": []}
    write("findings", "whole.json", json.dumps(whole))
    write("findings", "nested.json", json.dumps({**whole, "attachments": [whole]}))
    write("findings", "wrong.json", '{"pages":7,"kind":[]}')
    for name, content in {"page.html": "<!DOCTYPE html><p>Dag<br>&euro;&#x41;<script>", "begin.txt": "begin 644 a\n#0V%T\n`\nend\n",
                          "name.txt": "../\u202eexe.fdp", "letter.txt": "BESCHIKKING\nDe kantonrechter stelt een mentorschap in",
                          "archive.zip": b"PK\x03\x04word/document.xml", "picture.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"}.items():
        write("sniffed", name, content)


if __name__ == "__main__":
    pdfs()
    messages()
    mails(tnefs())
    pictures()
    packed()
    rest()
