#!/usr/bin/python3
"""Kills processes of a running instance with SIGKILL at random moments while people send by web and mail, and then asks for every item that was
acknowledged: it is there, once, whole. KILLS and SEED come from the environment (50, and the time).
"""
import collections
import io
import os
import random
import re
import sys
import threading
import time
from http.client import HTTPException

from PIL import Image

import tus
from instance import Instance
from lmtp import deliver
from portal import Sender
from staff import Staff

PROCESSES = ["public", "mail", "worker", "keymaker", "broker", "staff"]
FIELDS = {"requester_role": "self", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12", "email": "cornelia@post.example", "access_code": ""}
PATIENCE = 240  # seconds: longer than the supervisor's longest pause


class Load:
    """Senders that never give up, as a browser's script and an MTA do, and what they were told."""

    def __init__(self, instance):
        self.instance = instance
        self.ended = threading.Event()
        self.by_web, self.by_mail = [], []  # references; senders
        self.errors = collections.Counter()
        self._threads = [threading.Thread(target=self._run, args=(work, number)) for work in (self.web, self.mail) for number in range(2)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self.ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work, number):
        count = 0
        while not self.ended.is_set():
            count += 1
            work(f"{number}-{count}")

    def insist(self, what, action):
        """Until it works. A lost answer says nothing: whoever asks again must not get a second one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return action()
            except (OSError, RuntimeError, LookupError, HTTPException) as error:
                self.errors[f"{what}: {type(error).__name__}"] += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def web(self, name):
        sender, content = Sender(self.instance.portal), picture(name)
        self.insist("begin", lambda: expect(sender.begin("indicatiebesluit", FIELDS), "/inzending/documenten"))
        # A creation whose answer was lost leaves an empty upload: the sender takes it back on the page, so here too.
        address = self.insist("create", lambda: tus.create(sender, f"{name}.png", "image/png", "client-identity", len(content)))
        self.insist("upload", lambda: finish(sender, address, content))
        self.insist("tidy", lambda: take_back_empty(sender))
        receipt = self.insist("send", lambda: send(sender))
        self.by_web.append(re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text).group(0))

    def mail(self, name):
        sender = f"load-{name}@post.example"
        message = (f"From: <{sender}>\r\nTo: post@zegelpost.example\r\nSubject: Vraag {name}\r\nMessage-ID: <load.{name}@post.example>\r\n"
                   f"Date: Sun, 22 Nov 2026 10:00:00 +0100\r\n\r\nGoedemiddag, dit is bericht {name}.\r\n").encode()
        self.insist("mail", lambda: deliver(self.instance, sender, message))
        self.by_mail.append(sender)
        time.sleep(1)  # the worker opens each mail in a cell of its own


def picture(name):
    """A small picture that no other sender has."""
    file = io.BytesIO()
    Image.effect_noise((160, 120), 40).convert("RGB").save(file, "PNG")
    return file.getvalue() + name.encode()


def expect(page, end):
    if not page.url.endswith(end):
        raise RuntimeError(f"{page.status} {page.url}")
    return page


def finish(sender, address, content):
    at = tus.offset(sender, address)
    if at < len(content):
        tus.append(sender, address, at, content[at:])
    if tus.offset(sender, address) < len(content):
        raise RuntimeError("not yet")


def take_back_empty(sender):
    page = expect(sender.documents(), "/inzending/documenten")
    for found in re.findall(r'data-id="([0-9a-f]{32})"(?:(?!</li>).)*?nog niet helemaal ontvangen', page.body.decode(), re.S):
        sender.submit(page, form=next(form for form in page.forms if found in form["action"]))


def send(sender):
    page = sender.get("/inzending/ontvangst")
    if page.status == 200 and page.url.endswith("/inzending/ontvangst"):
        return page
    _, receipt = sender.send()
    return expect(receipt, "/inzending/ontvangst")


def kill_at_random(instance, kills, dice):
    done = collections.Counter()
    while sum(done.values()) < kills:
        time.sleep(dice.uniform(0.1, 2.5))
        running = [name for name in PROCESSES if instance.pid(name)]
        if not running:
            continue
        # The supervisor waits longer after each crash: whoever died least is next, so that all are killed about as often.
        fewest = min(done[name] for name in running)
        name = dice.choice([name for name in running if done[name] <= fewest + 1])
        try:
            instance.kill(name)
            done[name] += 1
        except (ProcessLookupError, TypeError):
            pass  # it was just gone
    return done


def wait_until_quiet(instance, seconds=600):
    """Until the tray is empty and every job is done; the numbers of the balance."""
    deadline, last = time.monotonic() + seconds, None
    while True:
        _, told = instance.zegelpost("balance")
        numbers = {key.strip(): int(value) for key, value in re.findall(r"^(.+?)\s{2,}(\d+)$", told, re.M)}
        left = [numbers.get(key, -1) for key in ("waiting in the tray", "being filed", "jobs waiting")]
        if not any(left) or time.monotonic() > deadline:
            return numbers
        if left != last:
            print(f"  tray, filing, jobs: {left}", flush=True)
        last = left
        time.sleep(3)


def problems_after(instance, load):
    numbers = wait_until_quiet(instance)
    if not load.by_web or not load.by_mail:
        yield "nothing came in at all"
    status, told = instance.zegelpost("balance")
    print(told)
    if status != 0:
        yield "the balance is not zero"
    if numbers.get("waiting in the tray") or numbers.get("being filed"):
        yield "items stay in the tray"
    if numbers.get("dead letters (need a person)", 0):
        yield "there are dead letters:\n" + instance.zegelpost("jobs", "list")[1]
    clerk = Staff(instance.workbench, "p.postma", instance.credentials)
    clerk.log_in()
    for word in load.by_web + load.by_mail:
        rows = len(re.findall(r'<td><a href="/dossier/', clerk.get("/?zoek=" + word).body.decode()))
        if rows != 1:
            yield f"{word} was acknowledged and stands {rows} times in the work list"
    for arguments in (["object", "check"], ["ledger", "verify"]):
        status, told = instance.zegelpost(*arguments)
        print(told)
        if status != 0:
            yield " ".join(arguments) + " finds a problem"


def main():
    instance = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
    kills, seed = int(os.environ.get("KILLS", 50)), int(os.environ.get("SEED", time.time()))
    print(f"{kills} kills, SEED={seed}", flush=True)
    load = Load(instance)
    done = kill_at_random(instance, kills, random.Random(seed))
    load.stop()
    print(f"killed: {dict(done)}; acknowledged: {len(load.by_web)} by web, {len(load.by_mail)} by mail; refused or cut: {dict(load.errors)}", flush=True)
    problems = list(problems_after(instance, load))
    for problem in problems:
        print("FAIL " + problem)
    print(f"{len(problems)} problems" if problems else "nothing lost, nothing doubled")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
