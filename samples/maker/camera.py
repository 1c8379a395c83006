"""What scanners and phones make of paper: pixels in, pixels out. All randomness comes from the generator passed in."""
import io

import cairo
import cv2
import numpy
from PIL import Image

from .paper import HEIGHT, POINTS_PER_MM, WIDTH

SCAN_DPI = 200
cv2.setNumThreads(1)  # files are made side by side


def noise(height, width, random, strength):
    return random.standard_normal((height, width, 1), numpy.float32) * numpy.float32(strength)


def scan(page, random):
    """A flatbed scan: a little skew, uneven light, soft edges, noise, dust, the shadow of the lid."""
    height, width = page.shape[:2]
    angle = random.choice([-1, 1]) * random.uniform(.3, 1.1)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    page = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(236, 236, 234))
    page = cv2.GaussianBlur(page, (0, 0), .7).astype(numpy.float32)
    page *= numpy.linspace(.975, 1, height, dtype=numpy.float32)[:, None, None]
    page[:, : width // 150] *= .86
    page += noise(height, width, random, 3.5)
    for _ in range(25):
        x, y = int(random.integers(width)), int(random.integers(height))
        cv2.circle(page, (x, y), int(random.integers(1, 3)), [float(random.uniform(90, 190))] * 3, -1)
    return numpy.clip(page, 0, 250).astype(numpy.uint8)


def table(height, width, random):
    """A wooden table top."""
    grain = cv2.resize(random.normal(0, 1, (height // 3, 24)).astype(numpy.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(random.normal(0, 1, (height // 2, 8)).astype(numpy.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    tone = numpy.array([random.uniform(105, 150), random.uniform(75, 100), random.uniform(45, 70)], numpy.float32)
    return tone * (1 + .06 * grain + .07 * fine)[:, :, None]


def soft_light(height, width, random):
    """Light that falls off to one side, and the soft shadow of whoever holds the phone."""
    x, y = numpy.meshgrid(numpy.linspace(-1, 1, width, dtype=numpy.float32), numpy.linspace(-1, 1, height, dtype=numpy.float32))
    direction = random.uniform(0, 2 * numpy.pi)
    light = 1 + .11 * (x * numpy.cos(direction) + y * numpy.sin(direction)) - .07 * (x * x + y * y)
    cx, cy = random.uniform(-.9, .9), random.uniform(.5, 1.1)
    shadow = ((x - cx) / .8) ** 2 + ((y - cy) / .6) ** 2
    return (light * (1 - .3 / (1 + numpy.exp(numpy.clip(7 * (shadow - 1), -40, 40)))))[:, :, None]


def photograph(page, random, size, fill=.86, tilt=.05, blurred=False):
    """A phone held over the paper on a table: perspective, light, shadow, lens and noise. `size` is (width, height)."""
    width, height = size
    picture = table(height, width, random)
    page_height, page_width = page.shape[:2]
    scale = fill * min(width / page_width, height / page_height)
    half = numpy.array([page_width, page_height]) * scale / 2
    corners = numpy.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    angle = random.uniform(-.035, .035)
    rotation = numpy.array([[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]])
    corners = corners @ rotation.T + random.uniform(-tilt, tilt, (4, 2)) * half + numpy.array([width, height]) / 2
    warp = cv2.getPerspectiveTransform(numpy.float32([[0, 0], [page_width, 0], [page_width, page_height], [0, page_height]]), numpy.float32(corners))

    mask = cv2.warpPerspective(numpy.full((page_height, page_width), 255, numpy.uint8), warp, size, flags=cv2.INTER_LINEAR)
    drop = cv2.GaussianBlur(numpy.roll(mask, (14, 10), (0, 1)), (0, 0), 16).astype(numpy.float32)[:, :, None] / 255
    picture *= 1 - .5 * drop
    waves = 1 + .025 * numpy.sin(numpy.linspace(0, random.uniform(3, 7), page_height, dtype=numpy.float32) + random.uniform(0, 6))
    paper = numpy.clip(page.astype(numpy.float32) * waves[:, None, None], 0, 255).astype(numpy.uint8)
    laid = cv2.warpPerspective(paper, warp, size, flags=cv2.INTER_AREA).astype(numpy.float32)
    alpha = cv2.GaussianBlur(mask, (0, 0), 1).astype(numpy.float32)[:, :, None] / 255
    picture = picture * (1 - alpha) + laid * alpha * .93

    picture *= soft_light(height, width, random)
    picture *= numpy.array([random.uniform(.98, 1.05), 1, random.uniform(.88, .98)], numpy.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), .8)
    if blurred:
        picture = shake(picture, random)
    picture += noise(height, width, random, 4)
    return numpy.clip(picture, 0, 255).astype(numpy.uint8)


def shake(picture, random):
    """Out of focus, and the hand moved."""
    length = max(picture.shape) // 90
    kernel = numpy.zeros((length, length), numpy.float32)
    cv2.line(kernel, (0, int(random.integers(length))), (length - 1, int(random.integers(length))), 1, 2)
    return cv2.filter2D(cv2.GaussianBlur(picture, (0, 0), max(picture.shape) / 500), -1, kernel / kernel.sum())


def jpeg(pixels, quality=85, dpi=None, orientation=None):
    """JPEG bytes. With EXIF `orientation` 6 or 3 the pixels lie turned and the tag says how to hold them."""
    turned = {None: pixels, 1: pixels, 3: numpy.rot90(pixels, 2), 6: numpy.rot90(pixels, 1), 8: numpy.rot90(pixels, -1)}[orientation]
    image = Image.fromarray(numpy.ascontiguousarray(turned))
    options = {"quality": quality}
    if dpi:
        options["dpi"] = (dpi, dpi)
    if orientation:
        exif = Image.Exif()
        exif[0x0112], exif[0x010F], exif[0x0110], exif[0x0132] = orientation, "Fantasiefoon", "F1", "2026:11:20 10:11:12"
        options["exif"] = exif
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def scanned_pdf(path, pages, made):
    """A PDF that holds nothing but pictures of pages, as copiers make."""
    surface = cairo.PDFSurface(str(path), WIDTH * POINTS_PER_MM, HEIGHT * POINTS_PER_MM)
    surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, made)
    surface.set_metadata(cairo.PDF_METADATA_CREATOR, "Kopieermachine van niemand")
    ctx = cairo.Context(surface)
    for page in pages:
        height, width = page.shape[:2]
        picture = cairo.ImageSurface(cairo.FORMAT_RGB24, width, height)
        picture.set_mime_data("image/jpeg", jpeg(page, 75))
        ctx.save()
        ctx.scale(WIDTH * POINTS_PER_MM / width, HEIGHT * POINTS_PER_MM / height)
        ctx.set_source_surface(picture)
        ctx.paint()
        ctx.restore()
        ctx.show_page()
    surface.finish()
