"""The seal's key in a PKCS#11 token: what it signs is as good as with a key in a file, and what is wrong with it is said."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

from soft_token import MODULE, SoftToken, run

PRESS, ZEGELPOST, SAMPLES = map(pathlib.Path, sys.argv[1:4])


@unittest.skipUnless(MODULE, "softhsm2 is not installed")
class Token(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.home = pathlib.Path(cls.folder.name)
        cls.token = SoftToken(cls.home)
        cls.curve = cls.token.add_key("kromme", "01", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        cls.rsa = cls.token.add_key("groot", "02", "rsa:3072")
        cls.weak = cls.token.add_key("klein", "03", "rsa:2048")
        cls.data = cls.home / "data.json"
        cls.data.write_text(json.dumps(yaml.safe_load((SAMPLES / "portero-waarschuwing.yaml").read_text()), default=str))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def press(self, uri, chain):
        pdf = self.home / "letter.pdf"
        done = subprocess.run([PRESS, "portero-waarschuwing", self.data, pdf, "--token", uri, chain], capture_output=True, text=True, env=self.token.environment)
        return pdf, done

    def refused(self, uri, chain=None):
        _, done = self.press(uri, chain or self.curve)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotIn("2468", done.stderr)
        return done.stderr

    def test_the_signature_is_as_good_as_that_of_a_key_in_a_file(self):
        for name, chain in (("kromme", self.curve), ("groot", self.rsa)):
            pdf, done = self.press(self.token.uri(name), chain)
            self.assertEqual(done.returncode, 0, done.stderr)
            told = run("pdfsig", "-nocert", pdf, text=True).stdout
            self.assertIn("Signature is Valid", told)
            self.assertIn("Total document signed", told)
            self.assertIn("ETSI.CAdES.detached", told)
            [signature] = json.loads(run(ZEGELPOST, "check", "--json", "--trust", chain, pdf, text=True).stdout)["digital_signatures"]
            self.assertEqual((signature["integrity"], signature["coverage"], signature["chain"]), ("ok", "whole", "trusted"))
            self.assertEqual(signature["signer"], f"Zegel {name}")

    @unittest.skipUnless(pathlib.Path("/usr/share/p11-kit/modules/softhsm2.module").exists(), "p11-kit does not know SoftHSM2")
    def test_without_a_module_path_those_that_p11_kit_knows_are_asked(self):
        pdf, done = self.press(f"pkcs11:token=zegel;object=kromme;id=%01?pin-source=file:{self.token.pin}", self.curve)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Signature is Valid", run("pdfsig", "-nocert", pdf, text=True).stdout)

    def test_another_token_is_not_there_and_those_that_are_are_named(self):
        self.assertRegex(self.refused(self.token.uri("kromme", token="elders")), "no token fits.*there are: zegel")

    def test_a_wrong_or_absent_pin_is_told_as_such(self):
        self.assertIn("the PIN of the token is wrong", self.refused(self.token.uri("kromme", pin=self.token.write_pin("1357", "wrong"))))
        self.assertIn("there is no PIN in", self.refused(self.token.uri("kromme", pin=self.home / "nowhere")))
        self.assertIn("wants a PIN", self.refused(f"pkcs11:token=zegel;object=kromme?module-path={MODULE}"))

    def test_a_pin_in_the_uri_itself_is_refused(self):
        self.assertIn("put it in a file", self.refused(f"pkcs11:token=zegel;object=kromme?module-path={MODULE}&pin-value=2468"))

    def test_a_key_that_is_not_there_is_told_with_those_that_are(self):
        self.assertRegex(self.refused(self.token.uri("weg")), "no private key.*it holds: .*kromme")

    def test_without_a_name_several_keys_fit(self):
        self.assertIn("several keys", self.refused(f"pkcs11:token=zegel?module-path={MODULE}&pin-source=file:{self.token.pin}"))

    def test_a_key_of_another_certificate_and_a_weak_one_are_refused(self):
        self.assertIn("does not belong to the first certificate", self.refused(self.token.uri("groot"), self.curve))
        self.assertIn("too weak", self.refused(self.token.uri("klein"), self.weak))

    def test_a_module_that_is_not_there_and_what_is_no_uri_are_told(self):
        self.assertIn("can't be loaded", self.refused(self.token.uri("kromme", module="/nowhere/module.so")))
        self.assertIn("no PKCS#11 URI", self.refused("pkcs11:token=%zz"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
