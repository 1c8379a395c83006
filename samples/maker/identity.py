"""Specimen identity documents: of the imaginary state Utopia (UTO), and a plain imitation of the Dutch layout, marked SPECIMEN.

Not for passing as real: no security features, a drawn face, and numbers that nobody has.
"""
import math
import random

import cairo
import cv2
import numpy

from . import mrz
from .ink import Hand
from .paper import HEIGHT, SANS, WIDTH, pixels

CARD = (85.6, 54.0)       # ID-1, mm
DATA_PAGE = (125.0, 88.0)  # ID-3, mm
DPI = 400


class Look:
    def __init__(self, state, title, colour, labels):
        self.state, self.title, self.colour, self.labels = state, title, colour, labels


UTOPIA = Look("UTO", "UTOPIA", (.55, .7, .62), {
    "surname": "Surname / Nom", "given_names": "Given names / Prénoms", "nationality": "Nationality / Nationalité",
    "birth": "Date of birth / Date de naissance", "sex": "Sex / Sexe", "expiry": "Date of expiry / Date d'expiration",
    "number": "Document No. / No. du document", "personal": "Personal No. / No. personnel"})
DUTCH = Look("NLD", "KONINKRIJK DER NEDERLANDEN", (.72, .6, .66), {
    "surname": "Naam / Surname", "given_names": "Voornamen / Given names", "nationality": "Nationaliteit / Nationality",
    "birth": "Geboortedatum / Date of birth", "sex": "Geslacht / Sex", "expiry": "Geldig tot / Date of expiry",
    "number": "Documentnummer / Document No.", "personal": "Burgerservicenummer / Personal No."})
LOOKS = {"uto": UTOPIA, "nl": DUTCH}
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def printed_date(iso):
    return f"{iso[8:10]} {MONTHS[int(iso[5:7]) - 1]} {iso[0:4]}"


def pen(ctx, size, bold=False, font=SANS, rgb=(.1, .1, .12)):
    ctx.set_source_rgb(*rgb)
    ctx.select_font_face(font, cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD if bold else cairo.FONT_WEIGHT_NORMAL)
    ctx.set_font_size(size)


def write(ctx, x, y, text, size, bold=False, rgb=(.1, .1, .12)):
    pen(ctx, size, bold, rgb=rgb)
    ctx.move_to(x, y)
    ctx.show_text(text)


def background(ctx, size, look, seed):
    """A rounded card with wavy lines; what is drawn later stays inside."""
    width, height = size
    corner = 3
    ctx.new_sub_path()
    for i, (x, y) in enumerate([(width - corner, corner), (width - corner, height - corner), (corner, height - corner), (corner, corner)]):
        ctx.arc(x, y, corner, (i - 1) * math.pi / 2, i * math.pi / 2)
    ctx.close_path()
    ctx.clip()
    ctx.set_source_rgb(*(.7 + .3 * c for c in look.colour))
    ctx.paint()
    style = random.Random(f"background {seed}")
    for k in range(26):
        ctx.set_source_rgba(*look.colour, .35)
        ctx.set_line_width(.12)
        phase, lift = style.uniform(0, 6), height * k / 25
        for i in range(121):
            x = width * i / 120
            y = lift + 1.8 * math.sin(x / 7 + phase) + .9 * math.sin(x / 2.7 + 2 * phase)
            (ctx.line_to if i else ctx.move_to)(x, y)
        ctx.stroke()


def face(ctx, x, y, width, height, name):
    """A drawn face: nobody's."""
    style = random.Random(f"face {name}")
    skin = style.choice([(.93, .78, .66), (.8, .6, .46), (.62, .43, .31), (.96, .84, .75)])
    hair = style.choice([(.2, .14, .1), (.42, .28, .16), (.62, .6, .58), (.1, .09, .09)])
    shirt = style.choice([(.25, .33, .5), (.5, .22, .26), (.24, .4, .33)])
    ctx.save()
    ctx.rectangle(x, y, width, height)
    ctx.clip()
    ctx.set_source_rgb(.82, .85, .87)
    ctx.paint()
    ctx.translate(x + width / 2, y + height * .47)
    ctx.scale(width / 2, width / 2)

    def blob(cx, cy, rx, ry, rgb):
        ctx.save()
        ctx.translate(cx, cy)
        ctx.scale(rx, ry)
        ctx.arc(0, 0, 1, 0, 2 * math.pi)
        ctx.restore()
        ctx.set_source_rgb(*rgb)
        ctx.fill()

    darker = tuple(c * .82 for c in skin)
    long_hair = style.random() < .5
    blob(0, -.12, .58, .78 if not long_hair else .72, hair)
    if long_hair:
        blob(0, .3, .62, .75, hair)
    blob(0, 1.5, .95, .75, shirt)
    ctx.rectangle(-.17, .4, .34, .5)
    ctx.set_source_rgb(*darker)
    ctx.fill()
    blob(0, .02, .46, .62, skin)
    blob(0, -.5, .44, .2, hair)
    for side in (-1, 1):
        blob(side * .19, -.07, .105, .06, (.97, .97, .96))
        blob(side * .19, -.07, .05, .055, (.15, .12, .1))
        blob(side * .19, -.2, .13, .03, tuple(c * .8 for c in hair))
        blob(side * .48, .03, .06, .12, darker)
    blob(0, .13, .055, .11, darker)
    blob(0, .34, .16, .045, (.68, .34, .33))
    blob(0, .325, .15, .012, (.45, .2, .2))
    ctx.restore()
    ctx.set_source_rgb(.35, .35, .38)
    ctx.set_line_width(.15)
    ctx.rectangle(x, y, width, height)
    ctx.stroke()


def specimen(ctx, size):
    """The word across, so that nobody can mistake it."""
    width, height = size
    ctx.save()
    ctx.translate(width * .55, height * .4)
    ctx.rotate(-math.atan2(height, width) * .6)
    pen(ctx, height * .17, bold=True)
    ctx.set_source_rgba(.75, .1, .15, .28)
    ctx.move_to(-ctx.text_extents("SPECIMEN").x_advance / 2, height * .06)
    ctx.show_text("SPECIMEN")
    ctx.restore()


def zone(ctx, x, y, lines, typeface=None, pitch=2.54, lead=4.23):
    """Ten characters to the inch, OCR-B unless the document is a mock-up in another typeface."""
    pen(ctx, 1, font=typeface or "OCR B", rgb=(.05, .05, .06))
    ctx.set_font_size(pitch / ctx.text_extents("0").x_advance)
    for i, line in enumerate(lines):
        for j, letter in enumerate(line):
            ctx.move_to(x + j * pitch, y + i * lead)
            ctx.show_text(letter)


def fields(ctx, x, y, rows, step, label_size=1.7, value_size=2.7):
    for label, value in rows:
        write(ctx, x, y, label, label_size, rgb=(.3, .33, .36))
        write(ctx, x, y + value_size + .3, value, value_size, bold=True)
        y += step


def passport(ctx, look, holder, document):
    background(ctx, DATA_PAGE, look, holder["name"])
    write(ctx, 6, 7.5, look.title, 3.4, bold=True, rgb=(.2, .25, .3))
    write(ctx, 74, 7.5, "PASPOORT / PASSPORT" if look is DUTCH else "PASSPORT / PASSEPORT", 3.2, rgb=(.2, .25, .3))
    face(ctx, 6, 14, 33, 43, holder["name"])
    labels = look.labels
    rows = [(labels["surname"], holder["surname"].upper()), (labels["given_names"], holder["given_names"].upper()),
            (labels["nationality"], "NEDERLANDSE / DUTCH" if look is DUTCH else "UTOPIAN"),
            (labels["birth"], printed_date(holder["birth_date"])), (labels["expiry"], printed_date(document["expiry"]))]
    if document.get("bsn"):
        rows.append((labels["personal"], document["bsn"]))
    fields(ctx, 45, 15, rows, 7.6)
    fields(ctx, 95, 37.8, [(labels["sex"], holder["sex"])], 7)
    fields(ctx, 88, 15, [(labels["number"], document["number"])], 7)
    Hand(holder["name"], "passport").sign(ctx, 92, 60, 24)
    zone(ctx, 6.5, 76, mrz.td3(look.state, holder, document["number"], document["expiry"], document.get("bsn", "") if document.get("bsn_in_mrz") else ""),
         document.get("typeface"))
    specimen(ctx, DATA_PAGE)


def card_front(ctx, look, holder, document):
    background(ctx, CARD, look, holder["name"])
    write(ctx, 4, 5.6, look.title, 3.1, bold=True, rgb=(.2, .25, .3))
    write(ctx, 4, 8.8, "IDENTITEITSKAART / IDENTITY CARD" if look is DUTCH else "IDENTITY CARD / CARTE D'IDENTITÉ", 2.1, rgb=(.2, .25, .3))
    face(ctx, 4, 12, 25, 32, holder["name"])
    labels = look.labels
    fields(ctx, 33, 13.5, [(labels["surname"], holder["surname"].upper()), (labels["given_names"], holder["given_names"].upper()),
                           (labels["birth"], printed_date(holder["birth_date"])), (labels["expiry"], printed_date(document["expiry"])),
                           (labels["number"], document["number"])], 7)
    fields(ctx, 68, 27.5, [(labels["sex"], holder["sex"])], 7)
    Hand(holder["name"], "card").sign(ctx, 62, 47, 17)
    specimen(ctx, CARD)


def card_back(ctx, look, holder, document):
    background(ctx, CARD, look, holder["name"] + " back")
    rows = [("Instantie / Authority" if look is DUTCH else "Authority / Autorité", "BURG. VAN NERGENSSTAD" if look is DUTCH else "TOWN OF NERGENSSTAD")]
    if document.get("bsn"):
        rows.append((look.labels["personal"], document["bsn"]))
    fields(ctx, 5, 6, rows, 8)
    if document.get("qr"):
        qr_code(ctx, 64, 9, 15, document["bsn"])
    bsn = document.get("bsn", "") if document.get("bsn_in_mrz") else ""
    optional = mrz.checked(bsn.ljust(14, "<")) if bsn else ""
    zone(ctx, 4.7, 37.5, mrz.td1(look.state, holder, document["number"], document["expiry"], optional), document.get("typeface"))
    specimen(ctx, CARD)


def permit_front(ctx, look, holder, document):
    """Of somebody of another state, here Utopia."""
    background(ctx, CARD, look, holder["name"] + " permit")
    write(ctx, 4, 5.6, "VERBLIJFSTITEL", 3.1, bold=True, rgb=(.2, .25, .3))
    write(ctx, 4, 8.8, "RESIDENCE PERMIT", 2.1, rgb=(.2, .25, .3))
    write(ctx, 52, 5.6, look.title, 1.9, rgb=(.2, .25, .3))
    face(ctx, 4, 12, 25, 32, holder["name"])
    fields(ctx, 33, 13.5, [("Naam / Name", f"{holder['surname']}, {holder['given_names']}".upper()), ("Geldig tot / Valid until", printed_date(document["expiry"])),
                           ("Afgegeven te / Place of issue", "NERGENSSTAD"), ("Soort titel / Type of permit", "BEPAALDE TIJD"),
                           ("Opmerkingen / Remarks", "ARBEID VRIJ TOEGESTAAN")], 7)
    fields(ctx, 66, 20.5, [("Nummer / Number", document["number"])], 7)
    Hand(holder["name"], "permit").sign(ctx, 62, 47, 17)
    specimen(ctx, CARD)


def permit_back(ctx, look, holder, document):
    background(ctx, CARD, look, holder["name"] + " permit back")
    fields(ctx, 5, 6, [(look.labels["birth"], printed_date(holder["birth_date"])), (look.labels["nationality"], "UTOPISCHE / UTOPIAN"),
                       (look.labels["personal"], document["bsn"])], 8)
    zone(ctx, 4.7, 37.5, mrz.td1(look.state, holder, document["number"], document["expiry"], code="IR", nationality="UTO"))
    specimen(ctx, CARD)


def qr_code(ctx, x, y, side, text):
    """As a square of `side` mm with its quiet zone."""
    modules = cv2.QRCodeEncoder_create().encode(text)
    step = side / len(modules)
    ctx.set_source_rgb(1, 1, 1)
    ctx.rectangle(x, y, side, side)
    ctx.fill()
    ctx.set_source_rgb(.05, .05, .06)
    for row, column in numpy.argwhere(modules == 0):
        ctx.rectangle(x + column * step, y + row * step, step * 1.02, step * 1.02)
    ctx.fill()


def licence_front(ctx, look, holder, document):
    background(ctx, CARD, look, holder["name"] + " licence")
    write(ctx, 30, 6, "RIJBEWIJS", 3.4, bold=True, rgb=(.2, .25, .3))
    write(ctx, 52, 6, look.title, 1.9, rgb=(.2, .25, .3))
    face(ctx, 4, 14, 24, 31, holder["name"])
    rows = [("1.", holder["surname"]), ("2.", holder["given_names"]), ("3.", "-".join(reversed(holder["birth_date"].split("-")))),
            ("4b.", "-".join(reversed(document["expiry"].split("-")))), ("4c.", "Gemeente Nergensstad"), ("5.", document["number"])]
    for i, (label, value) in enumerate(rows):
        write(ctx, 32, 13 + 5 * i, label, 2.1, rgb=(.3, .33, .36))
        write(ctx, 37, 13 + 5 * i, value, 2.6, bold=True)
    Hand(holder["name"], "licence").sign(ctx, 55, 47, 17)
    specimen(ctx, CARD)


def licence_back(ctx, look, holder, document):
    background(ctx, CARD, look, holder["name"] + " licence back")
    write(ctx, 5, 6, "9.   10.   11.   12.   Rijbewijs B", 2.1, rgb=(.3, .33, .36))
    write(ctx, 5, 20, "BSN / rijbewijsnummer", 1.7, rgb=(.3, .33, .36))
    write(ctx, 5, 23.5, f"{document['bsn']} / {document['number']}", 2.7, bold=True)
    qr_code(ctx, 64, 12, 16, f"{document['bsn']} {document['number']}")
    zone(ctx, 4.7, 49, [mrz.licence(look.state, document["number"])], document.get("typeface"))
    specimen(ctx, CARD)


SIDES = {"card": (card_front, card_back), "licence": (licence_front, licence_back), "permit": (permit_front, permit_back)}


def draw(size, dpi, *sides):
    """Draws functions of a context, each at its place in mm, on white."""
    scale = dpi / 25.4
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, round(size[0] * scale), round(size[1] * scale))
    ctx = cairo.Context(surface)
    ctx.scale(scale, scale)
    ctx.set_source_rgb(1, 1, 1)
    ctx.paint()
    for (x, y), side in sides:
        ctx.save()
        ctx.translate(x, y)
        side(ctx)
        ctx.restore()
    return pixels(surface)


def image(kind, holder, document, dpi=DPI, beside=None):
    """The document as pixels. `kind` is LOOK-FORM-SIDE: uto-passport, uto-card-front, nl-licence-back, nl-permit-both, ...

    "both" is a sheet with the front above the back, as people copy a card; with `beside`, another holder, that one's front.
    """
    look = LOOKS[kind.split("-")[0]]
    sides = SIDES.get(kind.split("-")[1])
    if kind.endswith("passport"):
        return draw(DATA_PAGE, dpi, ((0, 0), lambda ctx: passport(ctx, look, holder, document)))
    front, back = (lambda ctx, side=side: side(ctx, look, holder, document) for side in sides)
    if kind.endswith("front"):
        return draw(CARD, dpi, ((0, 0), front))
    if kind.endswith("back"):
        return draw(CARD, dpi, ((0, 0), back))
    below = (lambda ctx: sides[0](ctx, look, beside, document)) if beside else back
    return draw((WIDTH, HEIGHT), dpi, ((55, 40), front), ((55, 110), below))
