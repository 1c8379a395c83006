#!/usr/bin/env python3
"""Our key lies where gpg looks for it by our address (Web Key Directory), by the advanced and by the direct method, in a form that gpg takes."""
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
