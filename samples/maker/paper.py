"""Papers: lays the blocks of a source file out on A4 pages, as PDF or as pixels."""
import math

import cairo
import numpy

from .ink import Hand

WIDTH, HEIGHT, MARGIN, BOTTOM = 210, 297, 24, 272  # mm
POINTS_PER_MM = 72 / 25.4
SERIF, SANS = "Liberation Serif", "Liberation Sans"
MADE = "2026-11-20T09:00:00+01:00"


class Paper:
    """Draws one document. `people` maps roles to people of the cast; `signer` is a role or None. A blank one has nothing filled in."""

    def __init__(self, source, people, signer, moment, blank=False):
        self.source, self.people, self.signer, self.moment, self.blank = source, people, signer, moment, blank
        self.font = SERIF if source.get("style") == "serif" else SANS
        self.by_hand = people.get(source.get("filled_in_by"))
        self.signature_boxes = []  # (page, x, y, w, h) in mm
        self.signature_fields = []  # (page, by, x, y, w, h) in mm: where one is asked to sign

    def pdf(self, path):
        surface = cairo.PDFSurface(str(path), WIDTH * POINTS_PER_MM, HEIGHT * POINTS_PER_MM)
        surface.set_metadata(cairo.PDF_METADATA_TITLE, self.source["title"])
        surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, MADE)
        surface.set_metadata(cairo.PDF_METADATA_MOD_DATE, MADE)
        ctx = cairo.Context(surface)
        ctx.scale(POINTS_PER_MM, POINTS_PER_MM)
        self._draw(ctx, lambda: ctx.show_page())
        surface.finish()

    def pages(self, dpi):
        """Each page as an array of RGB pixels."""
        scale = dpi / 25.4
        size = round(WIDTH * scale), round(HEIGHT * scale)
        pages = []

        def fresh():
            surface = cairo.ImageSurface(cairo.FORMAT_RGB24, *size)
            ctx = cairo.Context(surface)
            ctx.scale(scale, scale)
            ctx.set_source_rgb(1, 1, 1)
            ctx.paint()
            return surface, ctx

        surface, ctx = fresh()

        def turn():
            pages.append(pixels(surface))
            ctx.set_source_rgb(1, 1, 1)
            ctx.paint()

        self._draw(ctx, turn)
        return pages

    def _draw(self, ctx, turn):
        self.ctx, self.y, self.page, self.turn = ctx, MARGIN, 1, turn
        ctx.set_source_rgb(0, 0, 0)
        for block in self.source["blocks"]:
            (kind, value), = block.items()
            getattr(self, "_" + kind)(value)
        self._end_page()

    def _end_page(self):
        footer = self.source.get("footer")
        if footer:
            self._text_at(MARGIN, 285, self._fill(footer).replace("{page}", str(self.page)), 3, grey=.35)
        self.turn()

    def _next_page(self):
        self._end_page()
        self.page += 1
        self.y = MARGIN
        self.ctx.set_source_rgb(0, 0, 0)

    def _room(self, height):
        if self.y + height > BOTTOM:
            self._next_page()

    def _fill(self, text):
        """{role.key} becomes that person's; anything else stays."""
        for role, person in self.people.items():
            for key, value in person.items():
                text = text.replace("{%s.%s}" % (role, key), str(value))
        return text

    def _text_at(self, x, y, text, size=4, bold=False, grey=0.0, font=None):
        self.ctx.set_source_rgb(grey, grey, grey)
        self.ctx.select_font_face(font or self.font, cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD if bold else cairo.FONT_WEIGHT_NORMAL)
        self.ctx.set_font_size(size)
        self.ctx.move_to(x, y)
        self.ctx.show_text(text)
        self.ctx.set_source_rgb(0, 0, 0)

    def _wrap(self, text, width, size=4, bold=False):
        self.ctx.select_font_face(self.font, cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD if bold else cairo.FONT_WEIGHT_NORMAL)
        self.ctx.set_font_size(size)
        lines, line = [], ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and self.ctx.text_extents(longer).x_advance > width:
                lines.append(line)
                line = word
            else:
                line = longer
        return lines + [line] if line else lines

    # The kinds of block, by their key in the source file.

    def _title(self, value):
        for line in self._wrap(self._fill(value), WIDTH - 2 * MARGIN, 6.6, bold=True):
            self.y += 8
            self._text_at(MARGIN, self.y, line, 6.6, bold=True)
        self.y += 5

    def _heading(self, value):
        self._room(22)
        self.y += 9
        self._text_at(MARGIN, self.y, self._fill(value), 4.5, bold=True)
        self.y += 3

    def _text(self, value):
        for line in self._wrap(self._fill(value), WIDTH - 2 * MARGIN):
            self._room(6)
            self.y += 5.6
            self._text_at(MARGIN, self.y, line)
        self.y += 2.4

    def _lines(self, value):
        for line in value:
            self._room(6)
            self.y += 5.4
            self._text_at(MARGIN, self.y, self._fill(line))
        self.y += 2.4

    def _list(self, value):
        for item in value:
            for i, line in enumerate(self._wrap(self._fill(item), WIDTH - 2 * MARGIN - 6)):
                self._room(6)
                self.y += 5.6
                if i == 0:
                    self._text_at(MARGIN, self.y, "–")
                self._text_at(MARGIN + 6, self.y, line)
        self.y += 2.4

    def _space(self, value):
        self.y += value

    def _band(self, value):
        """A coloured band across the top, as forms have."""
        self.ctx.set_source_rgb(.16, .3, .45)
        self.ctx.rectangle(0, 0, WIDTH, 15)
        self.ctx.fill()
        self._text_at(MARGIN, 9.8, self._fill(value), 4.4, bold=True, grey=1)
        self.y = max(self.y, 22)

    def _field(self, value):
        """A label and a box with what was filled in, typed or by hand."""
        self._room(13)
        self.y += 3
        self._text_at(MARGIN, self.y + 6, value["label"], 3.6)
        x, width, height = MARGIN + 58, WIDTH - 2 * MARGIN - 58, 8.5
        self.ctx.set_source_rgb(.5, .5, .5)
        self.ctx.set_line_width(.2)
        self.ctx.rectangle(x, self.y, width, height)
        self.ctx.stroke()
        if not self.blank:
            self._fill_in(x + 2, self.y + 6.2, self._fill(value.get("value", "")))
        self.y += height

    def _fill_in(self, x, y, text):
        if self.by_hand:
            Hand(self.by_hand["name"], f"{self.moment} {y}").write(self.ctx, x, y, text)
        else:
            self._text_at(x, y, text, 4)

    def _choice(self, value):
        self._room(9 + 6.5 * len(value["options"]))
        self.y += 8
        self._text_at(MARGIN, self.y, value["label"], 3.6)
        for option in value["options"]:
            self.y += 6.5
            self.ctx.set_line_width(.25)
            self.ctx.rectangle(MARGIN + 2, self.y - 3.4, 3.8, 3.8)
            self.ctx.stroke()
            self._text_at(MARGIN + 9, self.y, option, 3.8)
            if option == value["chosen"] and not self.blank:
                name = (self.by_hand or next(iter(self.people.values())))["name"]
                Hand(name, self.moment).tick(self.ctx, MARGIN + 2, self.y - 3.4, 3.8)
        self.y += 2

    def _signature(self, value):
        """Place, date and signature of `by`; drawn only when that is the one who signs."""
        self._room(52)
        self.y += 6
        if value.get("boxed", True):
            self._text_at(MARGIN, self.y + 5, "Plaats en datum", 3.6)
            self._text_at(MARGIN, self.y + 21, value.get("label", "Handtekening"), 3.6)
            self.ctx.set_source_rgb(.5, .5, .5)
            self.ctx.set_line_width(.2)
            self.ctx.rectangle(MARGIN + 58, self.y - 1, WIDTH - 2 * MARGIN - 58, 9)
            self.ctx.rectangle(MARGIN + 58, self.y + 12, WIDTH - 2 * MARGIN - 58, 28)
            self.ctx.stroke()
            self.signature_fields.append((self.page, value["by"], MARGIN + 58, self.y + 12, WIDTH - 2 * MARGIN - 58, 28))
            x, y, width = MARGIN + 68, self.y + 30, 52
            signs = self._signs(value)
            if signs:
                self._fill_in(MARGIN + 60, self.y + 5.4, self._fill(value["place"]))
            self.y += 42
        else:
            x, y, width = MARGIN + 2, self.y + 17, 46
            signs = self._signs(value)
            self._text_at(MARGIN, self.y + 32, self._fill(value["name"]), 4)
            self.y += 36
        if signs:
            box = Hand(self.people[value["by"]]["name"], self.moment).sign(self.ctx, x, y, width)
            self.signature_boxes.append((self.page, *box))

    def _signs(self, value):
        return value["by"] == self.signer or value.get("always", False)

    def _stamp(self, value):
        """A round stamp over the right of what was drawn last."""
        ctx = self.ctx
        ctx.save()
        ctx.translate(150, self.y - 18)
        ctx.rotate(-.18)
        ctx.set_source_rgba(.2, .25, .55, .75)
        ctx.set_line_width(.6)
        for radius in (17, 12.5):
            ctx.arc(0, 0, radius, 0, 2 * math.pi)
            ctx.stroke()
        ctx.select_font_face(SANS, cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD)
        ctx.set_font_size(3)
        for i, letter in enumerate(value["around"]):
            ctx.save()
            ctx.rotate(2 * math.pi * i / len(value["around"]))
            ctx.move_to(-.8, -13.5)
            ctx.show_text(letter)
            ctx.restore()
        ctx.set_font_size(3.2)
        ctx.move_to(-ctx.text_extents(value["middle"]).x_advance / 2, 1)
        ctx.show_text(value["middle"])
        ctx.restore()
        ctx.set_source_rgb(0, 0, 0)

    def _new_page(self, _):
        self._next_page()


def pixels(surface):
    """A cairo image surface as an RGB array."""
    surface.flush()
    data = numpy.ndarray((surface.get_height(), surface.get_width(), 4), numpy.uint8, bytes(surface.get_data()), 0, (surface.get_stride(), 4, 1))
    return data[:, :, 2::-1].copy()
