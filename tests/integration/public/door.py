"""A real door: its own instance in a new folder, keymaker, broker and public as processes, and a client that speaks HTTPS to it."""
import base64
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from waiting import free_port  # noqa: E402

PROGRAMS = sys.argv.pop(1) if len(sys.argv) > 1 and os.path.isdir(sys.argv[1]) else "."
KIND = "informatie-mentor-curator-bewindvoerder"
FILLED_IN = {"requester_role": "mentor", "requester_name": "Fenna Zeldenrust", "client_name": "Jan Voorbeeld",
             "client_birth_date": "1950-02-03", "email": "fenna@voorbeeld.example", "access_code": "mijn code 2026"}
TUS = {"Tus-Resumable": "1.0.0"}
OFFSET_TYPE = "application/offset+octet-stream"


class Instance:
    """One installation in a temporary folder."""

    def __init__(self, public_settings="", tls=True):
        self.folder = tempfile.TemporaryDirectory(prefix="zp-door-")
        self.home = os.path.join(self.folder.name, "i")
        self.port = free_port()
        subprocess.run([PROGRAMS + "/zegelpost", "init", self.home, "--public-port", str(self.port), "--staff-port", str(free_port()),
                        "--lmtp-port", str(free_port()), "--reserve-megabytes", "1"], check=True, stdout=subprocess.DEVNULL)
        self.config = self.home + "/zegelpost.yaml"
        text = pathlib.Path(self.config).read_text()
        if not tls:
            text = re.sub(r"(public:\n  listen: .*\n)  certificate: .*\n  key: .*\n", r"\1", text)
        pathlib.Path(self.config).write_text(text.replace("\npublic:\n", "\npublic:\n" + public_settings, 1))
        self.tls = tls
        self.log = self.folder.name + "/log"
        self.processes = {}
        for name in ("keymaker", "broker", "public"):
            self.start(name)

    def start(self, name):
        ready, told = os.pipe()
        environment = dict(os.environ, ZEGELPOST_READY_FD=str(told))
        with open(self.log, "a") as log:
            self.processes[name] = subprocess.Popen([f"{PROGRAMS}/zegelpost-{name}", "--config", self.config], stderr=log, env=environment, pass_fds=[told])
        os.close(told)
        started = os.read(ready, 1)
        os.close(ready)
        assert started, f"{name} did not start: " + self.log_text()[-2000:]

    def log_text(self):
        return pathlib.Path(self.log).read_text()

    def kill(self, name):
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(20)
        subprocess.run(["gpgconf", "--homedir", self.home + "/data/keys/zone", "--kill", "all"], stderr=subprocess.DEVNULL)
        self.folder.cleanup()

    def waiting(self):
        """Ids in the incoming tray, in order of name."""
        return sorted(os.listdir(self.home + "/data/incoming/new"))

    def items(self, kind):
        folder = self.home + "/data/incoming/new/"
        items = {i: json.loads(pathlib.Path(folder + i + "/item.json").read_text()) for i in self.waiting()}
        return {i: item for i, item in items.items() if item["kind"] == kind}

    def everything_on_disk(self):
        """Every byte below data/, and the log."""
        found = [self.log_text().encode()]
        for root, _, names in os.walk(self.home + "/data"):
            for name in names:
                path = os.path.join(root, name)
                if os.path.isfile(path):
                    found.append(path.encode() + pathlib.Path(path).read_bytes())
        return b"\n".join(found)

    def raw(self, timeout=20):
        s = socket.create_connection(("127.0.0.1", self.port), timeout)
        if not self.tls:
            return s
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(s, server_hostname="localhost")


class Described:
    """Holds the door to docs/openapi.yaml: every answer on a described path must be a described one."""

    def __init__(self):
        try:
            import yaml
        except ImportError:
            self.paths = {}
            return
        text = pathlib.Path(__file__).parents[3] / "docs/openapi.yaml"
        self.paths = yaml.safe_load(text.read_text())["paths"]

    def check(self, method, path, status):
        path = re.sub(r"^/uploads/[^/]+$", "/uploads/{id}", path)
        operations = self.paths.get(path)
        if operations and (operation := operations.get(method.lower())):
            assert str(status) in operation["responses"], f"{method} {path} answered {status}, which docs/openapi.yaml does not describe"


DESCRIBED = Described()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8", "replace")


class Client:
    """One browser: cookies, forms, tus."""

    def __init__(self, instance, port=None):
        self.instance, self.port, self.cookies = instance, port or instance.port, {}

    def ask(self, method, path, body=None, headers=None):
        if self.instance.tls or self.port != self.instance.port:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, content = value.split(";")[0].partition("=")
                self.cookies[cookie] = content
        connection.close()
        DESCRIBED.check(method, path, answer.status)
        return Answer(answer.status, {n.lower(): v for n, v in answer.getheaders()}, text)

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def form(self, path, fields, headers=None):
        return self.ask("POST", path, urllib.parse.urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})

    def begin(self, **changes):
        answer = self.form("/inzenden/" + KIND, {**FILLED_IN, **changes})
        assert answer.status == 303, answer.text[-1500:]
        page = self.get("/inzending/documenten").text
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
        self.reference = re.search(r"ZP-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", page).group(0)
        return self

    def create(self, length, name="a.pdf", slot="request"):
        encoded = lambda text: base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
        return self.ask("POST", "/uploads", headers={**TUS, "Upload-Length": str(length),
                                                     "Upload-Metadata": f"filename {encoded(name)},slot {encoded(slot)}"})

    def patch(self, location, offset, data, **headers):
        return self.ask("PATCH", location, data, {**TUS, "Upload-Offset": str(offset), "Content-Type": OFFSET_TYPE, **headers})

    def offset(self, location):
        answer = self.ask("HEAD", location, headers=TUS)
        assert answer.status == 200, answer.status
        return int(answer.headers["upload-offset"])

    def upload(self, data, name="a.pdf", slot="request"):
        location = self.create(len(data), name, slot).headers["location"]
        answer = self.patch(location, 0, data)
        assert answer.status == 204, (answer.status, answer.text)
        return location

    def upload_form(self, data, name="a.pdf", slot="request", csrf=None):
        boundary = "----zp"
        body = b""
        for field, value in (("csrf", self.csrf if csrf is None else csrf), ("slot", slot)):
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'.encode()
        return self.ask("POST", "/inzending/documenten", body + data + f"\r\n--{boundary}--\r\n".encode(),
                        {"Content-Type": "multipart/form-data; boundary=" + boundary})

    def documents(self):
        return json.loads(self.get("/inzending/bevindingen", Accept="application/json").text)["documents"]

    def send(self):
        return self.form("/inzending/versturen", {"csrf": self.csrf})


def cookie_header(client):
    return "; ".join(f"{n}={v}" for n, v in client.cookies.items())


def soon(condition, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


class DoorTest(unittest.TestCase):
    SETTINGS = ""

    @classmethod
    def setUpClass(cls):
        cls.door = Instance(cls.SETTINGS)

    @classmethod
    def tearDownClass(cls):
        cls.door.stop()

    def client(self):
        return Client(self.door)
