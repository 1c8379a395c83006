"""What a sender does on the portal, page by page."""
import json
import mimetypes
import pathlib
import time

import tus
from web import Client

mimetypes.add_type("image/heic", ".heic")


def type_of(path):
    return mimetypes.guess_type(str(path))[0] or "application/octet-stream"


class Sender(Client):
    """One person's browser."""

    def begin(self, title, fields):
        """From the start page by the link with words `title` and the filled-in form to the page of documents."""
        start = self.get("/")
        form = self.get(start.link(title))
        return self.submit(form, fields, has="access_code")

    def documents(self):
        return self.get("/inzending/documenten")

    def slot_form(self, page, slot):
        for form in page.forms:
            if form["files"] and ("slot", slot) in form["fields"]:
                return form
        raise LookupError(f"no upload for '{slot}' on {page.url}")

    def upload_by_form(self, path, slot):
        """As a browser without JavaScript."""
        page = self.documents()
        form = self.slot_form(page, slot)
        path = pathlib.Path(path)
        return self.submit(page, files=[(form["files"][0], path.name, type_of(path), path.read_bytes())], form=form)

    def upload(self, path, slot, name=None):
        """By tus, as the page's script does. The upload's address."""
        path = pathlib.Path(path)
        return tus.upload(self, name or path.name, type_of(path), slot, path.read_bytes())

    def findings(self, seconds=60):
        """{file name: what the page shows}, when everything has been looked at, and how long that took."""
        begun = time.monotonic()
        while True:
            status, _, body = self.request("GET", "/inzending/bevindingen", headers={"Accept": "application/json"})
            if status != 200:
                raise RuntimeError(f"no findings: {status} {body[:200]!r}")
            found = json.loads(body)["documents"]
            passed = time.monotonic() - begun
            if not any(one["waiting"] for one in found):
                return {one["name"]: one for one in found}, passed
            if passed > seconds:
                raise TimeoutError(f"no findings within {seconds} s: {[one['name'] for one in found if one['waiting']]}")
            time.sleep(0.1)

    def remove(self, name):
        """Takes a document back, by its button on the page."""
        found, _ = self.findings()
        page = self.documents()
        wanted = f"/inzending/documenten/{found[name]['id']}/verwijderen"
        return self.submit(page, form=next(form for form in page.forms if form["action"] == wanted))

    def send(self):
        """Overview, send; the page of receipt."""
        overview = self.get("/inzending/controle")
        return overview, self.submit(overview, form=next(form for form in overview.forms if form["action"] == "/inzending/versturen"))

    def receipt_pdf(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status, headers, body = self.request("GET", "/inzending/ontvangstbewijs.pdf")
            if status == 200 and headers.get("content-type") == "application/pdf":
                return body
            time.sleep(0.3)
        raise TimeoutError(f"no receipt PDF within {seconds} s")

    def open_message(self, link, code):
        """The page after typing `code` behind `link`."""
        return self.submit(self.get(link), {"code": code}, has="code")

    def attachment(self, page, number=0):
        address = [one for one, _ in page.links if f"/bijlage/{number}" in one][0]
        status, _, body = self.request("GET", address)
        if status != 200:
            raise RuntimeError(f"attachment {number}: {status}")
        return body

    def reply(self, page):
        """Begins an answer with documents; the page of documents."""
        return self.submit(page, form=next(form for form in page.forms if form["action"].endswith("/antwoord")))
