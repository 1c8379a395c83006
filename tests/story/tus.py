"""Resumable uploads (tus 1.0.0), as a client that loses its connection."""
import base64
import socket
import ssl
import struct
import time
import urllib.parse

VERSION = {"Tus-Resumable": "1.0.0"}


def _metadata(**values):
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def create(client, name, content_type, slot, length):
    """The address of a new, empty upload."""
    headers = {**VERSION, "Upload-Length": str(length), "Upload-Metadata": _metadata(filename=name, filetype=content_type, slot=slot),
               "Origin": client.base, "Content-Length": "0"}
    status, answer, body = client.request("POST", "/uploads", b"", headers)
    if status != 201:
        raise RuntimeError(f"upload not created: {status} {body[:300]!r}")
    return answer["location"]


def offset(client, address):
    status, answer, _ = client.request("HEAD", address, headers={**VERSION, "Origin": client.base})
    if status != 200:
        raise RuntimeError(f"no state of upload: {status}")
    return int(answer["upload-offset"])


def append(client, address, at, content):
    """(status, new offset)."""
    headers = {**VERSION, "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream", "Origin": client.base}
    status, answer, _ = client.request("PATCH", address, content, headers)
    return status, int(answer.get("upload-offset", -1))


def append_and_break(client, address, at, content, sent):
    """Announces all of `content`, sends its first `sent` bytes and resets the connection."""
    parts = urllib.parse.urlsplit(client.base)
    path = urllib.parse.urlsplit(urllib.parse.urljoin(client.base, address)).path
    head = [f"PATCH {path} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in VERSION.items()), f"Upload-Offset: {at}",
            "Content-Type: application/offset+octet-stream", f"Content-Length: {len(content)}", f"Origin: {client.base}",
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in client.cookies.items()), "", ""]
    raw = socket.create_connection((parts.hostname, parts.port), timeout=30)
    with ssl.SSLContext.wrap_socket(client.context, raw, server_hostname=parts.hostname) as connection:
        connection.sendall("\r\n".join(head).encode() + content[:sent])
        time.sleep(1)  # what has not left this machine yet would go down with the connection
        # Reset, not closed: what a phone that leaves the network looks like.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def upload(client, name, content_type, slot, content):
    address = create(client, name, content_type, slot, len(content))
    status, reached = append(client, address, 0, content)
    if status != 204 or reached != len(content):
        raise RuntimeError(f"upload of {name}: {status}, offset {reached}")
    return address
