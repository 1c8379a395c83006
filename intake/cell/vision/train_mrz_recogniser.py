#!/usr/bin/python3
"""Fits the recogniser of cells (mrz_recogniser.h) to lines of random characters that it draws and spoils, and writes mrz_recogniser_weights.h (standard
output); a few minutes. The table on standard error says how much is recognised of lines that were not learnt from.

Debian: python3-numpy, python3-opencv, python3-pil, fonts-ocr-b, fonts-liberation2, fonts-dejavu-core.
"""
import functools
import sys

import cv2
import numpy
from PIL import Image, ImageDraw, ImageFont

LETTERS = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # as kGlyphLetters
WIDTH, HEIGHT, FINE = 16, 24, 4  # of a cell in pixels; how much finer lines are drawn
CELLS = 30
HIDDEN = 48
LINES, EPOCHS, BATCH = 9000, 24, 256
FONTS = "/usr/share/fonts/"
# Documents are printed in the first. Mock-ups, which people draw with what they have, in the others.
TYPEFACES = (["opentype/ocr-b/OCRB.otf"] * 9 + ["truetype/liberation2/LiberationMono-Regular.ttf", "truetype/liberation2/LiberationSans-Regular.ttf",
             "truetype/dejavu/DejaVuSansMono.ttf", "truetype/dejavu/DejaVuSans.ttf"])


@functools.cache
def font_of(path):
    """In that size in which a capital is as high as OCR-B's, two thirds of a cell."""
    font = ImageFont.truetype(FONTS + path, 200)
    top, bottom = font.getbbox("H")[1], font.getbbox("H")[3]
    return ImageFont.truetype(FONTS + path, round(200 * 16 * FINE / (bottom - top)))


@functools.cache
def glyph(path, letter):
    """Ink, 0 to 255, in the middle of two cells."""
    font, cell = font_of(path), WIDTH * FINE
    left, _, right, _ = font.getbbox(letter)
    proportional = font.getlength("I") < .8 * font.getlength("W")
    size = (max(2 * cell, 2 * (right - left)), 2 * HEIGHT * FINE)
    image = Image.new("L", size, 0)
    at = size[0] / 2 - ((left + right) / 2 if proportional else font.getlength(letter) / 2)
    ImageDraw.Draw(image).text((at, HEIGHT * FINE - (font.getbbox("H")[1] + font.getbbox("H")[3]) / 2), letter, fill=255, font=font)
    if right - left > .95 * cell:  # only as wide as there is room
        image = image.resize((round(size[0] * .92 * cell / (right - left)), size[1]), Image.Resampling.BILINEAR)
    middle = image.width // 2
    return numpy.asarray(image.crop((middle - cell, 0, middle + cell, size[1])), numpy.float32) / 255


def drawn_line(random, text, path):
    """Ink, 0 to 1, with a cell of margin on either side."""
    cell = WIDTH * FINE
    ink = numpy.zeros((2 * HEIGHT * FINE, (CELLS + 2) * cell), numpy.float32)
    for i, letter in enumerate(text):
        part = ink[:, i * cell + cell // 2 : i * cell + cell // 2 + 2 * cell]
        numpy.maximum(part, glyph(path, letter), out=part)
    weight = int(random.integers(-1, 3))  # thin and fat print
    if weight:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(weight) * 2 + 1,) * 2)
        ink = cv2.dilate(ink, kernel) if weight > 0 else cv2.erode(ink, kernel)
    return ink


def spoilt_line(random, ink):
    """As a camera sees it, in the size that cells are compared in: `ink` at FINE, the answer at 1."""
    height, width = ink.shape
    # What is left of slant and size once the line was found.
    shape = numpy.float32([[1 + random.normal(0, .01), random.normal(0, .04), 0], [random.normal(0, .012), 1 + random.normal(0, .05), 0]])
    middle = numpy.float32([width / 2, height / 2])
    shape[:, 2] = middle - shape[:, :2] @ middle
    ink = cv2.warpAffine(ink, shape, (width, height))
    # From the sensor's pixels, few or many to a cell, and a lens that is out of focus.
    pitch = float(numpy.exp(random.uniform(numpy.log(5), numpy.log(28))))
    zoom = pitch / (WIDTH * FINE)
    blur = random.exponential(.09) * WIDTH * FINE
    if random.random() < .15:
        length = max(1, int(random.uniform(.1, .5) * WIDTH * FINE))
        ink = cv2.filter2D(ink, -1, numpy.full((1, length), 1 / length, numpy.float32))
    if blur > .5:
        ink = cv2.GaussianBlur(ink, (0, 0), blur)
    seen = cv2.resize(ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    dark, light = random.uniform(10, 90), random.uniform(130, 250)
    y, x = numpy.mgrid[0 : seen.shape[0], 0 : seen.shape[1]].astype(numpy.float32)
    paper = light + random.uniform(0, 14) * numpy.sin(x / random.uniform(1.5, 40) + y / random.uniform(1.5, 20) + random.uniform(0, 6))
    paper += random.uniform(-30, 30) * (x / seen.shape[1])
    picture = paper * (1 - seen) + dark * seen + random.normal(0, random.exponential(6) + .5, seen.shape)
    picture = numpy.clip(picture, 0, 255).astype(numpy.uint8)
    if random.random() < .7:
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(15, 95))])[1], cv2.IMREAD_GRAYSCALE)
    if zoom * FINE > 1:
        picture = cv2.GaussianBlur(picture, (0, 0), .4 * zoom * FINE)
    fine = cv2.resize(picture, (width // FINE, height // FINE), interpolation=cv2.INTER_CUBIC)
    return 255 - fine.astype(numpy.float32)


def cells(random, count):
    """Patches as the reader cuts them, a little beside their place, and what they hold."""
    patches, truths, faces = [], [], []
    for _ in range(count):
        text = random.integers(0, len(LETTERS), CELLS)
        text[random.random(CELLS) < .08] = 0
        path = TYPEFACES[int(random.integers(len(TYPEFACES)))]
        line = spoilt_line(random, drawn_line(random, [LETTERS[i] for i in text], path))
        for i, letter in enumerate(text):
            x, y = (i + 1) * WIDTH + int(numpy.rint(random.normal(0, .6))), HEIGHT // 2 + int(numpy.rint(random.normal(0, .7)))
            patches.append(line[y : y + HEIGHT, x : x + WIDTH].reshape(-1))
            truths.append(letter)
            faces.append(path)
    patches = numpy.array(patches)
    patches -= patches.mean(1, keepdims=True)
    patches /= numpy.maximum(numpy.linalg.norm(patches, axis=1, keepdims=True), 1)
    return patches, numpy.array(truths), numpy.array(faces)


class Network:
    def __init__(self, random):
        size = WIDTH * HEIGHT
        self.weights = [random.normal(0, 2, (size, HIDDEN)).astype(numpy.float32), numpy.zeros(HIDDEN, numpy.float32),
                        random.normal(0, .2, (HIDDEN, len(LETTERS))).astype(numpy.float32), numpy.zeros(len(LETTERS), numpy.float32)]
        self.means = [numpy.zeros_like(w) for w in self.weights]
        self.squares = [numpy.zeros_like(w) for w in self.weights]
        self.steps = 0

    def scores(self, patches):
        first, offset, second, last = self.weights
        hidden = numpy.maximum(patches @ first + offset, 0)
        return hidden, hidden @ second + last

    def learn(self, patches, truths, rate):
        hidden, scores = self.scores(patches)
        scores -= scores.max(1, keepdims=True)
        wrong = numpy.exp(scores)
        wrong /= wrong.sum(1, keepdims=True)
        wrong[numpy.arange(len(truths)), truths] -= 1
        wrong /= len(truths)
        back = wrong @ self.weights[2].T * (hidden > 0)
        slopes = [patches.T @ back, back.sum(0), hidden.T @ wrong, wrong.sum(0)]
        self.steps += 1
        for weight, mean, square, slope in zip(self.weights, self.means, self.squares, slopes):  # Adam
            mean += .1 * (slope - mean)
            square += .001 * (slope * slope - square)
            weight -= rate * (mean / (1 - .9 ** self.steps)) / (numpy.sqrt(square / (1 - .999 ** self.steps)) + 1e-8)

    def share_right(self, patches, truths):
        return (self.scores(patches)[1].argmax(1) == truths).mean()


def packed(name, values):
    unit = float(numpy.abs(values).max() / 127)
    letters = "".join("abcdefghijklmnop"[b // 16] + "abcdefghijklmnop"[b % 16] for b in (numpy.rint(values / unit).astype(int) + 128).reshape(-1))
    rows = "\n".join(f'    "{letters[i : i + 112]}"' for i in range(0, len(letters), 112))
    return f"inline constexpr std::string_view k{name} =\n{rows};\n", unit


def main():
    random = numpy.random.default_rng(2)
    patches, truths, _ = cells(random, LINES)
    network = Network(random)
    for epoch in range(EPOCHS):
        order = random.permutation(len(truths))
        for i in range(0, len(order), BATCH):
            part = order[i : i + BATCH]
            network.learn(patches[part], truths[part], 2e-3 * .5 * (1 + numpy.cos(numpy.pi * epoch / EPOCHS)) + 1e-5)
        print(f"{epoch + 1}: {network.share_right(patches[:50000], truths[:50000]):.4f}", file=sys.stderr, flush=True)
    unseen, wanted, faces = cells(numpy.random.default_rng(3), 1000)
    for path in sorted(set(TYPEFACES)):
        print(f"{path}: {network.share_right(unseen[faces == path], wanted[faces == path]):.4f} of cells not learnt from", file=sys.stderr)
    print("// intake/cell/vision/mrz_recogniser_weights.h - written by train_mrz_recogniser.py; do not edit.")
    print("#ifndef INTAKE_CELL_VISION_MRZ_RECOGNISER_WEIGHTS_H_\n#define INTAKE_CELL_VISION_MRZ_RECOGNISER_WEIGHTS_H_\n\n#include <string_view>\n")
    print(f"namespace zp::intake::vision {{\n\ninline constexpr int kHiddenUnits = {HIDDEN};")
    for name, unit_name, values in zip(("FirstWeights", "FirstOffsets", "SecondWeights", "SecondOffsets"), ("First", "FirstOffset", "Second", "SecondOffset"), network.weights):
        text, unit = packed(name, values)
        print(f"inline constexpr double k{unit_name}Unit = {unit:.8g};\n{text}", end="")
    print("\n}  // namespace zp::intake::vision\n\n#endif  // INTAKE_CELL_VISION_MRZ_RECOGNISER_WEIGHTS_H_")


if __name__ == "__main__":
    main()
