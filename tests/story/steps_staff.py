"""Steps 4 and 6: the mailroom asks for what is missing; legal grants access, with four eyes."""
import io
import re

from PIL import Image

import mail
import pdf
from portal import Sender
from staff import Staff, boxes_of, pictures_of, state_of
from story import ACCESS_SECRETS

HANDLE, AVG = "behandelen-verzoek", "avg-verzoek"


def look_at_request(story, clerk, dossier):
    check = story.checks
    page = clerk.document(dossier, "verzoek-foto.jpg")
    pictures = pictures_of(page)
    image = clerk.picture(pictures[0]) if pictures else None
    check.that("the page is shown as an image", image and Image.open(io.BytesIO(image)).size[0] > 300)
    if image:
        width, height = Image.open(io.BytesIO(image)).size
        check.that("upright, though the photo was turned by EXIF", height > width, f"{width}x{height}")
    boxes = [box for box in boxes_of(page) if "handtekening" in box[0]]
    check.that("the signature is outlined, in the lower half", any(y + h / 2 > 0.5 for _, _, y, _, h in boxes), boxes_of(page))
    story.picture("4-document-handtekening", clerk, page.url)
    page = clerk.submit(page, {"waarde": "letter"}, form=[form for form in page.forms if ("sleutel", "kind") in form["fields"]][0])
    check.has("a finding can be corrected, and that shows", page.text, "Verbeterd door een medewerker")
    story.picture("4-document-verbeterd", clerk, page.url)


def look_at_identity(story, clerk):
    check = story.checks
    dossier = clerk.open(story.dossier["access"], HANDLE)
    story.picture("4-dossier-avg", clerk, dossier.url)
    page = clerk.document(dossier, "paspoort")
    check.has("the ID copy of the AVG request says that photo and BSN are covered", page.text, "Pasfoto en BSN zijn afgedekt")
    pictures = pictures_of(page)
    masked = Image.open(io.BytesIO(clerk.picture(pictures[0]))).convert("RGB")
    plain = Image.open(io.BytesIO(clerk.picture(pictures[0] + "&afdekking=uit"))).convert("RGB")
    boxes = boxes_of(page)
    check.that("photo and BSN are found", {"pasfoto", "BSN"} <= {box[0] for box in boxes}, boxes)
    for kind in ("pasfoto", "BSN"):
        inner = [_inner(masked, box) for box in boxes if box[0] == kind]
        shown = [_inner(plain, box) for box in boxes if box[0] == kind]
        check.that(f"the {kind} is one flat patch in what staff see", inner and all(_flat(part) for part in inner))
        check.that(f"and was not flat before ({kind})", shown and not all(_flat(part) for part in shown))
    story.picture("4-document-afgedekt", clerk, page.url)


def _inner(image, box):
    _, x, y, w, h = box
    return image.crop((int((x + w * .2) * image.width), int((y + h * .2) * image.height), int((x + w * .8) * image.width), int((y + h * .8) * image.height)))


def _flat(part):
    return part.width > 0 and part.height > 0 and all(low == high for low, high in part.getextrema())


def step_4(story):
    check = story.checks
    stranger = Staff(story.instance.workbench, "p.postma", story.instance.credentials)
    refused = stranger.submit(stranger.get("/inloggen"), {"login": "p.postma", "password": stranger.password, "code": "000000"}, has="login")
    check.that("a password without the right one-time code is refused", refused.status == 403, refused.status)
    clerk = story.staff("p.postma")
    queue = clerk.get("/")
    check.has("both dossiers are in the work list, with terms", queue.text, *(story.reference[one] for one in ("mentor", "access")), "2026")
    story.picture("4-werkvoorraad", clerk, "/")
    story.dossier["mentor"] = clerk.find(story.reference["mentor"])
    asked = clerk.get(story.dossier["mentor"])
    check.has("a dossier opens only after choosing a purpose", asked.text, "Waarvoor opent u dit dossier?")
    check.lacks("and shows nothing before that", asked.text, "Cornelia")
    story.picture("4-doel", clerk, asked.url)
    clerk.wait_for_state(story.dossier["mentor"], HANDLE, "Te beoordelen")
    dossier = clerk.open(story.dossier["mentor"], HANDLE)
    check.has("the requirement list names rule and source, with the evidence for each", dossier.text, "Beschikking van de rechter", "CIZ, Raadplegen gegevens",
              "verzoek-foto.jpg", "paspoort-client.heic")
    story.picture("4-dossier", clerk, dossier.url)
    look_at_request(story, clerk, dossier)
    look_at_identity(story, clerk)
    dossier = clerk.wait_for_state(story.dossier["mentor"], HANDLE, "Te beoordelen")
    letter = clerk.act(dossier, "Niet compleet")
    check.that("'incomplete' drafts the letter that asks for the rest", letter.status == 200 and "/brief/" in letter.url, letter.text)
    content = story.keep("letters/verzoek-om-aanvulling-concept.pdf", clerk.letter_pdf(letter))
    check.has("the letter as PDF asks for the court order", pdf.text_of(content), story.reference["mentor"], "Beschikking van de rechter", "CIZ, Raadplegen gegevens")
    story.picture("4-brief", clerk, letter.url)
    dossier = clerk.submit(letter, has="weg", button="Versturen")
    check.that("it is sent, and the dossier waits", state_of(dossier) == "Wacht op aanvulling", dossier.text)
    story.picture("4-dossier-verstuurd", clerk, dossier.url)


def own_letter_is_refused(story):
    """An approver who wrote the letter himself."""
    check = story.checks
    approver = story.staff("g.keur")
    dossier = approver.open(story.dossier["access"], AVG)
    letter = approver.submit(dossier, {"brief": "avg-inzage-toegekend"}, form=_new_letter(dossier))
    letter = fill_in(story, approver, letter)
    letter = approver.act(letter, "Ter goedkeuring")
    check.lacks("the author is offered no button to approve", " ".join(button["label"] for form in letter.forms for button in form["buttons"]), "Goedkeuren")
    form = dict(letter.forms[-1], buttons=[])
    refused = approver.submit(letter, {"actie": "goedkeuren"}, form=form)
    check.that("and is refused when trying all the same", refused.status == 403, f"{refused.status} {refused.text}")
    approver.act(approver.get(letter.url), "Brief intrekken")


def _new_letter(dossier):
    return next(form for form in dossier.forms if form["action"].split("?")[0].endswith("/brief") and any(name == "brief" for name, _ in form["fields"]))


def fill_in(story, officer, letter):
    """Types what the dossier could not tell, as the form asks for it."""
    known = {"purposes": "het behandelen van uw aanvraag voor langdurige zorg (Wlz art. 3.2.3)\nhet nakomen van wettelijke plichten",
             "retention_period": "Wij bewaren uw gegevens zo lang als de bewaartermijn van uw dossier duurt.", "signed_by": "J. Recht",
             "signed_role": "Juridische zaken", "recipients": "Het zorgkantoor | uw indicatiebesluit | Wlz artikel 9.1.3"}
    form = next(form for form in letter.forms if any(button["value"] == "opslaan" for button in form["buttons"]))
    values = {name: known[name.removeprefix("veld-")] for name, value in form["fields"] if name.removeprefix("veld-") in known and not value}
    return officer.submit(letter, values, form=form)


def step_6(story):
    check = story.checks
    story.staff("p.postma").wait_for_state(story.dossier["access"], HANDLE, "Te beoordelen", "Compleet")
    own_letter_is_refused(story)
    jurist, approver = story.staff("j.recht"), story.staff("g.keur")
    dossier = jurist.open(story.dossier["access"], AVG)
    check.has("the last day of the term stands there with how it was computed", dossier.text, "Laatste dag", "Zo is dat berekend")
    _, told = story.instance.zegelpost("term", "avg", "--received", _today())
    last_day = told.split()[0]
    check.has("and is the day that the rule gives", dossier.text, str(int(last_day[8:])) + " ")
    letter = jurist.submit(dossier, {"brief": "avg-inzage-toegekend"}, form=_new_letter(dossier))
    check.that("legal chooses to grant access", letter.status == 200 and "/brief/" in letter.url, letter.text)
    letter = fill_in(story, jurist, letter)
    letter = jurist.act(letter, "Ter goedkeuring")
    story.picture("6-brief-wacht", jurist, letter.url)
    form = dict(letter.forms[-1], buttons=[])
    early = jurist.submit(letter, {"actie": "versturen", "weg": "mailbox"}, form=form)
    check.that("it can't be sent before approval", early.status in (403, 409), f"{early.status} {early.text}")
    letter = approver.open(letter.url.split("?")[0], "goedkeuren-brief")
    story.picture("6-brief-goedkeuren", approver, letter.url)
    letter = approver.act(letter, "Goedkeuren")
    check.has("another officer approves", letter.text, "goedgekeurd")
    letter = jurist.get(letter.url.split("?")[0] + "?doel=" + AVG)
    dossier = jurist.submit(letter, {"weg": "mailbox", "code": "telefonisch"}, has="weg", button="Versturen")
    check.that("the letter goes out and the dossier is answered", state_of(dossier) == "Beantwoord", dossier.text)
    story.picture("6-dossier", jurist, dossier.url)
    read_answer(story)


def _today():
    import datetime
    return datetime.datetime.now(datetime.timezone.utc).astimezone().strftime("%Y-%m-%d")


def read_answer(story):
    """The person reads it, with the code that the information desk told by telephone."""
    check = story.checks
    desk = story.staff("i.balie")
    page = desk.open(story.dossier["access"], "beantwoorden-vraag")
    shown = desk.act(page, "Code tonen")
    code = re.search(r'class="code">([^<]+)<', shown.body.decode()).group(1)
    message, raw = story.inbox.wait("renee.fictief@post.example", "/bericht/")
    story.keep("mails/melding-avg.eml", raw)
    check.lacks("the notification holds no personal data", mail.everything_in(message), *ACCESS_SECRETS)
    reader = Sender(story.instance.portal)
    page = reader.open_message(mail.link_in(message), code)
    check.that("link and told code open the answer", page.status == 200 and story.reference["access"] in page.text, page.text)
    content = story.keep("letters/avg-inzage-toegekend.pdf", reader.attachment(page))
    check.that("the letter is signed as PDF", pdf.is_validly_signed(content), pdf.signature_of(content))
    check.has("it grants access and says how to object", pdf.text_of(content), "artikel 15", "bezwaar")
    story.picture("6-bericht", reader, mail.link_in(message), phone=True)
