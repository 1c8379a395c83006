"""What a member of staff does in the workbench."""
import re
import time

import totp
from web import Client


class Staff(Client):
    def __init__(self, base, login, credentials):
        super().__init__(base)
        self.login = login
        self.password, self.uri = credentials[login]

    def log_in(self):
        page = self.get("/inloggen")
        page = self.submit(page, {"login": self.login, "password": self.password, "code": totp.code(self.uri, self.login)}, has="login")
        if page.status != 200 or "/inloggen" in page.url:
            raise RuntimeError(f"{self.login} can't log in: {page.status} {page.text[:300]}")
        return page

    def find(self, reference):
        """The dossier's address, from the work list."""
        page = self.get("/?zoek=" + reference)
        return page.link(reference)

    def dossiers_of(self, sender):
        return set(re.findall(r"/dossier/([0-9a-f]{32})", self.get("/?zoek=" + sender).body.decode()))

    def dossier_of(self, sender, seconds=60):
        """The one dossier of this sender, once it is there."""
        deadline = time.monotonic() + seconds
        while not (found := self.dossiers_of(sender)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{sender} has no dossier")
            time.sleep(0.5)
        dossier, = found
        return dossier

    def new_letter(self, dossier, kind, purpose, seconds=60):
        """The page of a new letter; the worker may be busy with the dossier at the same moment."""
        deadline = time.monotonic() + seconds
        while "intussen gewijzigd" in (page := self.submit(self.get(f"/dossier/{dossier}?doel={purpose}"), {"brief": kind}, has="brief")).text:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no letter in {dossier}")
        return page

    def open(self, address, purpose):
        """Opens a dossier or letter by choosing a purpose, as the page asks."""
        page = self.get(address)
        return self.submit(page, {"doel": purpose}, has="doel")

    def wait_for_state(self, address, purpose, *states, seconds=60):
        """The dossier page once it says one of `states`."""
        deadline = time.monotonic() + seconds
        while True:
            page = self.get(f"{address}?doel={purpose}")
            if state_of(page) in states:
                return page
            if time.monotonic() > deadline:
                raise TimeoutError(f"{address} is '{state_of(page)}', not {states}: {page.text[:800]}")
            time.sleep(0.5)

    def act(self, page, button, **values):
        """Presses a button of a page."""
        return self.submit(page, values, button=button)

    def document(self, page, name):
        """The page of one document of a dossier page."""
        return self.get(page.link(name))

    def picture(self, address):
        status, headers, body = self.request("GET", address)
        return body if status == 200 and headers.get("content-type") == "image/png" else None

    def letter_pdf(self, page):
        status, headers, body = self.request("GET", page.link("Brief bekijken"))
        if status != 200 or headers.get("content-type") != "application/pdf":
            raise RuntimeError(f"letter as PDF: {status} {body[:300]!r}")
        return body


def state_of(page):
    """The state that a dossier page shows beside its reference."""
    found = re.search(r'class="tag [a-z-]*">([^<]+)</span>', page.body.decode())
    return found.group(1) if found else ""


def pictures_of(page):
    """Addresses of the page images that a document page shows."""
    return [address.replace("&amp;", "&") for address in re.findall(r'<img src="(/document/[^"]+)"', page.body.decode())]


def boxes_of(page):
    """[(what, x, y, w, h)] of the outlines on a document page, in fractions of the sheet."""
    found = re.findall(r'<rect class="[^"]*" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"><title>([^<]*)', page.body.decode())
    return [(kind, *(float(number) / 1000 for number in numbers)) for *numbers, kind in found]
