"""Steps 7 and 8: the FG looks over everybody's shoulder; what is past its term is destroyed."""
import re
import shutil
import time

from portal import Sender

COPY = {"requester_role": "self", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12", "email": "cornelia@post.example", "access_code": ""}


def begin_copy(story):
    """A third request, by plain forms as without JavaScript. Its retention term is over as soon as it is closed (the demo's rule says 0 days)."""
    check = story.checks
    client = Sender(story.instance.portal)
    page = client.begin("indicatiebesluit", COPY)
    page = client.upload_by_form(story.sample("identity/uto-paspoort-cornelia.jpg"), "client-identity")
    check.that("without JavaScript a plain form uploads", page.status == 200 and "uto-paspoort-cornelia.jpg" in page.text, page.text)
    _, receipt = client.send()
    story.reference["copy"] = re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text).group(0)


def step_7(story):
    check, instance = story.checks, story.instance
    officer = story.staff("f.gids")
    page = officer.get("/logboek?dossier=" + story.reference["access"])
    check.has("the ledger of one dossier: who saw it, in which function, why, with the legal ground", page.text, "p.postma", "j.recht", "g.keur", "i.balie",
              "document.view", "dossier.open", "AVG art")
    check.that("also what was refused", "denied" in page.text or "geweigerd" in page.text, page.text)
    story.picture("7-logboek", officer, "/logboek?dossier=" + story.reference["access"])
    refused = story.staff("p.postma").get("/logboek")
    check.that("the mailroom can't read the ledger", refused.status == 403, refused.status)
    refused = officer.get(story.dossier["mentor"] + "?doel=toezicht")
    check.that("the FG can't open a dossier's documents", refused.status == 403, refused.status)
    status, told = instance.zegelpost("ledger", "verify")
    check.that("'zegelpost ledger verify' passes", status == 0, told)
    story.keep("ledger/verify.txt", told)
    story.keep("ledger/entries.txt", instance.zegelpost("ledger", "show")[1])
    _, proof = instance.zegelpost("ledger", "prove", "0")
    check.has("'zegelpost ledger prove' gives an inclusion proof", proof, '"path"', '"checkpoint"')
    story.keep("ledger/proof-0.json", proof)
    change_one_byte(story)
    status, told = instance.zegelpost("balance")
    check.that("'zegelpost balance' is zero", status == 0 and "Balance: 0" in told, told)
    story.keep("balance.txt", told)


def change_one_byte(story):
    """On a copy, as an auditor has it; the running instance keeps its ledger."""
    check, instance = story.checks, story.instance
    verifier = next(instance.folder.rglob("ledger.vkey"))
    ledger = next(path for path in instance.folder.rglob("entries.jsonl")).parent
    for number in (0, 7):
        copy = story.out / "ledger" / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(ledger, copy)
        lines = (copy / "entries.jsonl").read_bytes().splitlines(keepends=True)
        line = bytearray(lines[number])
        at = line.index(b'"', len(line) // 2) + 1  # inside, so that it stays readable
        line[at] ^= 1
        lines[number] = bytes(line)
        (copy / "entries.jsonl").write_bytes(b"".join(lines))
        status, told = instance.zegelpost("ledger", "verify", "--folder", str(copy), "--verifier", str(verifier))
        check.that(f"after one byte of entry {number} is changed it names that entry", status == 1 and re.search(rf"entry {number}\b", told), told)
        story.keep(f"ledger/verify-after-change-{number}.txt", told)
        shutil.rmtree(copy)


def step_8(story):
    check, instance = story.checks, story.instance
    clerk, jurist = story.staff("p.postma"), story.staff("j.recht")
    address = clerk.find(story.reference["copy"])
    page = clerk.wait_for_state(address, "behandelen-verzoek", "Te beoordelen")
    document = re.search(r"/document/([0-9a-f]{32})", page.link("uto-paspoort-cornelia.jpg")).group(1)
    status, told = instance.zegelpost("object", "check", document)
    check.that("before: its object opens", status == 0, told)
    sealed = [path for path in (instance.folder / "data").rglob(f"*{document}*") if path.is_file()]
    kept = [(path, path.read_bytes()) for path in sealed]
    check.that("before: its sealed object is on disk", bool(kept), sealed)
    clerk.act(page, "Dossier sluiten")
    page = jurist.wait_for_state(address, "bewaartermijn", "Te vernietigen", seconds=150)
    check.that("past its term it is proposed for erasure, by itself", True)
    check.has("and stands in the list 'Te vernietigen'", jurist.get("/?lijst=vernietigen").text, story.reference["copy"])
    story.picture("8-te-vernietigen", jurist, page.url)
    refused = jurist.act(page, "Vernietigen", bevestiging="ja")
    check.that("without the typed word nothing is destroyed", refused.status in (400, 403, 409), refused.status)
    jurist.act(page, "Vernietigen", bevestiging="vernietigen")
    check.that("a person confirms; the dossier can't be opened any more", jurist.get(f"{address}?doel=bewaartermijn").status in (403, 404, 409))
    _wait(lambda: not any(path.exists() for path, _ in kept))
    check.that("its objects are gone from the store", not any(path.exists() for path, _ in kept), [str(path) for path, _ in kept])
    for path, content in kept:  # as somebody who kept a copy would
        path.write_bytes(content)
    status, told = instance.zegelpost("object", "check", document)
    check.that("put back from a copy, they can't be opened: the keys are gone", status != 0, told)
    for path, _ in kept:
        path.unlink()
    _, told = instance.zegelpost("retention", "list")
    check.has("a tombstone stays", told, story.reference["copy"], "erased")
    story.keep("retention.txt", told)
    status, told = instance.zegelpost("ledger", "verify")
    check.that("the ledger still verifies", status == 0, told)
    status, told = instance.zegelpost("balance")
    check.that("the balance is still zero", status == 0, told)


def _wait(done, seconds=30):
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.3)
