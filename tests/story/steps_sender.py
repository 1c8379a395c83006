"""Steps 1, 2 and 5: a mentor sends documents by phone, gets a receipt, is asked for what is missing, and adds it."""
import hashlib
import re
import time

import mail
import pdf
import tus
from staff import state_of
from story import MENTOR_SECRETS

CODE = "zonnebloem 47"
FIELDS = {"requester_role": "mentor", "requester_name": "Karin de Model", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12",
          "email": "karin.de.model@post.example", "details": "Welk zorgprofiel is vastgesteld?", "access_code": CODE}
PHOTO, BLURRED, IDENTITY, ORDER = "mentor/verzoek-foto.jpg", "mentor/verzoek-foto-onscherp.jpg", "mentor/paspoort-client.heic", "mentor/beschikking.pdf"


def messages_of(found, name):
    return " ".join(message["text"] for message in found[name]["messages"])


def begin(story):
    check, mentor = story.checks, story.mentor
    story.picture("1-start", mentor, "/", phone=True)
    form = mentor.get(mentor.get("/").link("mentor"))
    story.picture("1-formulier", mentor, form.url, phone=True)
    page = mentor.begin("mentor", {**FIELDS, "client_birth_date": "31 februari"})
    check.that("an impossible birth date is refused, in the form", page.status == 400)
    page = mentor.begin("mentor", FIELDS)
    check.that("a submission begins without an account", page.url.endswith("/inzending/documenten"), page.text)
    story.code["mentor"] = CODE
    check.has("limits are told before a file is chosen", page.text, "50 MB")
    # A page without the cookie shows nothing of it.
    other = type(mentor)(mentor.base)
    check.that("another browser does not see it", other.get("/inzending/documenten").status == 404)


def cut_and_resume(story):
    check, mentor, instance = story.checks, story.mentor, story.instance
    photo = story.sample(PHOTO).read_bytes()
    address = tus.create(mentor, "verzoek-foto.jpg", "image/jpeg", "request", len(photo))
    tus.append_and_break(mentor, address, 0, photo, len(photo) // 2)
    time.sleep(1)  # the reset needs a moment to reach the door
    old = instance.kill("public")
    instance.wait_restarted("public", old)
    instance.wait_portal()
    at = tus.offset(mentor, address)
    check.that("after the cut and kill -9 of the door the upload stands where it was", 0 < at <= len(photo) // 2, f"offset {at} of {len(photo)}")
    status, reached = tus.append(mentor, address, at, photo[at:])
    check.that("and goes on from there to its end", status == 204 and reached == len(photo), f"{status}, offset {reached}")


def step_1(story):
    check, mentor = story.checks, story.mentor
    begin(story)
    cut_and_resume(story)
    mentor.upload(story.sample(BLURRED), "client-identity")
    found, seconds = mentor.findings()
    check.has("the photo with the signature: 'Wij zien uw handtekening op pagina 1'", messages_of(found, "verzoek-foto.jpg"), "handtekening op pagina 1")
    check.has("the blurred photo: 'De foto is onscherp: maak hem opnieuw'", messages_of(found, "verzoek-foto-onscherp.jpg"), "De foto is onscherp", "maak hem opnieuw")
    check.that("the findings are there within seconds", seconds < 15, f"{seconds:.1f} s")
    check.that("the cut upload arrived bit by bit the same", found["verzoek-foto.jpg"]["sha256"] == hashlib.sha256(story.sample(PHOTO).read_bytes()).hexdigest())
    story.picture("1-documenten-onscherp", mentor, "/inzending/documenten", phone=True)
    mentor.remove("verzoek-foto-onscherp.jpg")
    mentor.upload(story.sample(IDENTITY), "client-identity")
    found, _ = mentor.findings()
    check.that("the blurred photo can be taken back", "verzoek-foto-onscherp.jpg" not in found)
    check.that("the HEIC photo of the passport is usable", found["paspoort-client.heic"]["verdict"] == "good", messages_of(found, "paspoort-client.heic"))
    check.has("the page shows what was found", mentor.documents().text, "handtekening op pagina 1")
    story.picture("1-documenten", mentor, "/inzending/documenten", phone=True)
    story.sizes = {name: one["size"] for name, one in found.items()}


def step_2(story):
    check, mentor = story.checks, story.mentor
    overview, receipt = mentor.send()
    check.has("the overview names the court order as missing, before sending", overview.text, "Beschikking van de rechter")
    check.that("it can be sent although something is missing", receipt.url.endswith("/inzending/ontvangst"), receipt.text)
    reference = re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text).group(0)
    story.reference["mentor"] = reference
    hashes = [hashlib.sha256(story.sample(name).read_bytes()).hexdigest() for name in (PHOTO, IDENTITY)]
    wanted = [reference, "Beschikking van de rechter", "CIZ, Raadplegen gegevens", "verzoek-foto.jpg", "paspoort-client.heic", *story.sizes.values(), *hashes,
              "Karin de Model", "Cornelia Johanna Voorbeeld", "12 maart 1948", "2026"]
    check.has("the screen: reference, missing and why with its source, names, sizes, SHA-256, what was filled in", receipt.text, *wanted)
    until = re.search(r"uiterlijk (?:op )?(?:\w+dag )?(\d{1,2} \w+ \d{4})", receipt.text)
    check.that("the screen says by when to add it", until, receipt.text)
    content = story.keep("receipts/ontvangstbewijs-mentor.pdf", mentor.receipt_pdf())
    text, solid = pdf.text_of(content), pdf.solid_text_of(content)
    check.has("the receipt PDF: reference, missing, names, filled in", text, reference, "Beschikking van de rechter", "Karin de Model", "12 maart 1948")
    check.has("the receipt PDF: file names and SHA-256", solid, "verzoek-foto.jpg", "paspoort-client.heic", *hashes)
    check.that("the receipt PDF: a size for each file", len(re.findall(r"\d (?:kB|MB)\b", text)) >= 2, text)
    check.has("the receipt PDF says by when", text, until.group(1) if until else "uiterlijk")
    check.that("pdfsig: the receipt's signature is valid", pdf.is_validly_signed(content), pdf.signature_of(content))
    tampered = content.replace(b"/Producer", b"/Producex", 1) if b"/Producer" in content else content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]
    check.that("and no longer after one byte was changed", not pdf.is_validly_signed(tampered))
    story.picture("2-ontvangst", mentor, "/inzending/ontvangst", phone=True)
    message, raw = story.inbox.wait("karin.de.model@post.example", reference)
    story.keep("mails/ontvangst-mentor.eml", raw)
    body = mail.text_of(message)
    check.has("the mail: reference, what is missing, why with its source, how to add it, by when", body, reference, "Beschikking van de rechter",
              "CIZ, Raadplegen gegevens", story.instance.portal, until.group(1) if until else "uiterlijk")
    check.that("the mail says when it was received", re.search(r"\d{1,2} \w+ 2026", body), body)
    check.lacks("the mail holds no personal data", mail.everything_in(message), *MENTOR_SECRETS)
    check.that("auto-replies are told to keep quiet (RFC 3834)", message["Auto-Submitted"] in ("auto-generated", "auto-replied"), message["Auto-Submitted"])


def step_5(story):
    check, mentor = story.checks, story.mentor
    reference = story.reference["mentor"]
    message, raw = story.inbox.wait("karin.de.model@post.example", "/bericht/")
    story.keep("mails/melding-mentor.eml", raw)
    body = mail.text_of(message)
    check.has("the notification: who, what kind of message, its legal effect, the term, the reference", body, story.instance.organisation, "Soort bericht", "Wat dit voor u betekent",
              "Wat u moet doen", reference)
    check.lacks("the notification holds no personal data", mail.everything_in(message), *MENTOR_SECRETS)
    link = mail.link_in(message)
    reader = type(mentor)(mentor.base)  # another phone: only link and code count
    story.picture("5-code", reader, link, phone=True)
    wrong = reader.open_message(link, "verkeerde code 1")
    check.that("a wrong code is refused and says how many tries are left", wrong.status == 403 and "nog 4 keer" in wrong.text, f"{wrong.status} {wrong.text}")
    broken = link[:-1] + ("a" if link[-1] != "a" else "b")
    check.that("another link opens nothing", reader.get(broken).status == 404)
    page = reader.open_message(link, story.code["mentor"])
    check.that("link and code open the message", page.status == 200 and reference in page.text, page.text)
    story.picture("5-bericht", reader, link, phone=True)
    letter = story.keep("letters/verzoek-om-aanvulling-ontvangen.pdf", reader.attachment(page))
    check.that("the letter that is read is the letter that was sent, signed", pdf.is_validly_signed(letter), pdf.signature_of(letter))
    check.has("it asks for the court order, with reason and source", pdf.text_of(letter), "Beschikking van de rechter", "CIZ, Raadplegen gegevens")
    documents = reader.reply(page)
    check.has("the answer's page asks for the court order", documents.text, "Beschikking van de rechter")
    story.picture("5-antwoord", reader, "/inzending/documenten", phone=True)
    reader.upload(story.sample(ORDER), "court-order")
    found, _ = reader.findings()
    check.that("the court order is usable", found["beschikking.pdf"]["verdict"] == "good", messages_of(found, "beschikking.pdf"))
    _, receipt = reader.send()
    check.has("the answer gets a receipt of its own", receipt.text, "beschikking.pdf", reference)
    story.picture("5-ontvangst", reader, "/inzending/ontvangst", phone=True)
    story.keep("receipts/ontvangstbewijs-aanvulling.pdf", reader.receipt_pdf())
    clerk = story.staff("p.postma")
    dossier = clerk.wait_for_state(story.dossier["mentor"], "behandelen-verzoek", "Te beoordelen", "Compleet")
    check.lacks("nothing is missing any more", " ".join(re.findall(r'<span class="tag \w+">([^<]+)', dossier.body.decode())), "ontbreekt")
    # With every check passed it is complete by itself; a doubt waits for the mailroom.
    if state_of(dossier) != "Compleet":
        dossier = clerk.act(dossier, "Compleet")
    check.that("the dossier becomes complete", state_of(dossier) == "Compleet", dossier.text)
    story.picture("5-dossier-compleet", clerk, dossier.url)
