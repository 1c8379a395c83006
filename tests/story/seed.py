#!/usr/bin/python3
"""Fills the standing demo with a handful of dossiers in different states, through the portal, the mail and the workbench."""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import mail  # noqa: E402
from instance import Instance  # noqa: E402
from portal import Sender  # noqa: E402
from staff import Staff, state_of  # noqa: E402
from steps_sender import FIELDS as MENTOR  # noqa: E402

PROGRAMS = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "bin"
HANDLE = "behandelen-verzoek"
CLIENT = {"client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12"}
# kind by words of its link on the start page, what is filled in, {slot: sample}
REQUESTS = {
    "mentor": ("mentor", MENTOR, {"request": "mentor/verzoek-foto.jpg", "client-identity": "mentor/paspoort-client.heic"}),
    "complete": ("mentor", {**MENTOR, "requester_role": "gemachtigde", "requester_name": "Bram Bedacht", "email": "bram@post.example"},
                 {"request": "mentor/verzoek-scan.pdf", "client-identity": "identity/uto-paspoort-cornelia.jpg", "mandate": "machtiging/machtiging-scan.pdf"}),
    "copy": ("indicatiebesluit", {"requester_role": "self", **CLIENT, "email": "cornelia@post.example", "access_code": ""},
             {"client-identity": "identity/uto-paspoort-cornelia-onscherp.jpg"}),
    "closed": ("indicatiebesluit", {"requester_role": "self", **CLIENT, "email": "cornelia@post.example", "access_code": ""},
               {"client-identity": "identity/uto-paspoort-cornelia.jpg"})}


def send_in(instance, title, fields, files):
    """The reference of a new submission."""
    sender = Sender(instance.portal)
    sender.begin(title, fields)
    for slot, name in files.items():
        sender.upload(instance.samples / name, slot)
    sender.findings()
    _, receipt = sender.send()
    return receipt.text[receipt.text.index("ZP-"):][:14]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", required=True)
    parser.add_argument("--smtp", required=True, type=int)
    parser.add_argument("--programs", default=PROGRAMS)
    arguments = parser.parse_args()
    instance = Instance(arguments.instance, arguments.programs)
    for name in ("avg-inzage", "zonder-bijlage"):
        mail.send(instance.samples / "mail" / f"{name}.eml", arguments.smtp)
    references = {name: send_in(instance, *request) for name, request in REQUESTS.items()}
    clerk = Staff(instance.workbench, "p.postma", instance.credentials)
    clerk.log_in()
    pages = {name: clerk.wait_for_state(clerk.find(reference), HANDLE, "Te beoordelen", "Compleet") for name, reference in references.items()}
    letter = clerk.act(pages["mentor"], "Niet compleet")
    clerk.submit(letter, has="weg", button="Versturen")
    if state_of(pages["complete"]) != "Compleet":
        clerk.act(pages["complete"], "Compleet")
    clerk.act(pages["closed"], "Dossier sluiten")
    for name, reference in references.items():
        print(f"  {reference}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
