#!/usr/bin/env python3
"""Our key lies where gpg looks for it by our address (Web Key Directory), by the advanced and by the direct method, in a form that gpg takes."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "worker"))
from instance import Instance, eventually  # noqa: E402

BINARIES = sys.argv.pop(1)
DOMAIN = "ciz.example"

# A machine of its own, on which our names lead here and one authority more is trusted.
SURROUNDINGS = """ip link set lo up
printf '127.0.0.1 localhost {domain} openpgpkey.{domain}\\n' > {folder}/hosts && mount --bind {folder}/hosts /etc/hosts
printf 'hosts: files\\n' > {folder}/names && mount --bind {folder}/names /etc/nsswitch.conf
mount --bind {folder}/ca.pem /etc/ssl/certs/ca-certificates.crt
exec "$@"
"""


class WebKeyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zone = Instance(BINARIES)
        cls.addClassCleanup(cls.zone.close)
        config = cls.zone.config.read_text()
        cls.address = re.search(r"public:\n  listen: (\S+)", config).group(1)
        cls.fingerprint = re.search(r"zone_fingerprint: (\w{40})", config).group(1)
        cls.zone.start("keymaker", "broker", "worker", "public")
        # The name that gpg itself gives it.
        listed = subprocess.run(["gpg", "--homedir", cls.zone.zone / "data/keys/public", "--with-wkd-hash", "--list-keys", cls.fingerprint], capture_output=True, text=True,
                                check=True).stdout
        cls.hash = re.search(rf"(\w{{32}})@{DOMAIN}", listed).group(1)
        assert eventually(lambda: list((cls.zone.zone / "data/shelf/webkeys").iterdir()), 60), cls.zone.log("worker")

    def get(self, path):
        done = subprocess.run(["curl", "-s", "-i", "-k", "--path-as-is", f"https://{self.address}{path}"], capture_output=True, check=True)
        head, body = done.stdout.split(b"\r\n\r\n", 1)
        return int(head.split()[1]), head.decode().lower(), body

    def test_gpg_takes_the_key_by_either_method(self):
        for path in (f"/.well-known/openpgpkey/hu/{self.hash}?l=post", f"/.well-known/openpgpkey/{DOMAIN}/hu/{self.hash}?l=post"):
            status, head, key = self.get(path)
            self.assertEqual(status, 200, path)
            self.assertIn("content-type: application/octet-stream", head)
            home = pathlib.Path(tempfile.mkdtemp(prefix="zpg"))
            self.addCleanup(shutil.rmtree, home, ignore_errors=True)
            # As gpg itself does with what it finds there: user ids of other addresses fall away, and a key without any is no key.
            gpg = ["gpg", "--homedir", home, "--batch", "--no-autostart"]
            subprocess.run([*gpg, "--import-options", "import-minimal", "--import-filter", f"keep-uid=mbox = post@{DOMAIN}", "--import"], input=key, check=True, capture_output=True)
            self.assertIn(self.fingerprint, subprocess.run([*gpg, "--with-colons", "--list-keys"], capture_output=True, text=True, check=True).stdout)

    def certify(self, folder, name):
        """A certificate for `name` (server.pem, server.key) of an authority (ca.pem) that nobody knows."""
        new_key = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Proef"]
        (folder / "names.ext").write_text(f"subjectAltName=DNS:{name}")
        for command in ([*new_key, "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"], [*new_key, "-keyout", "server.key", "-out", "server.csr"],
                        ["openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                         "-extfile", "names.ext", "-out", "server.pem"]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)

    def find_with_gpg(self, home):
        """What gpg says when it looks our address up on the web, from where the door stands."""
        door = str(self.zone.running["public"].pid)
        find = ["gpg", "--homedir", home, "--batch", "--auto-key-locate", "clear,wkd", "--locate-external-keys", f"post@{DOMAIN}"]
        done = subprocess.run(["nsenter", "-t", door, "-m", "-n", *find], capture_output=True, text=True, timeout=120, check=False)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        return done.stdout + done.stderr

    def back(self, config):
        self.zone.config.write_text(config)
        self.zone.kill("public")
        self.zone.start("public")

    @unittest.skipUnless(os.getuid() == 0, "only root makes a network of its own")
    def test_gpg_finds_the_key_by_our_address_over_tls(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="zpw"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.certify(folder, f"openpgpkey.{DOMAIN}")
        config = self.zone.config.read_text()
        self.addCleanup(self.back, config)
        self.zone.config.write_text(re.sub(r"public:\n  listen: .*\n  certificate: .*\n  key: .*\n",
                                           f"public:\n  listen: 127.0.0.1:443\n  certificate: {folder}/server.pem\n  key: {folder}/server.key\n", config))
        self.zone.kill("public")
        self.zone.start_in(["unshare", "--mount", "--net", "sh", "-ec", SURROUNDINGS.format(domain=DOMAIN, folder=folder), "-"], "public")
        home = folder / "home"
        home.mkdir(mode=0o700)
        (home / "dirmngr.conf").write_text("standard-resolver\n")
        self.assertIn(self.fingerprint, self.find_with_gpg(home))

    def test_nothing_else_is_there(self):
        known = "/.well-known/openpgpkey/hu/"
        for path in (known + "y" * 32, known + "..%2f..%2freceipts", known + "../../receipts/x", "/.well-known/openpgpkey/kwaad.example/policy",
                     f"/.well-known/openpgpkey/kwaad.example/hu/{self.hash}"):
            self.assertIn(self.get(path)[0], (400, 404), path)
        for path in ("/.well-known/openpgpkey/policy", f"/.well-known/openpgpkey/{DOMAIN}/policy"):
            status, head, body = self.get(path)
            self.assertEqual((status, body), (200, b""))
            self.assertIn("access-control-allow-origin: *", head)


if __name__ == "__main__":
    unittest.main(verbosity=2)
