"""Large mail from the tray into dossiers: the worker, its cell and its disk, beside openssl reading and hashing the same sealed files."""
import contextlib
import email.message
import os
import pathlib
import re
import signal
import smtplib
import sqlite3
import subprocess
import time

import instance
import table

COUNTS = {1: 40, 20: 5, 100: 2}  # megabytes of a mail: how many


def mail(megabytes):
    """A few words and an attachment of a kind that nobody looks into, so that what follows filing takes no part."""
    one = email.message.EmailMessage()
    one["From"], one["To"], one["Subject"] = "Renée Fictief <renee@burger.example>", "post@zegelpost.example", "Stukken"
    one.set_content("Hierbij de stukken.\n")
    one.add_attachment(os.urandom(megabytes * 1_000_000 * 73 // 100), maintype="application", subtype="octet-stream", filename="stukken.bin")
    return one.as_bytes().replace(b"\n", b"\r\n")


def deliver(port, message):
    with smtplib.LMTP("127.0.0.1", port, timeout=300) as door:
        door.sendmail("renee@burger.example", ["post@zegelpost.example"], message)


def filed(one):
    with contextlib.closing(sqlite3.connect(f"file:{one.folder}/data/store/zegelpost.db?mode=ro", uri=True, timeout=30)) as database:
        return database.execute("SELECT count(*) FROM submissions").fetchone()[0]


def wait_for(one, count, seconds=300):
    deadline = time.monotonic() + seconds
    while filed(one) < count:
        if time.monotonic() > deadline:
            raise RuntimeError("not filed:\n" + one.log.read_text()[-2000:])
        time.sleep(0.005)


def processor_seconds(pid):
    """Of a process and of its children that ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def measure(one, port, megabytes, count):
    worker, before = one.children["worker"], filed(one)
    worker.send_signal(signal.SIGSTOP)
    message = mail(megabytes)
    for _ in range(count):
        deliver(port, message.replace(b"Stukken", os.urandom(8).hex().encode(), 1))  # the same again would not be filed as one more
    sealed = [path for path in (one.folder / "data/incoming/new").rglob("*") if path.is_file()]
    hashing = ["openssl", "dgst", "-sha256", *sealed]
    subprocess.run(hashing, check=True, stdout=subprocess.DEVNULL)  # from the disk, so that neither waits for it
    started = time.monotonic()
    subprocess.run(hashing, check=True, stdout=subprocess.DEVNULL)
    yardstick = time.monotonic() - started
    pid = worker.pid
    resting = instance.memory(pid, "VmRSS")
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
    used, started = processor_seconds(pid), time.monotonic()
    worker.send_signal(signal.SIGCONT)
    wait_for(one, before + count)
    seconds, used = time.monotonic() - started, processor_seconds(pid) - used
    return len(message) * count / 1e6, seconds, used, yardstick, instance.memory(pid, "VmHWM") - resting


def rows(programs):
    settings = {"mail": {"recipients": ["post@zegelpost.example"], "max_message_megabytes": 160}}
    with instance.running(programs, "keymaker", "public", "mail", "broker", "worker", settings=settings) as one:
        port = int(re.search(r"lmtp_listen: *'?[\d.]+:(\d+)", one.config.read_text()).group(1))
        instance.wait_for_port(port, one.log)
        deliver(port, mail(1))
        wait_for(one, 1)
        for megabytes, count in COUNTS.items():
            table.note(f"mail_filing: {count} mails of {megabytes} MB ({table.load()})")
            total, seconds, used, yardstick, growth = measure(one, port, megabytes, count)
            yield table.Row(f"filing mail of {megabytes} MB", f"{total / seconds:.0f} MB/s, {used / count * 1000:.0f} ms of the worker's processor time each",
                            f"SHA-256 {total / yardstick:.0f} MB/s", yardstick / seconds)
            yield table.Row(f"growth of the worker meanwhile, {megabytes} MB", f"{growth:.0f} MB")
