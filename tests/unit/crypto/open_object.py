#!/usr/bin/env python3
"""Opens sealed objects and sealed data keys without any code of Zegelpost: written from docs/sealed-format.md, with python3-cryptography.

  open_object.py --vectors FOLDER                        checks every vector of tests/vectors
  open_object.py --key < SEALED-DATA-KEY                 prints the data key in hex; gpg opens what is OpenPGP in it (GNUPGHOME)
  open_object.py KEY CONTEXT OBJECT PART < SEALED > OUT  opens one object; KEY, CONTEXT and OBJECT in hex
"""
import base64
import json
import pathlib
import struct
import subprocess
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

HEADER = 114
CHUNK = 65536
TAG = 16


class Refused(Exception):
    """The bytes are no object, or not this one, or were changed."""


def open_object(key, context, obj, part, sealed):
    if len(sealed) < HEADER:
        raise Refused("shorter than a header")
    header = sealed[:HEADER]
    bound, salt, commitment = header[:50], header[50:82], header[82:]
    ciphers = {1: AESGCM, 2: ChaCha20Poly1305}
    if bound[9] not in ciphers:
        raise Refused("unknown cipher")
    expected = b"ZPOBJECT" + bytes([1, bound[9]]) + context + obj + struct.pack(">II", part, CHUNK)
    if bound != expected:
        raise Refused("another format or label")
    secrets = HKDF(SHA256(), 32 + 7 + 32, salt, b"zegelpost object 1" + bound).derive(key)
    if secrets[39:] != commitment:
        raise Refused("another key")
    aead, prefix = ciphers[bound[9]](secrets[:32]), secrets[32:39]

    plaintext, at, counter, last = b"", HEADER, 0, False
    while not last:
        chunk = sealed[at:at + CHUNK + TAG]
        last = len(chunk) < CHUNK + TAG
        nonce = prefix + struct.pack(">IB", counter, last)
        try:
            plaintext += aead.decrypt(nonce, chunk, header)
        except (InvalidTag, ValueError) as error:
            raise Refused(f"chunk {counter}") from error
        at, counter = at + len(chunk), counter + 1
    return plaintext


def open_data_key(sealed, decrypt):
    """`decrypt` gives what an OpenPGP message holds."""
    if not sealed.startswith(b"ZPBATCH"):
        return decrypt(sealed)
    if sealed[7:8] != b"\x01" or len(sealed) < 48:
        raise Refused("another version, or cut")
    try:
        return aes_key_unwrap(decrypt(sealed[48:]), sealed[8:48])
    except InvalidUnwrap as error:
        raise Refused("the wrap") from error


def gpg(message):
    return subprocess.run(["gpg", "--batch", "--quiet", "--decrypt"], input=message, stdout=subprocess.PIPE, check=True).stdout


def check_sealed_keys(vectors):
    for vector in vectors:
        try:
            key = open_data_key(base64.b64decode(vector["sealed"]), lambda message, held=vector["content"]: bytes.fromhex(held))
            assert key.hex() == vector.get("data_key"), vector["what"]
        except Refused as reason:
            assert "data_key" not in vector, f"should open: {vector['what']}: {reason}"


def check_objects(vectors):
    for vector in vectors:
        key, context, obj = (bytes.fromhex(vector[name]) for name in ("data_key", "context", "object"))
        try:
            opened = open_object(key, context, obj, vector["part"], base64.b64decode(vector["sealed"]))
            assert vector["opens"], f"should be refused: {vector['what']}"
            assert opened == bytes(i % 251 for i in range(vector["plaintext_bytes"])), vector["what"]
        except Refused as reason:
            assert not vector["opens"], f"should open: {vector['what']}: {reason}"


def check_vectors(folder):
    for name, check in (("objects.json", check_objects), ("sealed_keys.json", check_sealed_keys)):
        vectors = json.loads(pathlib.Path(folder, name).read_text("ascii"))
        check(vectors)
        print(f"{name}: {len(vectors)} vectors agree")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--vectors":
        check_vectors(sys.argv[2])
    elif sys.argv[1:] == ["--key"]:
        print(open_data_key(sys.stdin.buffer.read(), gpg).hex())
    elif len(sys.argv) == 5:
        names = [bytes.fromhex(word) for word in sys.argv[1:4]]
        sys.stdout.buffer.write(open_object(*names, int(sys.argv[4]), sys.stdin.buffer.read()))
    else:
        sys.exit(__doc__)
