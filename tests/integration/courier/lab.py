"""Domains of a test on this machine alone: name servers with signed, unsigned and tampered zones (nsd behind unbound), a Postfix with TLS, a server that
had STARTTLS cut out, and web servers with policies of MTA-STS."""
import hashlib
import http.server
import os
import pathlib
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import postfix  # noqa: E402
from line_server import LineServer  # noqa: E402
from waiting import eventually, free_port  # noqa: E402

TOP = "proef"
DOMAINS = ("dane", "fout", "kaal", "vals", "strip", "sts", "stsfout", "nta", "ta")


def run(*command, cwd=None, stdin=None):
    return subprocess.run([str(part) for part in command], cwd=cwd, input=stdin, check=True, capture_output=True).stdout


class Lab:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zpl"))
        os.chmod(self.folder, 0o755)
        self.net = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}"
        self.dns_port, self.resolver_port, self.port = free_port(), free_port(), free_port()
        self.running = []
        self.heard = []
        self.make_certificates()
        self.make_zones()
        self.start_names()
        self.start_postfix()
        self.start_stripped()
        self.start_policies()

    def ip(self, number):
        return f"{self.net}.{number}"

    def stop(self):
        postfix.stop(self.folder / "postfix")
        for process in self.running:
            process.terminate()
            process.wait(20)
        for server in self.servers:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Certificates: one authority, one for the mail servers, one for the web servers.

    def make_certificates(self):
        folder = self.folder / "tls"
        folder.mkdir()
        new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9")
        run(*new, "-subj", "/CN=Gezag van de proef", "-keyout", "ca.key", "-out", "ca.pem", cwd=folder)
        mail = [f"DNS:mx.{name}.{TOP}" for name in DOMAINS if name != "stsfout"] + [f"DNS:nta.nta.{TOP}"]
        web = [f"DNS:mta-sts.{name}.{TOP}" for name in ("sts", "stsfout")]
        for name, names in (("mail", mail), ("web", web)):
            run(*new, "-subj", f"/CN={name}", "-addext", "subjectAltName=" + ",".join(names), "-CA", "ca.pem", "-CAkey", "ca.key", "-addext",
                "basicConstraints=critical,CA:false", "-keyout", f"{name}.key", "-out", f"{name}.pem", cwd=folder)
        (folder / "chain.pem").write_text("".join((folder / part).read_text() for part in ("mail.key", "mail.pem", "ca.pem")))
        self.ca_file = folder / "ca.pem"

    def digest(self, what):
        """TLSA data: of the mail servers' public key, or of the authority's certificate."""
        if what == "key":
            public = run("openssl", "x509", "-in", self.folder / "tls/mail.pem", "-noout", "-pubkey")
            return hashlib.sha256(run("openssl", "pkey", "-pubin", "-outform", "DER", stdin=public)).hexdigest()
        return hashlib.sha256(run("openssl", "x509", "-in", self.ca_file, "-outform", "DER")).hexdigest()

    # Zones.

    def make_zones(self):
        self.zones = self.folder / "zones"
        self.zones.mkdir()
        key = self.digest("key")
        tlsa = f"_{self.port}._tcp.mx IN TLSA 3 1 1 "
        server = f"@ IN MX 10 mx\nmx IN A {self.ip(10)}\n"
        policy = f'_mta-sts IN TXT "v=STSv1; id=1;"\nmta-sts IN A {self.ip(20)}\n'
        records = {
            "dane": server + tlsa + key,
            "fout": server + tlsa + "00" * 32,
            "kaal": server + tlsa + key,
            "vals": server + tlsa + key,
            "strip": f"@ IN MX 10 mx\nmx IN A {self.ip(30)}\n" + tlsa + key,
            "sts": server + policy,
            "stsfout": server + policy,
            "nta": f'{server}@ IN TXT "v=NTA7516-1;startdate=2020-01;enddate=2099-12;provider=Proef;ntamx=10 nta.nta.{TOP}"\nnta IN A {self.ip(10)}\n'
                   f"_{self.port}._tcp.nta IN TLSA 3 1 1 {key}",
            "ta": server + f"_{self.port}._tcp.mx IN TLSA 2 0 1 " + self.digest("authority"),
        }
        unsigned = {"kaal", "sts", "stsfout"}
        delegations = f"ns IN A {self.ip(1)}\n"
        for name in DOMAINS:
            self.write_zone(f"{name}.{TOP}", records[name])
            delegations += f"{name} IN NS ns.{TOP}.\n"
            if name not in unsigned:
                delegations += self.sign(f"{name}.{TOP}").read_text()
        # Somebody on the way leads the mail elsewhere.
        vals = self.zones / f"vals.{TOP}.signed"
        vals.write_text(re.sub(r"(MX\s+10\s+)mx\.vals\.proef\.", rf"\1mx.kaal.{TOP}.", vals.read_text(), count=1))
        self.write_zone(TOP, delegations)
        self.anchor = self.sign(TOP)

    def write_zone(self, name, records):
        (self.zones / name).write_text(f"$ORIGIN {name}.\n$TTL 300\n@ IN SOA ns.{TOP}. beheer.{TOP}. 1 3600 600 86400 300\n@ IN NS ns.{TOP}.\n{records}\n")

    def sign(self, name):
        """Its DS record, as a file."""
        key = run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", name + ".", cwd=self.zones).decode().strip()
        run("ldns-signzone", "-f", f"{name}.signed", name, key, cwd=self.zones)
        return self.zones / f"{key}.ds"

    def start_names(self):
        files = [(name, self.zones / name) for name in [TOP] + [f"{one}.{TOP}" for one in DOMAINS]]
        served = [(name, path.with_name(path.name + ".signed") if path.with_name(path.name + ".signed").exists() else path) for name, path in files]
        (self.folder / "nsd.conf").write_text(
            f'server:\n  ip-address: {self.ip(1)}@{self.dns_port}\n  zonesdir: "{self.zones}"\n  database: ""\n  username: ""\n  pidfile: ""\n  xfrdfile: ""\n'
            f'  zonelistfile: "{self.folder}/zone.list"\n  logfile: "{self.folder}/nsd.log"\n  server-count: 1\n  do-ip6: no\nremote-control:\n  control-enable: no\n'
            + "".join(f'zone:\n  name: "{name}"\n  zonefile: "{path}"\n' for name, path in served))
        # It validates nothing: the courier must.
        (self.folder / "unbound.conf").write_text(
            f'server:\n  interface: {self.ip(2)}@{self.resolver_port}\n  username: ""\n  chroot: ""\n  directory: "{self.folder}"\n  pidfile: ""\n  do-daemonize: no\n'
            f'  use-syslog: no\n  logfile: "{self.folder}/unbound.log"\n  do-not-query-localhost: no\n  access-control: 127.0.0.0/8 allow\n  do-ip6: no\n'
            f'  module-config: "iterator"\n  num-threads: 1\n  so-rcvbuf: 0\n  qname-minimisation: no\nremote-control:\n  control-enable: no\n'
            f'stub-zone:\n  name: "{TOP}."\n  stub-addr: {self.ip(1)}@{self.dns_port}\n')
        self.running.append(subprocess.Popen(["nsd", "-d", "-c", self.folder / "nsd.conf"], stderr=subprocess.DEVNULL))
        self.running.append(subprocess.Popen(["unbound", "-d", "-p", "-c", self.folder / "unbound.conf"], stderr=subprocess.DEVNULL))
        asked = ["drill", "-p", str(self.resolver_port), f"@{self.ip(2)}", f"dane.{TOP}", "MX"]
        eventually(lambda: b"mx.dane" in subprocess.run(asked, capture_output=True, check=False).stdout, 30)

    # Mail servers.

    def start_postfix(self):
        refused = f"{{ weg@dane.{TOP}=REJECT, later@dane.{TOP}=DEFER }}"
        postfix.start(self.folder / "postfix", f"{self.ip(10)}:{self.port}", " ".join(f"{name}.{TOP}" for name in DOMAINS), f"""myhostname = mx.dane.{TOP}
smtpd_recipient_restrictions = check_recipient_access inline:{refused}, permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = {self.folder}/tls/chain.pem
smtpd_tls_received_header = yes
smtpd_tls_session_cache_database =
""")

    def delivered(self):
        return postfix.delivered(self.folder / "postfix")

    def start_stripped(self):
        """A server behind somebody who cut STARTTLS out; what it is told is kept."""
        heard = self.heard

        def speak(told, say):
            say.write(b"220 mx ESMTP\r\n")
            for line in told:
                heard.append(line)
                say.write(b"250-mx\r\n250 8BITMIME\r\n" if line.upper().startswith(b"EHLO") else b"250 ok\r\n")

        self.servers = [LineServer((self.ip(30), self.port), speak)]

    def start_policies(self):
        lab = self
        self.fetched = 0

        class Policies(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                lab.fetched += 1
                domain = self.headers["Host"].removeprefix("mta-sts.").removesuffix(":443")
                body = f"version: STSv1\r\nmode: enforce\r\nmx: mx.{domain}\r\nmax_age: 86400\r\n".encode()
                self.send_response(200 if self.path == "/.well-known/mta-sts.txt" else 404)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer((self.ip(20), 443), Policies)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tls/web.pem", self.folder / "tls/web.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def courier_keys(self):
        """For the configuration."""
        return (f"courier:\n  trust_anchor: {self.anchor}\n  resolver: {self.ip(2)}@{self.resolver_port}\n  port: {self.port}\n  ca_file: {self.ca_file}\n"
                f"  hostname: uit.zegelpost.example\n  nta_header: 'X-Proef-NTA: 1'\n")
