"""What PDF/A-2a and PDF/UA-1 ask of the structure of a letter, above all what veraPDF does not look at: that the structure tree, the
ParentTree and the marked content of the pages tell the same story (ISO 32000-1, 14.7.4)."""
import re

import pikepdf
from pikepdf import Array, Dictionary, Name

PAINTING = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh", "INLINE IMAGE"}
METADATA = ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "<dc:title>", "<pdfaExtension:schemas>"]
LONG_LETTER = 4  # pages
HIDDEN = 1 | 2 | 32  # invisible, hidden, no view


class Letter:
    def __init__(self, path):
        self.pdf = pikepdf.open(path)
        self.problems = []
        self.owners = {}   # (page, mcid) -> elements
        self.objects = {}  # annotation -> element
        self.headings = []  # (level, element)
        self.texts = {}    # (page, mcid) -> what it says
        self.parents = {}

    def complain(self, text):
        self.problems.append(text)

    def check(self):
        self.check_catalog()
        root = self.pdf.Root.get("/StructTreeRoot")
        if root is None:
            self.complain("no structure tree")
            return self.problems
        self.parents = number_tree(root.get("/ParentTree", Dictionary()))
        for kid in as_list(root.get("/K")):
            self.walk(kid, root)
        self.check_headings()
        seen = set()
        for number, page in enumerate(self.pdf.pages, 1):
            self.check_page(number, page, seen)
        for key in set(self.owners) - seen:
            self.complain(f"structure names content {key[1]} that no page has")
        self.check_outline()
        return self.problems

    def check_catalog(self):
        root = self.pdf.Root
        if str(root.get("/Lang", "")) != "nl-NL":
            self.complain("language")
        if root.get("/MarkInfo", {}).get("/Marked") is not True:
            self.complain("not marked as tagged")
        if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
            self.complain("title is not displayed")
        if not str(self.pdf.docinfo.get("/Title", "")):
            self.complain("no title")
        if "/Encrypt" in self.pdf.trailer or "/ID" not in self.pdf.trailer:
            self.complain("encrypted, or no ID")
        intents = [i for i in root.get("/OutputIntents", []) if i.get("/S") == Name.GTS_PDFA1 and "/DestOutputProfile" in i]
        if not intents:
            self.complain("no output intent")
        metadata = root.get("/Metadata")
        if metadata is None or "/Filter" in metadata:
            self.complain("metadata are absent or compressed")
            return
        text = metadata.read_bytes().decode("utf-8")
        for wanted in METADATA:
            if wanted not in text:
                self.complain(f"metadata lack {wanted}")

    def walk(self, element, parent):
        kind = str(element.S)
        if element.get("/P") is None or element.P.objgen != parent.objgen:
            self.complain(f"{kind} does not point at its parent")
        if re.fullmatch(r"/H[1-6]", kind):
            self.headings.append((int(kind[2]), element))
        self.check_element(element, kind)
        for kid in as_list(element.get("/K")):
            if isinstance(kid, int):
                self.own(element.get("/Pg"), kid, element)
            elif kid.get("/Type") == Name.MCR:
                self.own(kid.get("/Pg", element.get("/Pg")), int(kid.MCID), element)
            elif kid.get("/Type") == Name.OBJR:
                self.objects[kid.Obj.objgen] = element
            else:
                self.walk(kid, element)

    def own(self, page, mcid, element):
        if page is None:
            self.complain("content without a page")
            return
        self.owners.setdefault((page.objgen, mcid), []).append(element)

    def check_element(self, element, kind):
        kids = [str(k.S) for k in as_list(element.get("/K")) if not isinstance(k, int) and "/S" in k]
        if kind == "/Figure" and not str(element.get("/Alt", "")):
            self.complain("Figure without alternative text")
        if kind == "/TH" and (element.get("/A") or {}).get("/Scope") not in (Name.Row, Name.Column):
            self.complain("TH without Scope")
        if kind == "/L" and (set(kids) != {"/LI"} or (element.get("/A") or {}).get("/ListNumbering") is None):
            self.complain("list without items or numbering")
        if kind == "/LI" and kids != ["/Lbl", "/LBody"]:
            self.complain("list item without label and body")
        if kind == "/Table":
            rows = [r for g in as_list(element.get("/K")) for r in as_list(g.get("/K"))]
            if len({len(as_list(r.get("/K"))) for r in rows}) != 1:
                self.complain("rows of a table differ in length")

    def check_headings(self):
        levels = [level for level, _ in self.headings]
        if not levels or levels[0] != 1 or levels.count(1) != 1:
            self.complain(f"headings {levels}: one H1, at the start")
        if any(after - before > 1 for before, after in zip(levels, levels[1:])):
            self.complain(f"headings {levels} skip a level")

    def check_outline(self):
        """A long letter has its headings as bookmarks, each tied to its element and to the page where that begins."""
        outline = self.pdf.Root.get("/Outlines")
        items = [] if outline is None else list(bookmarks(outline, 1, self.complain))
        if len(self.pdf.pages) < LONG_LETTER:
            if outline is not None:
                self.complain("bookmarks in a short letter")
            return
        if [(level, item.get("/SE", Dictionary()).objgen) for level, item in items] != [(level, h.objgen) for level, h in self.headings]:
            self.complain("bookmarks are not the headings")
            return
        for (_, item), (_, heading) in zip(items, self.headings):
            page, said = self.said_by(heading)
            if str(item.get("/Title", "")) != said:
                self.complain(f"bookmark {item.get('/Title')} for the heading {said}")
            if item.Dest[0].objgen != page:
                self.complain(f"bookmark {said} leads to another page")

    def said_by(self, element):
        """The page where it begins, and its text."""
        contents = sorted(key for key, owners in self.owners.items() if owners[0].objgen == element.objgen)
        first = [element.Pg.objgen] if "/Pg" in element else [key[0] for key in contents]
        return first[0], "".join(self.texts.get(key, "") for key in contents)

    def check_page(self, number, page, seen):
        entry = self.parents.get(int(page.get("/StructParents", -1)))
        if entry is None:
            self.complain(f"page {number} is not in the ParentTree")
            entry = []
        depth, font, key = [], None, None
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            operands = instruction.operands
            if operator in ("BDC", "BMC"):
                if depth:
                    self.complain(f"page {number}: marked content within marked content")
                key = None
                properties = operands[1] if operator == "BDC" and isinstance(operands[1], Dictionary) else {}
                depth.append(operands[0])
                if "/MCID" in properties:
                    key = (page.objgen, int(properties["/MCID"]))
                    self.check_content(number, page, int(properties["/MCID"]), str(operands[0]), entry, seen)
                elif str(operands[0]) != "/Artifact":
                    self.complain(f"page {number}: {operands[0]} without MCID")
            elif operator == "EMC":
                depth.pop()
            elif operator in PAINTING and not depth:
                self.complain(f"page {number}: {operator} outside marked content")
            if operator == "Tf":
                font = page.Resources.Font[str(operands[0])]
            if operator in ("Tj", "TJ"):
                raw = self.check_codes(font, operands[0])
                self.texts[key] = self.texts.get(key, "") + raw.decode("utf-16-be").replace("\u00ad", "")
        self.check_annotations(number, page)

    def check_content(self, number, page, mcid, tag, entry, seen):
        key = (page.objgen, mcid)
        if key in seen:
            self.complain(f"page {number}: content {mcid} twice")
        seen.add(key)
        owners = self.owners.get(key, [])
        if len(owners) != 1:
            self.complain(f"page {number}: content {mcid} belongs to {len(owners)} elements")
        elif mcid >= len(entry) or entry[mcid].objgen != owners[0].objgen:
            self.complain(f"page {number}: ParentTree gives content {mcid} to another element")
        elif str(owners[0].S) != tag:
            self.complain(f"page {number}: content {mcid} is tagged {tag} but belongs to {owners[0].S}")

    def check_codes(self, font, shown):
        descendant = font.DescendantFonts[0]
        names = {str(font.BaseFont), str(descendant.BaseFont), str(descendant.FontDescriptor.FontName)}
        if len(names) != 1 or not re.match(r"/[A-Z]{6}\+", names.pop()):
            self.complain("font names differ or have no subset tag")
        if "/FontFile2" not in descendant.FontDescriptor:
            self.complain("font is not embedded")
        known = {int(code, 16) for code in re.findall(rb"<([0-9A-F]{4})> <[0-9A-F]{4}>\n", font.ToUnicode.read_bytes().split(b"endcodespacerange")[1])}
        glyphs = descendant.CIDToGIDMap.read_bytes()
        raw = b"".join(bytes(t) for t in ([shown] if not isinstance(shown, Array) else shown) if isinstance(t, pikepdf.String))
        for code in (int.from_bytes(raw[i:i + 2], "big") for i in range(0, len(raw), 2)):
            if code not in known:
                self.complain(f"code {code:04X} has no Unicode value")
            if not int.from_bytes(glyphs[2 * code:2 * code + 2], "big"):
                self.complain(f"code {code:04X} has no glyph")
        return raw

    def check_annotations(self, number, page):
        annotations = page.get("/Annots", [])
        if page.get("/Tabs") != Name.S:
            self.complain(f"page {number}: tab order")
        for annotation in annotations:
            owner = self.objects.get(annotation.objgen)
            entry = self.parents.get(int(annotation.get("/StructParent", -1)))
            if owner is None or entry is None or owner.objgen != entry.objgen:
                self.complain(f"page {number}: annotation is not tied to its element")
            flags = int(annotation.get("/F", 0))
            if not flags & 4 or flags & HIDDEN:
                self.complain(f"page {number}: annotation flags {flags}")
            if annotation.Subtype == Name.Link and not str(annotation.get("/Contents", "")):
                self.complain(f"page {number}: link without description")


def as_list(value):
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def bookmarks(parent, level, complain):
    """(level, item), in order."""
    count, before, item = 0, None, parent.get("/First")
    while item is not None:
        previous = item.get("/Prev")
        if item.Parent.objgen != parent.objgen or (previous is None) != (before is None) or (before is not None and previous.objgen != before.objgen):
            complain("a bookmark does not point at its neighbours")
        below = list(bookmarks(item, level + 1, complain))
        yield level, item
        yield from below
        count, before, item = count + 1 + len(below), item, item.get("/Next")
    if before is not None and parent.Last.objgen != before.objgen or count != int(parent.get("/Count", 0)):
        complain("bookmarks are not counted right")


def number_tree(node):
    out = {}
    pairs = list(node.get("/Nums", []))
    out.update({int(key): value for key, value in zip(pairs[::2], pairs[1::2])})
    for kid in node.get("/Kids", []):
        out.update(number_tree(kid))
    return out


def problems(path):
    return Letter(path).check()
