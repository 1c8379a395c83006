"""A time-stamp authority for tests: RFC 3161 over HTTP, answered by `openssl ts`."""
import http.server
import subprocess
import threading

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {home}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
tsa_name = no
"""


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, **options)


class Authority:
    """RFC 3161 over HTTP, answered by `openssl ts`."""

    def __init__(self, home):
        self.home, self.answer = home, None
        (home / "tsa.cnf").write_text(CONFIG.format(home=home))
        (home / "serial").write_text("01\n")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=Tijd van de proef",
            "-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature",
            "-keyout", home / "tsa.key", "-out", home / "tsa.pem")
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                (home / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                body = authority.answer if authority.answer is not None else authority.reply()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tsa"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply(self):
        run("openssl", "ts", "-reply", "-config", self.home / "tsa.cnf", "-section", "here", "-queryfile", self.home / "query", "-signer", self.home / "tsa.pem",
            "-inkey", self.home / "tsa.key", "-out", self.home / "reply")
        return (self.home / "reply").read_bytes()
