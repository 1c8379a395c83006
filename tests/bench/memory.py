"""Memory of the public door while 2 GB stream through it, of the mail door while it takes 100 MB, and of all processes at rest."""
import os
import pathlib
import re
import smtplib
import time

import instance
import table

GIGABYTES, PIECE = 2, 1024 * 1024
REST = 10  # seconds after the start


def stream(one, cookie, length):
    connection = instance.connect(one.port)
    piece = os.urandom(PIECE)
    head = {"Cookie": cookie, "Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Content-Length": str(length),
            "Content-Type": "application/offset+octet-stream"}
    connection.request("POST", "/uploads", (piece for _ in range(length // PIECE)), head)
    answer = connection.getresponse()
    if answer.status != 201 or answer.getheader("Upload-Offset") != str(length):
        raise RuntimeError(f"upload ended with {answer.status} at {answer.getheader('Upload-Offset')}")


def growth(programs):
    settings = {"public": {"max_file_megabytes": 4096, "max_submission_megabytes": 65536}}
    with instance.running(programs, "keymaker", "public", settings=settings) as one:
        cookie = one.begin()  # Argon2id takes its 64 MB here, and gives them back
        stream(one, cookie, 64 * PIECE)  # threads and buffers that any first upload makes; too large to be inspected meanwhile
        time.sleep(1)
        pid = one.children["public"].pid
        table.note(f"memory: {GIGABYTES} GB through the door ({table.load()})")
        return peak_of(pid, lambda: stream(one, cookie, GIGABYTES * 1024 * PIECE))


def peak_of(pid, action):
    """Megabytes that a process needed during `action` beyond what it had before."""
    before = instance.memory(pid, "VmRSS")
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
    action()
    return instance.memory(pid, "VmHWM") - before


def mail_growth(programs):
    settings = {"mail": {"recipients": ["post@zegelpost.example"], "max_message_megabytes": 160}}
    with instance.running(programs, "keymaker", "public", "mail", settings=settings) as one:
        port = int(re.search(r"lmtp_listen: *'?[\d.]+:(\d+)", one.config.read_text()).group(1))
        instance.wait_for_port(port, one.log)

        def deliver(megabytes):
            line = os.urandom(37).hex().encode() + b"\r\n"
            with smtplib.LMTP("127.0.0.1", port, timeout=300) as door:
                door.sendmail("renee@burger.example", ["post@zegelpost.example"], b"Subject: Stukken\r\n\r\n" + line * (megabytes * 1_000_000 // len(line)))

        deliver(1)  # threads and buffers that any first mail makes
        table.note(f"memory: a mail of 100 MB through the door ({table.load()})")
        return peak_of(one.children["mail"].pid, lambda: deliver(100))


def family(pid):
    """A process and all below it, with their names."""
    yield pid
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def agents(folder):
    """GnuPG's agents leave the family; their home tells whose they are."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "comm").read_text().startswith("gpg-agent") and str(folder) in (entry / "cmdline").read_text():
                    yield int(entry.name)
            except FileNotFoundError:
                continue


def at_rest(programs):
    """{process: megabytes}: each page shared between processes counts once."""
    with instance.running(programs, "serve") as one:
        table.note(f"memory: all processes at rest ({table.load()})")
        time.sleep(REST)
        sizes = {}
        for pid in [*family(one.children["serve"].pid), *agents(one.folder)]:
            name = pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0].rsplit("/")[-1].removeprefix("zegelpost-")
            sizes[name] = sizes.get(name, 0) + instance.memory(pid, "Pss")
        return sizes


def rows(programs):
    sizes = at_rest(programs)
    listing = ", ".join(f"{name} {size:.0f}" for name, size in sorted(sizes.items(), key=lambda item: -item[1]))
    return [table.below("memory growth of the door, 2 GB upload", growth(programs), "MB", 64),
            table.below("memory growth of the mail door, a mail of 100 MB", mail_growth(programs), "MB", 64),
            table.below("memory of all processes at rest", sum(sizes.values()), "MB", 150, f" ({listing})")]
