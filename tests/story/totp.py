"""One-time codes (RFC 6238) for the staff of the story."""
import base64
import hashlib
import hmac
import pathlib
import struct
import time
import urllib.parse

_used = {}


def code(uri, login):
    """The current code; waits for the next step if this login has used the current one, since a code works once."""
    secret = urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = int(time.time()) // 30
    if _used.get(login, -1) >= step:
        time.sleep((_used[login] + 1) * 30 - time.time() + 0.2)
        step = int(time.time()) // 30
    _used[login] = step
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def read_credentials(path):
    """{login: (password, otpauth uri)} from what `zegelpost user` printed."""
    people, login, password = {}, None, None
    for line in pathlib.Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        value = value.strip()
        if key == "login":
            login = value
        elif key == "password":
            password = value
        elif key == "one-time":
            people[login] = (password, value)
    return people
