"""A real instance for tests: keymaker, cells, mail door and worker as processes, beside a Postfix and a clamd of its own."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import postfix  # noqa: E402
from waiting import eventually, free_port  # noqa: E402, F401

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EICAR_MD5 = "44d88612fea8a8f36de82e1278abb02f"


def bundled(content):
    """Ids of the items in a bundle."""
    ids = []
    while content.startswith(b"ZPBUND1\n"):
        files = 12 + int.from_bytes(content[8:12], "big")
        items = json.loads(content[12:files])
        ids += [item["id"] for item in items]
        content = content[files + sum(file["size"] for item in items for file in item["files"]):]
    return ids


class Instance:
    """`start(name)` and `kill(name)` work on the programs zegelpost-NAME."""

    def __init__(self, binaries, reserve_megabytes=16):
        self.binaries = pathlib.Path(binaries)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zpi"))
        os.chmod(self.folder, 0o755)
        self.lmtp_port, self.smtp_port = free_port(), free_port()
        self.clamd_socket = self.folder / "clamd.sock"
        self.zone = self.folder / "i"
        subprocess.run([self.binaries / "zegelpost", "init", self.zone, "--reserve-megabytes", str(reserve_megabytes), "--public-port",
                        str(free_port()), "--staff-port", str(free_port()), "--lmtp-port", str(self.lmtp_port), "--smtp-port",
                        str(self.smtp_port), "--mail-address", "post@ciz.example", "--clamd", self.clamd_socket], check=True,
                       capture_output=True)
        self.config = self.zone / "zegelpost.yaml"
        self.running = {}

    def start(self, *names):
        for name in names:
            self.start_in([], name)

    def start_in(self, surroundings, name):
        """Behind another command: "faketime", "unshare"."""
        ready, told = os.pipe()
        self.running[name] = self._spawn(surroundings, name, dict(os.environ, ZEGELPOST_READY_FD=str(told)), [told])
        os.close(told)
        if os.read(ready, 1) != b"r":
            raise RuntimeError(f"{name} did not start: " + self.log(name))
        os.close(ready)

    def exit_status(self, name):
        """Of a program that is expected to end by itself."""
        return self._spawn([], name, dict(os.environ), []).wait(60)

    def _spawn(self, surroundings, name, environment, descriptors):
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen([*surroundings, self.binaries / f"zegelpost-{name}", "--config", self.config], stderr=log, env=environment,
                                    pass_fds=descriptors)

    def kill(self, name, how=signal.SIGKILL):
        process = self.running.pop(name)
        process.send_signal(how)
        process.wait(30)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def in_tray(self, *places):
        """Ids of the items there, in folders and in bundles (gateway/store/bundle.h)."""
        ids = []
        for path in [path for place in places for path in (self.zone / "data/incoming" / place).iterdir()]:
            if path.suffix == ".bundle":
                ids += bundled(path.read_bytes())
            elif path.suffix != ".part":
                ids.append(path.name)
        return ids

    def start_postfix(self):
        """Takes mail for ciz.example to our LMTP door, and mail for burger.example to Maildirs."""
        self.postfix = self.folder / "postfix"
        postfix.start(self.postfix, f"127.0.0.1:{self.smtp_port}", "burger.example", f"""myhostname = mta.test
smtpd_recipient_restrictions = permit_mynetworks, reject
transport_maps = inline:{{ ciz.example=lmtp:inet:127.0.0.1:{self.lmtp_port} }}
relay_domains = ciz.example
minimal_backoff_time = 1s
maximal_backoff_time = 3s
queue_run_delay = 1s
""")

    def delivered(self):
        """What Postfix delivered to burger.example."""
        return postfix.delivered(self.postfix)

    def start_clamd(self):
        base = self.folder / "clamav"
        base.mkdir(exist_ok=True)
        (base / "own.hdb").write_text(f"{EICAR_MD5}:{len(EICAR)}:Own.Eicar\n")
        (self.folder / "clamd.conf").write_text(f"LocalSocket {self.clamd_socket}\nDatabaseDirectory {base}\nForeground yes\nUser root\n"
                                                "AlertEncrypted yes\nAlertExceedsMax yes\n")
        self.clamd = subprocess.Popen(["clamd", "--config-file", self.folder / "clamd.conf"], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        return eventually(self.clamd_socket.exists, 30)

    def stop_clamd(self):
        self.clamd.kill()
        self.clamd.wait()
        self.clamd_socket.unlink(missing_ok=True)

    def rows(self, sql, *values):
        database = sqlite3.connect(f"file:{self.zone}/data/store/zegelpost.db?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def one(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def balance(self):
        return subprocess.run([self.binaries / "zegelpost", "balance", "--config", self.config], capture_output=True, text=True)

    def close(self):
        for name in list(self.running):
            self.kill(name)
        if hasattr(self, "postfix"):
            postfix.stop(self.postfix)
        if hasattr(self, "clamd") and self.clamd.poll() is None:
            self.stop_clamd()
        subprocess.run(["gpgconf", "--homedir", self.zone / "data/keys/zone", "--kill", "all"], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
