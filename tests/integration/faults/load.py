"""People who send by web and by mail and look into dossiers, without ever giving up, and what they were told."""
import collections
import hashlib
import io
import re
import secrets
import threading
import time
from http.client import HTTPException

from PIL import Image

import tus
from lmtp import deliver
from portal import Sender
from staff import Staff

FIELDS = {"requester_role": "self", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12",
          "email": "cornelia@post.example", "access_code": ""}
PATIENCE = 120  # seconds for one step: the processes come back within seconds
PURPOSE = "behandelen-verzoek"


class Load:
    """Runs until stop(). `by_web`: reference -> SHA-256; `by_mail`: word in the sender's address; `looks`: dossier pages that were shown."""

    def __init__(self, instance, backlog):
        self.instance, self.backlog = instance, backlog
        self.by_web, self.by_mail, self.looks = {}, [], collections.Counter()
        self.errors = collections.Counter()
        self.gave_up = []
        self._ended = threading.Event()
        work = [(self.web, number) for number in range(2)] + [(self.mail, number) for number in range(2)] + [(self.look, 0)]
        self._threads = [threading.Thread(target=self._run, args=one) for one in work]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def told(self):
        return f"acknowledged: {len(self.by_web)} by web, {len(self.by_mail)} by mail; shown: {sum(self.looks.values())} dossiers"

    def _run(self, work, number):
        count = 0
        while not self._ended.is_set():
            count += 1
            try:
                work(f"{number}-{count}")
            except Exception as error:  # a person who was never served is a result too
                self.gave_up.append(f"{work.__name__} {number}-{count}: {type(error).__name__}: {error}")
            self._ended.wait(0.2 if self.backlog() < 40 else 3)  # what comes in faster than it is handled only waits

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
                time.sleep(0.2)

    def web(self, name):
        sender, content = Sender(self.instance.portal), picture(name)
        self.insist("begin", lambda: expect(sender.begin("indicatiebesluit", FIELDS), "/inzending/documenten"))
        # A creation whose answer was lost leaves an empty upload: the sender takes it back on the page, so here too.
        address = self.insist("create", lambda: tus.create(sender, f"{name}.png", "image/png", "client-identity", len(content)))
        self.insist("upload", lambda: finish(sender, address, content))
        self.insist("tidy", lambda: take_back_empty(sender))
        receipt = self.insist("send", lambda: send(sender))
        reference, digest = re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text), re.search(r"\b[0-9a-f]{64}\b", receipt.text)
        self.by_web[reference.group(0)] = hashlib.sha256(content).hexdigest()
        if digest.group(0) != hashlib.sha256(content).hexdigest():
            self.gave_up.append(f"receipt of {reference.group(0)} names another document")

    def mail(self, name):
        word = f"load{secrets.token_hex(6)}"  # staff search by whole words
        sender = f"{word}@post.example"
        message = (f"From: <{sender}>\r\nTo: post@zegelpost.example\r\nSubject: Vraag {name}\r\nMessage-ID: <{sender}>\r\n"
                   f"Date: Sun, 22 Nov 2026 10:00:00 +0100\r\n\r\nGoedemiddag, dit is bericht {name}.\r\n").encode()
        self.insist("mail", lambda: deliver(self.instance, sender, message))
        self.by_mail.append(word)

    def look(self, _):
        """A member of staff opens the newest dossiers, one after the other."""
        if not hasattr(self, "clerk"):
            self.clerk = log_in(self.instance, self.insist)
        queue = self.insist("queue", lambda: shown(self.clerk.get("/")))
        for dossier in re.findall(r'<td><a href="(/dossier/[0-9a-f]{32})', queue.body.decode())[:5]:
            self.insist("look", lambda: shown(self.clerk.get(f"{dossier}?doel={PURPOSE}")))
            self.looks[dossier.split("/")[-1]] += 1


def log_in(instance, insist):
    """A one-time code counts once: whoever lost the answer waits for the next."""
    clerk = Staff(instance.workbench, "p.postma", instance.credentials)
    insist("log in", clerk.log_in)
    return clerk


def picture(name):
    """A small picture that no other sender has."""
    file = io.BytesIO()
    Image.effect_noise((160, 120), 40).convert("RGB").save(file, "PNG")
    return file.getvalue() + name.encode()


def shown(page):
    if page.status != 200 or "/inloggen" in page.url:
        raise RuntimeError(f"{page.status} {page.url}")
    return page


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
