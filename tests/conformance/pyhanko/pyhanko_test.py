#!/usr/bin/python3
"""pyHanko, an independent reader, judges the seal: whole, trusted, unchanged, and with a time-stamp where there is one. Fetched from PyPI on first use;
where that cannot be: status 77 (skipped), or a failure with CI=true."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "letters"))
from authority import Authority  # noqa: E402
from soft_token import MODULE, SoftToken  # noqa: E402

PRESS, SAMPLES, CACHE = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
NOT_JUDGED = 1 if os.environ.get("CI") == "true" else 77
JUDGE = """
import sys
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
pdf, *anchors = sys.argv[1:]
context = ValidationContext(trust_roots=[load_cert_from_pemder(one) for one in anchors])
with open(pdf, "rb") as file:
    [signature] = PdfFileReader(file).embedded_signatures
    status = validate_pdf_signature(signature, context, ts_validation_context=context)
    stamp = status.timestamp_validity
    print("bottom line", status.bottom_line, "coverage", status.coverage.name, "stamp", bool(stamp and stamp.valid and stamp.intact and stamp.trusted))
"""


def fetched():
    if (CACHE / "bin/python").exists() and subprocess.run([CACHE / "bin/python", "-c", "import pyhanko"], check=False).returncode == 0:
        return True
    made = subprocess.run(["/usr/bin/python3", "-m", "venv", CACHE], check=False).returncode == 0
    return made and subprocess.run([CACHE / "bin/pip", "install", "-q", "-r", HERE / "requirements.txt"], check=False).returncode == 0


def judged(pdf, *anchors):
    done = subprocess.run([CACHE / "bin/python", "-c", JUDGE, pdf, *anchors], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def press(home, authority, url):
    data, pdf = home / "data.json", home / "letter.pdf"
    data.write_text(json.dumps(yaml.safe_load((SAMPLES / "avg-inzage-toegekend.yaml").read_text()), default=str))
    subprocess.run([PRESS, "avg-inzage-toegekend", data, pdf, "--time-stamp", url, home / "seal.pem"], check=True)
    return judged(pdf, home / "seal.pem", home / "tsa.pem"), pdf


def press_with_token(home):
    token = SoftToken(home)
    chain = token.add_key("kromme", "01", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    subprocess.run([PRESS, "avg-inzage-toegekend", home / "data.json", home / "token.pdf", "--token", token.uri("kromme"), chain], check=True, env=token.environment)
    return judged(home / "token.pdf", chain)


def main():
    if not fetched():
        print("not judged: PyPI cannot be reached, or python3-venv is not installed")
        return NOT_JUDGED
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        authority = Authority(home)
        told = {"sealed": press(home, authority, "")[0]}
        told["token"] = press_with_token(home) if MODULE else told["sealed"]
        told["stamped"], pdf = press(home, authority, authority.url)
        changed = bytearray(pdf.read_bytes())
        changed[len(changed) // 20] ^= 1
        pdf.write_bytes(changed)
        told["changed"] = judged(pdf, home / "seal.pem", home / "tsa.pem")
    print(told)
    good = "bottom line True coverage ENTIRE_FILE stamp "
    return 0 if told["sealed"] == told["token"] == good + "False" and told["stamped"] == good + "True" and "bottom line True" not in told["changed"] else 1


if __name__ == "__main__":
    sys.exit(main())
