"""What is on papers and is no signature, drawn: stamps as offices have them, and lines filled in by hand. No picture of a corpus is in it, so that no group has
to be kept from it."""
import math

import cairo
import cv2
import numpy as np

WORDS = ("ONTVANGEN", "AFSCHRIFT", "INGEKOMEN", "KOPIE", "GRIFFIE", "RECEIVED", "PAID", "COPY", "AFDELING ZORG", "GEMEENTE", "ARCHIEF", "20 NOV 2026", "No. 4711", "HUISARTS",
         "APOTHEEK", "NOTARIS", "BUREAU VAN ONDERZOEK", "CONFIDENTIAL", "DIRECTIE", "POSTKAMER")
HANDS = ("Breip", "DkgHandwriting")
FILLED_IN = ("Jansen", "12-03-1948", "Nergensstad", "geen", "ja, elke dag", "Verzonnenlaan 12", "0612 000 000", "zie bijlage", "mevr.", "Karin de Model", "2034", "moeilijk lopen",
             "af en toe", "dinsdag", "x", "mijn zoon", "1x per week", "sinds 2019", "onbekend", "huisarts")
SIDE = 400  # pixels of the square that one is drawn in


def write(ctx, x, y, text, size, widest):
    """A line with its middle at (x, y), no wider than that."""
    ctx.set_font_size(size)
    extents = ctx.text_extents(text)
    if extents.width > widest:
        ctx.set_font_size(size * widest / extents.width)
        extents = ctx.text_extents(text)
    ctx.move_to(x - extents.width / 2 - extents.x_bearing, y - extents.height / 2 - extents.y_bearing)
    ctx.show_text(text)


def around(ctx, radius, text, size):
    ctx.set_font_size(size)
    for i, letter in enumerate(text):
        ctx.save()
        ctx.rotate(2 * math.pi * i / len(text))
        ctx.move_to(-size / 3, -radius)
        ctx.show_text(letter)
        ctx.restore()


def lines(ctx, random, count, height, widest):
    for i in range(count):
        write(ctx, 0, height * ((i + .5) / count - .5), random.choice(WORDS), .8 * height / count, widest)


def circle(ctx, random):
    for radius in (170, random.uniform(105, 125)):
        ctx.arc(0, 0, radius, 0, 2 * math.pi)
        ctx.stroke()
    around(ctx, 132, " ".join(random.choice(WORDS, 3)), 30)
    lines(ctx, random, random.integers(1, 4), 110, 190)


def oval(ctx, random):
    for inner in (1, .72):
        ctx.save()
        ctx.scale(inner, inner * .5)
        ctx.arc(0, 0, 175, 0, 2 * math.pi)
        ctx.restore()
        ctx.stroke()
    lines(ctx, random, 2, 70, 190)


def triangle(ctx, random):
    for size in (175, 120):
        for corner in range(3):
            turn = 2 * math.pi * corner / 3 - math.pi / 2
            ctx.line_to(size * math.cos(turn), size * math.sin(turn))
        ctx.close_path()
        ctx.stroke()
    lines(ctx, random, 2, 55, 90)


def framed(ctx, random):
    height = random.uniform(70, 190)
    for grow in range(random.integers(1, 3)):
        ctx.rectangle(-170 + 9 * grow, -height / 2 + 9 * grow, 340 - 18 * grow, height - 18 * grow)
        ctx.stroke()
    lines(ctx, random, random.integers(1, 4), height - 36, 290)


def words(ctx, random):
    lines(ctx, random, random.integers(1, 3), random.uniform(60, 130), 330)


def pixels(surface):
    """How much ink each pixel has, 0 to 1."""
    surface.flush()
    shape = surface.get_height(), surface.get_width()
    return np.ndarray(shape, np.uint8, bytes(surface.get_data()), 0, (surface.get_stride(), 1)).astype(np.float32) / 255


def cut(ink):
    """To what is inked."""
    ys, xs = np.nonzero(ink > .15)
    return ink[ys.min(): ys.max() + 1, xs.min(): xs.max() + 1]


def stamp(random):
    surface = cairo.ImageSurface(cairo.FORMAT_A8, SIDE, SIDE)
    ctx = cairo.Context(surface)
    ctx.translate(SIDE / 2, SIDE / 2)
    ctx.rotate(random.choice([random.normal(0, .15), random.uniform(-math.pi, math.pi)]))
    ctx.set_line_width(random.uniform(2, 7))
    ctx.select_font_face(random.choice(["Liberation Sans", "Liberation Serif", "Liberation Sans Narrow"]), cairo.FONT_SLANT_NORMAL,
                         random.choice([cairo.FONT_WEIGHT_NORMAL, cairo.FONT_WEIGHT_BOLD]))
    random.choice([circle, circle, oval, triangle, framed, framed, words])(ctx, random)
    cloud = cv2.resize(random.normal(0, 1, (9, 9)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(random.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 1.5) * 4
    return cut(pixels(surface) * np.clip(random.uniform(.6, 1) + .2 * cloud + .15 * grain, 0, 1))


def filled_in(random):
    """One to three lines of a hand, letters a little askew, some on a ruled line."""
    surface = cairo.ImageSurface(cairo.FORMAT_A8, 1200, 360)
    ctx = cairo.Context(surface)
    ctx.select_font_face(random.choice(HANDS))
    size, slant, wide = random.uniform(40, 80), random.uniform(-.1, .4), random.uniform(.8, 1.3)
    ruled = random.random() < .5
    for line in range(random.integers(1, 4)):
        x, y = 20.0, 80 + 1.3 * size * line
        for letter in " ".join(random.choice(FILLED_IN, random.integers(1, 4))):
            ctx.save()
            ctx.translate(x, y + random.normal(0, size / 40))
            ctx.transform(cairo.Matrix(wide, 0, -slant, 1, 0, 0))
            ctx.rotate(random.normal(0, .04))
            ctx.set_font_size(size * random.uniform(.93, 1.07))
            ctx.move_to(0, 0)
            ctx.show_text(letter)
            advance = ctx.text_extents(letter).x_advance
            ctx.restore()
            x += wide * advance * random.uniform(.92, 1.05)
        if ruled:
            ctx.set_line_width(3)
            ctx.move_to(10, y + 8)
            ctx.line_to(1190, y + 8)
            ctx.stroke()
    thick = int(random.integers(1, 4))
    return cut(cv2.dilate(pixels(surface), np.ones((thick, thick))))
