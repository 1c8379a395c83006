"""Handwriting: signatures as drawn strokes, filled-in text as a wobbling handwriting font, ticks."""
import math
import random

import cairo

# Strokes of one letter in units of the x-height, baseline at 0, y up.
LETTERS = [
    [(0, .9), (.1, .1), (.45, 0), (.7, .8), (.75, .1), (.95, .2)],                       # u
    [(0, .3), (.5, .6), (.35, 1), (.05, .6), (.2, .05), (.7, .15)],                      # e
    [(0, .1), (.15, .9), (.3, .1), (.5, .9), (.65, .1), (.85, .9), (1, .1)],             # m
    [(0, .1), (.55, 1.6), (.45, 2.3), (.2, 1.6), (.25, .1), (.6, .1)],                   # l
    [(.6, .9), (.2, .9), (.1, .3), (.5, .2), (.6, .9), (.5, -1), (.15, -1.2), (.2, -.5), (.9, .3)],  # g
    [(0, .2), (.3, 1.1), (.4, .8), (.7, .9), (.75, .2), (.95, .1)],                      # r
    [(.6, .8), (.15, .8), (.1, .15), (.5, .1), (.65, .85), (.7, .1), (.95, .2)],         # a
]
CAPITALS = [
    [(-.2, .1), (.5, 1.4), (.9, 2.8), (.95, .1), (.3, 1), (1.5, 1.1)],                   # A
    [(.3, 2.6), (.2, 0), (.1, 1.4), (.9, 2.6), (1.1, 1.9), (.4, 1.3), (1.2, .8), (1, .1), (.2, .1), (1.5, .3)],  # B
    [(1.2, 2.3), (.7, 2.8), (.1, 1.6), (.3, .2), (1, 0), (1.5, .6)],                     # C
    [(.2, 2.7), (.25, 0), (.2, 1.2), (1.2, 2.7), (.4, 1.2), (1.3, .1), (1.6, .3)],       # K
    [(.1, 2.2), (.9, 2.8), (.7, 1.4), (.2, .1), (-.3, -.6), (.4, -.4), (1.6, .5)],       # J
    [(0, 2.4), (.8, 2.6), (1.3, 2.4), (.7, 2.2), (.5, .8), (.2, .1), (1.2, .4)],         # T
]
INKS = [(.06, .08, .32), (.05, .05, .09), (.08, .16, .5), (.12, .1, .2)]


def smooth(points, per_segment=12):
    """Catmull-Rom through the points."""
    padded = [points[0], *points, points[-1]]
    curve = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:]):
        for i in range(per_segment):
            t = i / per_segment
            curve.append(tuple(.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3)
                               for a, b, c, d in zip(p0, p1, p2, p3)))
    return curve + [points[-1]]


class Hand:
    """One person's hand: the same signature each time, up to the tremble of the moment."""

    def __init__(self, person, moment):
        style = random.Random(f"the hand of {person}")
        self.moment = random.Random(f"moment {person} {moment}")
        self.ink = style.choice(INKS)
        self.font = style.choice(["Breip", "DkgHandwriting"])
        self.slant = style.uniform(.1, .5)
        self.pen = style.uniform(.28, .48)  # mm
        self.capitals = [style.choice(CAPITALS) for _ in range(style.choice([1, 1, 2]))]
        self.letters = [style.choice(LETTERS) for _ in range(style.randint(4, 7))]
        self.flourish = style.choice(["none", "under", "through"])
        self.ends_flat = style.uniform(.35, .8)

    def _signature_points(self):
        strokes, x = [], 0.0
        tremble = lambda scale: self.moment.gauss(0, scale)  # noqa: E731
        for capital in self.capitals:
            size = 1 + tremble(.05)
            strokes.append([(x + px * size + tremble(.03), py * size + tremble(.03)) for px, py in capital])
            x += 1.15
        word = []
        for i, letter in enumerate(self.letters):
            flat = 1 - (1 - self.ends_flat) * i / len(self.letters)
            word += [(x + px + tremble(.025), py * flat + tremble(.025)) for px, py in letter]
            x += .95
        strokes.append(word)
        if self.flourish == "under":
            strokes.append([(x, -.2), (x + .3, -.8), (x * .5, -.7), (x * .1, -.9), (x * .9, -1.1)])
        elif self.flourish == "through":
            word += [(x + .6, .5), (x * .6, .9), (x * .2, .6), (x + .4, .3)]
        return strokes

    def sign(self, ctx, x, y, width):
        """Draws on a baseline from (x, y), `width` wide, in millimetres; gives the box it took (x, y, w, h)."""
        curves = [smooth(stroke) for stroke in self._signature_points()]
        curves = [[(px + self.slant * py, -py) for px, py in curve] for curve in curves]
        xs = [px for curve in curves for px, _ in curve]
        ys = [py for curve in curves for _, py in curve]
        scale = width / (max(xs) - min(xs))
        place = lambda p: (x + (p[0] - min(xs)) * scale, y + p[1] * scale)  # noqa: E731
        ctx.save()
        ctx.set_line_cap(cairo.LINE_CAP_ROUND)
        ctx.set_source_rgb(*self.ink)
        for curve in curves:
            points = [place(p) for p in curve]
            for i, ((ax, ay), (bx, by)) in enumerate(zip(points, points[1:])):
                speed = math.hypot(bx - ax, by - ay)
                end = min(i, len(points) - i) / 8
                ctx.set_line_width(self.pen * min(1, .4 + .6 * end) * (.7 + .5 / (1 + 2.2 * speed)))
                ctx.move_to(ax, ay)
                ctx.line_to(bx, by)
                ctx.stroke()
        ctx.restore()
        return x, y + min(ys) * scale, width, (max(ys) - min(ys)) * scale

    def write(self, ctx, x, y, text, size=5.2):
        """Fills in text on a baseline; each letter a little different."""
        ctx.save()
        ctx.set_source_rgb(*self.ink)
        ctx.select_font_face(self.font)
        ctx.set_font_size(size)
        for letter in text:
            ctx.save()
            ctx.translate(x, y + self.moment.gauss(0, .12))
            ctx.rotate(self.moment.gauss(0, .025))
            ctx.move_to(0, 0)
            ctx.show_text(letter)
            ctx.restore()
            x += ctx.text_extents(letter).x_advance * (1 + self.moment.gauss(0, .03))
        ctx.restore()

    def tick(self, ctx, x, y, size):
        """A cross through a box whose top left is (x, y)."""
        wobble = lambda: self.moment.gauss(0, size * .08)  # noqa: E731
        ctx.save()
        ctx.set_source_rgb(*self.ink)
        ctx.set_line_cap(cairo.LINE_CAP_ROUND)
        ctx.set_line_width(self.pen * 1.2)
        for ax, ay, bx, by in [(0, 0, 1, 1), (1, 0, 0, 1)]:
            ctx.move_to(x + ax * size + wobble(), y + ay * size + wobble())
            ctx.line_to(x + bx * size + wobble(), y + by * size + wobble())
            ctx.stroke()
        ctx.restore()
