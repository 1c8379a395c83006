"""A PKCS#11 token in software (SoftHSM2) in a folder of its own, with one or more seal keys in it."""
import os
import pathlib
import subprocess

MODULE = next((str(one) for one in map(pathlib.Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm.so")) if one.exists()), "")
PIN, LABEL = "2468", "zegel"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, **options)


class SoftToken:
    def __init__(self, home):
        self.home = home
        (home / "tokens").mkdir()
        (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {**os.environ, "SOFTHSM2_CONF": str(home / "softhsm2.conf")}
        self.softhsm("--init-token", "--free", "--label", LABEL, "--so-pin", "13579", "--pin", PIN)
        self.pin = self.write_pin(PIN)

    def softhsm(self, *arguments):
        return run("softhsm2-util", *arguments, env=self.environment)

    def write_pin(self, pin, name="pin"):
        path = self.home / name
        path.write_text(pin + "\n")
        path.chmod(0o600)
        return path

    def add_key(self, name, number, *kind):
        """A key with its self-signed certificate; the file of the key is gone after this."""
        key, chain = self.home / f"{name}.key", self.home / f"{name}.pem"
        run("openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "30", "-subj", f"/CN=Zegel {name}", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation",
            "-keyout", key, "-out", chain)
        self.softhsm("--import", key, "--token", LABEL, "--label", name, "--id", number, "--pin", PIN)
        key.unlink()
        return chain

    def uri(self, name, token=LABEL, pin=None, module=MODULE):
        return f"pkcs11:token={token};object={name}?module-path={module}&pin-source=file:{pin or self.pin}"
