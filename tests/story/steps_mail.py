"""Step 3: a request under the AVG arrives by mail and becomes a dossier by itself."""
import re
import time

import mail
from story import ACCESS_SECRETS

SENDER = "renee.fictief@post.example"


def step_3(story):
    check = story.checks
    mail.send(story.sample("mail/avg-inzage.eml"), story.smtp)
    message, raw = story.inbox.wait(SENDER, "ZP-")
    story.keep("mails/ontvangst-avg.eml", raw)
    body = mail.text_of(message)
    story.reference["access"] = re.search(r"ZP-\w{4}-\w{4}-\w", body).group(0)
    check.lacks("the receipt by mail holds no personal data", mail.everything_in(message), *ACCESS_SECRETS)
    check.has("it says by when an answer comes", body, "uiterlijk op")
    check.that("it is marked as automatic (RFC 3834)", message["Auto-Submitted"] == "auto-replied", message["Auto-Submitted"])
    check.that("it goes out with an empty envelope sender, so that nothing answers it", "<>" in str(message["Return-Path"]), message["Return-Path"])
    clerk = story.staff("p.postma")
    story.dossier["access"] = clerk.find(story.reference["access"])
    page = clerk.get("/?zoek=" + story.reference["access"])
    check.has("it became a dossier by itself, of the right kind", page.text, "Uw gegevens inzien", "mail")
    before = len(story.inbox.messages("karin.de.model@post.example"))
    for name in ("mail/afwezig.eml", "mail/nieuwsbrief.eml"):
        mail.send(story.sample(name), story.smtp)
    mail.send(story.sample("mail/avg-inzage.eml"), story.smtp)  # the same message once more: an MTA may repeat itself
    time.sleep(8)
    check.that("the sender gets one receipt", len(story.inbox.messages(SENDER)) == 1, [str(m["Subject"]) for m, _ in story.inbox.messages(SENDER)])
    check.that("an auto-reply gets none", len(story.inbox.messages("karin.de.model@post.example")) == before)
    check.that("a newsletter gets none", not story.inbox.messages("nieuws@lijst.example"))
