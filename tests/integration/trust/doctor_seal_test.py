"""`zegelpost doctor` tries the seal and the time-stamp server for real, and says what to do."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "conformance/letters"))
from authority import Authority  # noqa: E402
from soft_token import MODULE, SoftToken  # noqa: E402

ZEGELPOST = pathlib.Path(sys.argv[1])


class DoctorSeal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Not below a deep folder: a gpg-agent socket's path has at most 107 characters.
        cls.folder = tempfile.TemporaryDirectory(dir="/tmp", prefix="zp-")
        cls.home = pathlib.Path(cls.folder.name)
        cls.zone = cls.home / "zone"
        subprocess.run([ZEGELPOST, "init", cls.zone], check=True, capture_output=True)
        cls.original = (cls.zone / "zegelpost.yaml").read_text()

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["gpgconf", "--homedir", cls.zone / "data/keys/zone", "--kill", "all"], check=False)
        cls.folder.cleanup()

    def doctor(self, environment=None, **keys):
        text = self.original
        for name, value in keys.items():
            lines = [line for line in text.splitlines() if not line.startswith(f"  {name}:")]
            lines.insert(lines.index("keys:") + 1, f'  {name}: "{value}"')
            text = "\n".join(lines) + "\n"
        (self.zone / "zegelpost.yaml").write_text(text)
        done = subprocess.run([ZEGELPOST, "doctor", "--config", self.zone / "zegelpost.yaml"], capture_output=True, text=True, env=environment)
        return done.stdout + done.stderr

    def test_a_time_stamp_server_is_asked_for_a_time_stamp(self):
        authority = Authority(self.home)
        self.addCleanup(authority.server.shutdown)
        self.assertRegex(self.doctor(time_stamp_url=authority.url), r"ok    the time-stamp server http://\S+ gives time-stamps")
        authority.answer = b"<html>welcome</html>"
        self.assertRegex(self.doctor(time_stamp_url=authority.url), r"FAIL  the time-stamp server .*\n +\S.*keys.time_stamp_url")

    def test_a_server_that_is_not_there_is_told_with_what_happens_meanwhile(self):
        told = self.doctor(time_stamp_url="http://127.0.0.1:1/tsa")
        self.assertRegex(told, r"FAIL  the time-stamp server http://127.0.0.1:1/tsa: .*\n +Check keys.time_stamp_url.*PAdES B-B")

    def test_without_a_server_nothing_is_asked(self):
        self.assertNotIn("time-stamp", self.doctor())

    @unittest.skipUnless(MODULE, "softhsm2 is not installed")
    def test_the_key_in_the_token_signs_once(self):
        token = SoftToken(self.home)
        chain = token.add_key("kromme", "01", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        told = self.doctor(token.environment, seal_certificate=chain, seal_key=token.uri("kromme"))
        self.assertRegex(told, r"ok    the seal key signs in its token\n")
        wrong = self.doctor(token.environment, seal_certificate=chain, seal_key=token.uri("kromme", pin=token.write_pin("1", "wrong")))
        self.assertRegex(wrong, r"FAIL  the seal on PDFs can't be used: .*PIN.*wrong.*\n +Mend keys.seal_key")
        gone = self.doctor(token.environment, seal_certificate=chain, seal_key=token.uri("kromme", token="elders"))
        self.assertRegex(gone, r"FAIL  the seal on PDFs can't be used: .*no token fits.*there are: zegel")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
