"""The shipped nginx configuration in front of a door on loopback, run by Debian's nginx."""
import hashlib
import os
import pathlib
import random
import shutil
import socket
import ssl
import subprocess
import unittest

from door import Client, Instance, free_port, soon

SHIPPED = os.path.join(os.path.dirname(__file__), "../../../gateway/public/nginx/zegelpost.conf")


@unittest.skipUnless(shutil.which("nginx"), "nginx is not installed")
class Front(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.door = Instance(tls=False)
        cls.port, plain = free_port(), free_port()
        folder = cls.door.folder.name + "/nginx"
        os.makedirs(folder + "/tmp")
        site = pathlib.Path(SHIPPED).read_text()
        for old, new in (("127.0.0.1:8081", f"127.0.0.1:{cls.door.port}"), ("listen 443 ", f"listen 127.0.0.1:{cls.port} "), ("listen 80;", f"listen 127.0.0.1:{plain};"),
                         ("/etc/zegelpost/tls", cls.door.home + "/tls"), ("/var/log/nginx", folder)):
            assert old in site, old
            site = site.replace(old, new)
        temporary = "".join(f"{kind}_temp_path {folder}/tmp/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        pathlib.Path(folder + "/nginx.conf").write_text(f"pid {folder}/pid;\ndaemon off;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{temporary}{site}}}\n")
        cls.folder = folder
        cls.nginx = subprocess.Popen(["nginx", "-c", folder + "/nginx.conf"], stderr=subprocess.DEVNULL)

        def up():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", cls.port)) == 0
        assert soon(up), pathlib.Path(folder + "/error.log").read_text()

    @classmethod
    def tearDownClass(cls):
        cls.nginx.terminate()
        cls.nginx.wait(10)
        cls.door.stop()

    def client(self):
        return Client(self.door, self.port)

    def raw(self, text):
        context = ssl._create_unverified_context()
        with context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10)) as connection:
            connection.sendall(text)
            received = b""
            try:
                while chunk := connection.recv(65536):
                    received += chunk
            except OSError:
                pass
            return received

    def test_a_submission_goes_through(self):
        client = self.client().begin()
        data = random.randbytes(5_000_000)
        client.upload(data)
        self.assertEqual(client.documents()[0]["sha256"], hashlib.sha256(data).hexdigest())
        self.assertEqual(client.send().headers["location"], "/inzending/ontvangst")

    def test_a_body_cut_by_the_client_is_not_taken_for_a_whole_one(self):
        client = self.client().begin()
        location = client.create(100_000).headers["location"]
        cookies = "; ".join(f"{n}={v}" for n, v in client.cookies.items())
        context = ssl._create_unverified_context()
        with context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10)) as connection:
            connection.sendall(f"PATCH {location} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nCookie: {cookies}\r\n"
                               f"Content-Type: application/offset+octet-stream\r\nContent-Length: 100000\r\n\r\n".encode() + bytes(40_000))
        soon(lambda: client.offset(location) > 0, 5)
        self.assertLessEqual(client.offset(location), 40_000)
        self.assertFalse(client.documents()[0]["complete"])

    def test_malformed_heads_stop_at_the_front(self):
        start = b"POST / HTTP/1.1\r\nHost: x\r\n"
        for head in (start + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", start + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"GET / HTTP/1.1\r\n\r\n", start + b"Content-Length : 1\r\n\r\na"):
            self.assertIn(b" 400 ", self.raw(head)[:20])

    def test_no_plaintext_and_no_link_in_nginx_files(self):
        client = self.client().begin()
        marker = b"een-heel-bijzonder-verhaal" * 50_000
        client.upload(marker)
        client.get("/bericht/geheimelink")
        client.get("/verder?reference=geheimkenmerk")
        soon(lambda: "/verder" in pathlib.Path(self.folder + "/zegelpost.log").read_text())
        found = b""
        for root, _, names in os.walk(self.folder):
            for name in names:
                found += pathlib.Path(root, name).read_bytes()
        self.assertIn(b" /verder ", found)
        for word in (b"een-heel-bijzonder", b"geheimelink", b"geheimkenmerk"):
            self.assertNotIn(word, found)


if __name__ == "__main__":
    unittest.main()
