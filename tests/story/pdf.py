"""What a PDF says and whether its signature holds, by Poppler's own tools."""
import subprocess
import tempfile


def _on_file(content, *command):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        done = subprocess.run([part.replace("FILE", file.name) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        return done.stdout.decode("utf-8", "replace")


def text_of(content):
    return " ".join(_on_file(content, "pdftotext", "-layout", "FILE", "-").split())


def solid_text_of(content):
    """Without any white space: for numbers that a table breaks over lines."""
    return "".join(_on_file(content, "pdftotext", "-raw", "FILE", "-").split())


def signature_of(content):
    return " ".join(_on_file(content, "pdfsig", "FILE").split())


def is_validly_signed(content):
    return "Signature is Valid" in signature_of(content)
