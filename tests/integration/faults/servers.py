"""The servers around an instance, stopped and started in the middle of a test by the same scripts that started them."""
import pathlib
import subprocess

LIB = pathlib.Path(__file__).resolve().parents[3] / "tools" / "lib"
ADDRESS = "post@zegelpost.example"


def _shell(*words):
    subprocess.run(["bash", "-c", f'. "{LIB}/common.sh"; . "{LIB}/servers.sh"; "$@"', "-", *map(str, words)], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def stop_clamd(instance):
    _shell("stop_clamd", instance.folder / "clamd")
    (instance.folder / "clamd" / "clamd.sock").unlink(missing_ok=True)


def start_clamd(instance):
    _shell("start_clamd", instance.folder / "clamd")


def stop_postfix(instance):
    _shell("stop_postfix", instance.folder / "postfix")


def start_postfix(instance, smtp_port, lmtp_port):
    _shell("start_postfix", instance.folder / "postfix", smtp_port, lmtp_port, ADDRESS)
