"""What a door acknowledges is on the disk by then: kill -9 can't show a missing sync (the kernel's cache survives it), the order of the
system calls can. At the moment of the answer nothing that was written below data/ may be without a sync after it, but for the lines of a bundle in the tray's
journal: the bundle, which is synced, stands for them."""
import pathlib
import re
import smtplib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "public"))
from door import Client, Instance, soon  # noqa: E402

CALLS = "write,writev,pwrite64,ftruncate,fallocate,sendto,sendmsg,fsync,fdatasync,openat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat"
MAIL = b"From: a@b.example\r\nSubject: x\r\n\r\nyyy\r\n"
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
PATH = re.compile(r'"([^"]*)"')


class Disk:
    """What a power cut might lose: files written to and folders changed since their last sync."""

    def __init__(self, root):
        self.root, self.unsynced = root, {}

    def below(self, path):
        return path.startswith(self.root + "/") or path == self.root

    def touch(self, path, call):
        if self.below(path):
            self.unsynced[path] = call

    def see(self, call, arguments):
        if call in ("fsync", "fdatasync"):
            self.unsynced.pop(file_of(arguments), None)
        elif call in ("write", "writev", "pwrite64", "ftruncate", "fallocate"):
            self.touch(file_of(arguments), call)
        elif call == "openat" and "O_CREAT" in arguments:
            self.created(path_in(arguments))
        elif call in ("mkdir", "mkdirat"):
            self.created(path_in(arguments))
        elif call.startswith("unlink"):
            self.unsynced.pop(path_in(arguments), None)  # nobody misses it
        elif call.startswith(("rename", "link")):
            old, new = PATH.findall(arguments)[:2]
            for path in [path for path in self.unsynced if path == old or path.startswith(old + "/")]:
                self.unsynced[new + path[len(old):]] = self.unsynced.pop(path)
            self.created(new)

    def created(self, path):
        if pathlib.Path(path).name == "lock":
            return  # there for as long as somebody holds it: nothing is lost with it
        self.touch(str(pathlib.Path(path).parent), "new name " + pathlib.Path(path).name)


def file_of(arguments):
    return re.match(r"\d+<([^>]*)>", arguments).group(1) if re.match(r"\d+<", arguments) else ""


def path_in(arguments):
    return PATH.search(arguments).group(1)


class Traced:
    """strace on a running process."""

    def __init__(self, pid, log):
        self.log = log
        self.process = subprocess.Popen(["strace", "-f", "-y", "-qq", "-s", "64", "-e", "trace=" + CALLS, "-e", "signal=none", "-o", log, "-p", str(pid)])
        threads = pathlib.Path(f"/proc/{pid}/task")
        if not soon(lambda: all("TracerPid:\t0" not in (one / "status").read_text() for one in threads.iterdir()), 30):
            raise RuntimeError("strace did not attach")

    def settle(self):
        """The answer may be with the client before strace has written down the call that sent it."""
        size = -1
        for _ in range(20):  # a worker is never quiet
            if size == (size := pathlib.Path(self.log).stat().st_size):
                return
            time.sleep(0.5)

    def calls(self):
        """(name, arguments) of each finished call that did not fail, in the order in which they ended."""
        self.settle()
        self.process.terminate()
        self.process.wait()
        begun = {}
        for line in pathlib.Path(self.log).read_text(errors="replace").splitlines():
            if line.endswith("<unfinished ...>"):
                begun[line.split()[0]] = line[: -len("<unfinished ...>")]
                continue
            if resumed := RESUMED.match(line):
                line = begun.pop(resumed.group(1)) + resumed.group(2)
            if (found := LINE.match(line)) and int(found.group(3)) >= 0:
                yield found.group(1), found.group(2)


class SyncOrder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.door = Instance(tls=False)
        cls.door.start("mail")
        cls.data = cls.door.home + "/data"
        cls.journal = cls.data + "/incoming/accepted"

    @classmethod
    def tearDownClass(cls):
        cls.door.stop()

    def answers(self, traced, beginning):
        """What was not synced at each answer that begins so."""
        disk, answers = Disk(self.data), []
        for call, arguments in traced.calls():
            disk.see(call, arguments)
            if call in ("write", "writev", "sendto", "sendmsg") and f'"{beginning}' in arguments:
                answers.append(dict(disk.unsynced))
        return answers

    def trace(self, name):
        return Traced(self.door.processes[name].pid, f"{self.door.folder.name}/{name}.strace")

    def deliver(self, *contents):
        """In one session."""
        port = re.search(r"lmtp_listen: 127.0.0.1:(\d+)", pathlib.Path(self.door.config).read_text()).group(1)
        with smtplib.LMTP("127.0.0.1", int(port)) as lmtp:
            for content in contents:
                self.assertEqual(lmtp.sendmail("a@b.example", ["post@zegelpost.example"], content), {})

    def test_a_mail_is_on_the_disk_before_250(self):
        bundle, folder = {self.journal: "write"}, {}  # the taker syncs the lines of a bundle, which stands for them until then
        for contents, unsynced in (((MAIL, MAIL), bundle), ((MAIL * 5_000,), bundle), ((MAIL * 150_000,), folder)):
            traced, before = self.trace("mail"), len(self.door.waiting())
            self.deliver(*contents)
            self.assertEqual(self.answers(traced, "250 2.0.0 kept"), [unsynced] * len(contents))
            self.assertEqual(len(self.door.waiting()), before + 1, "two small ones share a bundle")

    def test_a_bundle_goes_when_its_items_and_their_lines_are_on_the_disk(self):
        self.door.start("worker")
        self.addCleanup(self.door.kill, "worker")
        traced = self.trace("worker")
        self.deliver(MAIL)
        self.assertTrue(soon(lambda: " filed " in self.door.log_text(), 60), self.door.log_text())
        disk, removed, noted = Disk(self.data), [], False
        for call, arguments in traced.calls():
            if call.startswith("unlink") and path_in(arguments).endswith(".bundle"):
                removed.append([path for path in disk.unsynced if path.startswith((self.data + "/incoming/taken", self.journal))])
            disk.see(call, arguments)
            noted = noted or call == "write" and file_of(arguments) == self.journal
        self.assertEqual(removed, [[]])
        self.assertTrue(noted, "by the taker too")

    def test_an_upload_is_on_the_disk_before_204(self):
        client = Client(self.door).begin()
        location = client.create(500_000).headers["location"]
        traced = self.trace("public")
        self.assertEqual(client.patch(location, 0, b"z" * 500_000).status, 204)
        self.assertEqual(self.answers(traced, "HTTP/1.1 204"), [{}])

    def test_a_submission_is_on_the_disk_before_the_sender_hears_of_it(self):
        client = Client(self.door).begin()
        client.upload(b"%PDF-1.4 nothing")
        self.assertTrue(soon(lambda: client.documents()[0]["checked"], 60))
        traced = self.trace("public")
        self.assertEqual(client.send().status, 303)
        self.assertEqual(self.answers(traced, "HTTP/1.1 303"), [{}])


if __name__ == "__main__":
    unittest.main(verbosity=2)
