#!/usr/bin/python3
"""Renders the 37 characters of the machine-readable zone from Debian's OCR-B into mrz_glyphs.h (standard output).

Each glyph is one cell of the fixed pitch of ISO 1831 / ICAO 9303-3 (2.54 mm), 16 x 24 values of ink from 0 to f.
Debian: python3-pil, fonts-ocr-b.
"""
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/opentype/ocr-b/OCRB.otf"
LETTERS = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WIDTH, HEIGHT, OVERSAMPLING = 16, 24, 8

big = ImageFont.truetype(FONT, 200)
advance = big.getlength("0")
top, bottom = big.getbbox("H")[1], big.getbbox("H")[3]
scale = WIDTH * OVERSAMPLING / advance
font = ImageFont.truetype(FONT, round(200 * scale))
middle = (font.getbbox("H")[1] + font.getbbox("H")[3]) / 2

print("// intake/cell/vision/mrz_glyphs.h - written by make_mrz_glyphs.py; do not edit.")
print("#ifndef INTAKE_CELL_VISION_MRZ_GLYPHS_H_\n#define INTAKE_CELL_VISION_MRZ_GLYPHS_H_\n\n#include <array>\n#include <string_view>\n")
print("namespace zp::intake::vision {\n")
print(f"inline constexpr int kGlyphWidth = {WIDTH}, kGlyphHeight = {HEIGHT};")
cap = (font.getbbox("H")[3] - font.getbbox("H")[1]) / OVERSAMPLING
print(f"inline constexpr double kCapitalHeight = {cap:.2f};  // of a capital letter in such a cell")
print(f'inline constexpr std::string_view kGlyphLetters = "{LETTERS}";')
print("/// Rows of ink, one hexadecimal digit a pixel.")
print(f"inline constexpr std::array<std::string_view, {len(LETTERS)}> kGlyphs = {{")
for letter in LETTERS:
    image = Image.new("L", (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING), 0)
    offset = (WIDTH * OVERSAMPLING - font.getlength(letter)) / 2
    ImageDraw.Draw(image).text((offset, HEIGHT * OVERSAMPLING / 2 - middle), letter, fill=255, font=font)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX if hasattr(Image, "Resampling") else Image.BOX)
    pixels = list(small.getdata())
    print(f"    // {letter}")
    for y in range(0, HEIGHT, 6):
        rows = "".join("0123456789abcdef"[pixels[i] // 16] for i in range(y * WIDTH, (y + 6) * WIDTH))
        print(f'    "{rows}"' + ("," if y + 6 == HEIGHT else ""))
print("};\n\n}  // namespace zp::intake::vision\n\n#endif  // INTAKE_CELL_VISION_MRZ_GLYPHS_H_")
