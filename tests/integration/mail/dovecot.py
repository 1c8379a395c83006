"""A Dovecot of a test's own: IMAPS, POP3S and LMTP on free ports, a Maildir for each user, password and XOAUTH2."""
import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from waiting import eventually, free_port  # noqa: E402

PASSWORD = "geheim-van-de-proef"
NOBODY = 65534


class Dovecot:
    def __init__(self, folder, fsync="optimized"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.imaps, self.pop3s, self.lmtp, self.asking = free_port(), free_port(), free_port(), free_port()
        self.certificate, self.key = self.folder / "certificate.pem", self.folder / "key.pem"
        self.fsync = fsync
        self.tokens = set()
        self.names = itertools.count()
        (self.folder / "mail").mkdir(exist_ok=True)
        shutil.chown(self.folder / "mail", NOBODY)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate],
                       check=True, capture_output=True)
        self._answer_dovecot()

    def _answer_dovecot(self):
        """Dovecot asks here whether a token is good (RFC 7662)."""
        tokens = self.tokens

        class Introspection(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                good = any(token in form for token in tokens)
                answer = json.dumps({"active": good, "username": "tokens"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.introspection = http.server.ThreadingHTTPServer(("127.0.0.1", self.asking), Introspection)
        threading.Thread(target=self.introspection.serve_forever, daemon=True).start()

    def start(self):
        base = self.folder
        (base / "oauth2.conf").write_text(f"introspection_mode = post\nintrospection_url = http://127.0.0.1:{self.asking}/introspect\n"
                                          "username_attribute = username\nactive_attribute = active\nactive_value = true\n")
        (base / "dovecot.conf").write_text(f"""base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <{self.certificate}
ssl_key = <{self.key}
mail_location = maildir:{base}/mail/%u
mail_fsync = {self.fsync}
first_valid_uid = 1
auth_mechanisms = plain login xoauth2
default_process_limit = 200
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={NOBODY} gid={NOBODY} home={base}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {self.pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.lmtp}
  }}
}}
""")
        self.process = subprocess.Popen(["dovecot", "-F", "-c", base / "dovecot.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        if not eventually(lambda: (base / "log").exists() and "starting up" in (base / "log").read_text(), 20):
            raise RuntimeError("dovecot did not start")

    def stop(self):
        if getattr(self, "process", None):
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def close(self):
        self.stop()
        self.introspection.shutdown()
        self.introspection.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def box(self, user):
        return self.folder / "mail" / user

    def put(self, user, raw):
        """Straight into the Maildir: bytes that no MTA would let through."""
        for part in ("", "new", "cur", "tmp"):
            (self.box(user) / part).mkdir(exist_ok=True)
            shutil.chown(self.box(user) / part, NOBODY, NOBODY)
        name = f"{int(time.time())}.M{time.monotonic_ns()}N{next(self.names)}.proef"
        path = self.box(user) / "tmp" / name
        path.write_bytes(raw)
        shutil.chown(path, NOBODY, NOBODY)
        return path.rename(self.box(user) / "new" / name)

    def messages(self, user, folder=""):
        box = self.box(user) / folder
        return [path for part in ("new", "cur") for path in (box / part).glob("*")]

    def kill_while_it_sends(self, name, after):
        """kill -9 for our process `name` ("imap", "pop3") that has written more than `after` bytes."""
        while True:
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    ours = (process / "comm").read_text().strip() == name and (process / "stat").read_text().split()[3] == str(self.process.pid)
                    if ours and int(re.search(r"wchar: (\d+)", (process / "io").read_text()).group(1)) > after:
                        return os.kill(int(process.name), signal.SIGKILL)
                except OSError:
                    pass  # it is gone already

    def number_anew(self, user):
        """Another UIDVALIDITY, and numbers from 1."""
        for path in self.box(user).glob("dovecot*"):
            if path.is_file():
                os.unlink(path)
