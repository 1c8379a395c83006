#!/usr/bin/python3
"""Staff who type addresses and send forms that their pages don't offer, sessions that are over, and forms of other sites."""
import json
import os
import re
import unittest

import mail
import totp
from instance import Instance
from portal import Sender
from staff import Staff
from web import Client

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
HANDLE, ANSWER, SUPERVISE = "behandelen-verzoek", "beantwoorden-vraag", "toezicht"
FIELDS = {"requester_role": "self", "client_name": "Cornelia Johanna Voorbeeld", "client_birth_date": "1948-03-12",
          "email": "cornelia@post.example", "access_code": ""}
PEOPLE = ["p.postma", "i.balie", "j.recht", "g.keur", "f.gids", "beheer"]
HANDLERS, READERS = {"p.postma", "j.recht", "g.keur"}, {"p.postma", "i.balie", "j.recht", "g.keur"}


class Workbench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        sender = Sender(INSTANCE.portal)
        sender.begin("indicatiebesluit", FIELDS)
        sender.upload(INSTANCE.samples / "identity/uto-paspoort-cornelia.jpg", "client-identity")
        _, receipt = sender.send()
        cls.staff = {name: Staff(INSTANCE.workbench, name, INSTANCE.credentials) for name in PEOPLE}
        for person in cls.staff.values():
            person.log_in()
        clerk = cls.staff["p.postma"]
        cls.dossier = clerk.find(re.search(r"ZP-\w{4}-\w{4}-\w", receipt.text).group(0))
        clerk.wait_for_state(cls.dossier, HANDLE, "Te beoordelen", "Compleet")
        page = clerk.get(f"{cls.dossier}?doel={HANDLE}").body.decode()
        cls.document = re.search(r"/document/([0-9a-f]{32})", page).group(1)
        cls.masked = cls.masked_document(clerk)
        letter = clerk.act(clerk.get(f"{cls.dossier}?doel={HANDLE}"), "Niet compleet")
        cls.letter = re.search(r"/brief/([0-9a-f]{32})", letter.url).group(1)

    @classmethod
    def masked_document(cls, clerk):
        """An identity document in a request that does not need its photo and BSN."""
        mail.send(INSTANCE.samples / "mail/avg-inzage.eml", int(os.environ["SMTP"]))
        message, _ = mail.Inbox(INSTANCE.folder).wait("renee.fictief@post.example", "ZP-")
        dossier = clerk.find(re.search(r"ZP-\w{4}-\w{4}-\w", mail.text_of(message)).group(0))
        page = clerk.wait_for_state(dossier, HANDLE, "Te beoordelen", "Compleet")
        cls.mail = re.search(r"/dossier/[0-9a-f]{32}/mail/[0-9a-f]{32}", page.body.decode()).group(0)
        return re.search(r"/document/([0-9a-f]{32})", page.link("paspoort")).group(1)

    def csrf(self, name):
        """The token of that person's own session, from any page."""
        for path in ("/", "/logboek", "/vastgelopen"):
            found = re.search(r'name="csrf" value="([^"]+)"', self.staff[name].get(path).body.decode())
            if found:
                return found.group(1)
        self.fail(f"{name} has no page with a form")

    def status(self, name, path):
        return self.staff[name].request("GET", path)[0]

    def post(self, person, path, csrf, headers=None, **fields):
        body = "&".join(f"{key}={value}" for key, value in {"csrf": csrf, **fields}.items()).encode()
        return person.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", "Origin": person.base, **(headers or {})})[0]

    def expect_only(self, allowed, path, good=200):
        for name in PEOPLE:
            self.assertEqual(self.status(name, path), good if name in allowed else 403, f"{name} {path}")

    def test_each_page_opens_for_its_roles_only(self):
        purpose = f"?doel={HANDLE}"
        self.expect_only(READERS, "/?lijst=open")
        for name, own in (("f.gids", "/logboek"), ("beheer", "/vastgelopen")):
            status, headers, _ = self.staff[name].request("GET", "/")
            self.assertEqual((status, headers["location"]), (303, own), f"{name} has a first page")
        self.expect_only(HANDLERS, self.dossier + purpose)
        self.expect_only(HANDLERS, f"{self.dossier}/document/{self.document}{purpose}")
        self.expect_only(HANDLERS, f"/document/{self.document}/pagina/1{purpose}")
        self.expect_only(HANDLERS, f"/document/{self.masked}/pagina/1{purpose}&afdekking=uit")
        self.expect_only(HANDLERS, f"/document/{self.document}/origineel{purpose}")
        self.expect_only(HANDLERS, self.mail + purpose)
        self.expect_only(HANDLERS, f"{self.mail}/origineel{purpose}")
        self.expect_only(HANDLERS, f"{self.dossier}/brief/{self.letter}{purpose}")
        self.expect_only(HANDLERS, f"/brief/{self.letter}{purpose}")
        self.expect_only(READERS, "/balie")
        self.expect_only(set(PEOPLE), "/regels")
        self.expect_only(HANDLERS, "/nieuw/portero" + purpose)
        self.expect_only(set(PEOPLE), "/nieuw/avg-inzage" + purpose, good=404)  # for the person to ask
        self.expect_only({"f.gids"}, "/logboek")
        self.expect_only({"p.postma", "j.recht", "g.keur", "beheer"}, "/vastgelopen")
        self.expect_only({"p.postma", "j.recht", "g.keur", "beheer"}, "/postvakken")
        self.expect_only({"p.postma", "j.recht", "g.keur", "beheer"}, "/verzending")
        self.expect_only({"beheer"}, "/medewerkers")

    def test_the_information_desk_sees_what_its_own_purpose_allows(self):
        purpose = f"?doel={ANSWER}"
        self.expect_only(READERS, self.dossier + purpose)
        self.expect_only(READERS, f"/document/{self.document}/pagina/1{purpose}")
        self.expect_only(READERS, f"/document/{self.masked}/pagina/1{purpose}")
        self.expect_only(HANDLERS, f"/document/{self.masked}/pagina/1{purpose}&afdekking=uit")
        self.expect_only(HANDLERS, f"/document/{self.document}/origineel{purpose}")
        self.expect_only(READERS, self.mail + purpose)
        self.expect_only(HANDLERS, f"{self.mail}/origineel{purpose}")

    def test_without_a_purpose_or_with_somebody_elses_nothing_is_shown(self):
        for purpose in ("", "?doel=", "?doel=nieuwsgierig", f"?doel={SUPERVISE}", "?doel=avg-verzoek"):
            for path in (f"/document/{self.document}/pagina/1", f"/document/{self.document}/origineel", f"/brief/{self.letter}", self.mail + "/origineel"):
                self.assertEqual(self.status("p.postma", path + purpose), 403, path + purpose)
            self.assertNotIn("Cornelia", self.staff["p.postma"].get(self.dossier + purpose).text)
            self.assertNotIn("renee.fictief", self.staff["p.postma"].get(self.mail + purpose).text)

    def test_forms_that_a_page_does_not_offer_do_nothing(self):
        before = self.state()
        for name, action in (("i.balie", "sluiten"), ("i.balie", "compleet"), ("p.postma", "beperken"), ("p.postma", "verlengen"), ("f.gids", "sluiten"),
                             ("beheer", "sluiten"), ("beheer", "aantekening"), ("f.gids", "compleet"), ("beheer", "toegangscode"), ("g.keur", "verlengen")):
            purpose = {"i.balie": ANSWER, "f.gids": SUPERVISE}.get(name, HANDLE)
            status = self.post(self.staff[name], f"{self.dossier}?doel={purpose}", self.csrf(name), actie=action, tekst="x")
            expected = (403, 303) if (name, action) == ("g.keur", "verlengen") else (403,)  # g.keur is a jurist too
            self.assertIn(status, (*expected, 409), f"{name} {action}")
        for name in ("i.balie", "f.gids", "beheer"):
            purpose = {"i.balie": ANSWER, "f.gids": SUPERVISE}.get(name, HANDLE)
            self.assertEqual(self.post(self.staff[name], f"{self.dossier}/brief?doel={purpose}", self.csrf(name), brief="verzoek-om-aanvulling"), 403, name)
            self.assertEqual(self.post(self.staff[name], f"{self.dossier}/brief/{self.letter}?doel={purpose}", self.csrf(name), actie="versturen", weg="post"), 403, name)
            self.assertEqual(self.post(self.staff[name], f"{self.dossier}/document/{self.document}/verbeteren?doel={purpose}", self.csrf(name),
                                       sleutel="kind", waarde="letter"), 403, name)
        self.assertEqual(self.post(self.staff["i.balie"], f"/vastgelopen/{'0' * 32}", self.csrf("i.balie")), 403)
        for name in ("i.balie", "p.postma", "f.gids"):
            self.assertEqual(self.post(self.staff[name], "/verzending", self.csrf(name), actie="ophouden", domein="post.example", reden="x", uren="1"), 403, name)
        self.assertEqual(self.state(), before)

    def state(self):
        page = self.staff["j.recht"].get(f"{self.dossier}?doel={HANDLE}").body.decode()
        return re.search(r'class="tag [a-z-]*">([^<]+)</span>', page).group(1), page.count("/brief/")

    def test_a_refusal_is_in_the_ledger(self):
        self.assertEqual(self.status("beheer", f"/document/{self.document}/origineel?doel={HANDLE}"), 403)
        ledger = next(INSTANCE.folder.rglob("entries.jsonl")).read_text().splitlines()
        denied = [entry for entry in map(json.loads, ledger) if entry["outcome"] == "denied" and entry["object"] == self.document]
        self.assertIn("document.download", [entry["action"] for entry in denied])

    def test_a_form_of_another_site_without_token_or_with_anothers_token_does_nothing(self):
        person, path = self.staff["p.postma"], f"{self.dossier}?doel={HANDLE}"
        own = self.csrf("p.postma")
        for csrf in ("", "x", self.csrf("j.recht")):
            self.assertEqual(self.post(person, path, csrf, actie="aantekening", tekst="NIETDOEN"), 403)
        for headers in ({"Origin": "https://elders.example"}, {"Sec-Fetch-Site": "cross-site"}):
            self.assertEqual(self.post(person, path, own, headers, actie="aantekening", tekst="NIETDOEN"), 403, headers)
        self.assertNotIn("NIETDOEN", person.get(path).text)
        self.assertEqual(self.post(person, path, own, actie="aantekening", tekst="WELDOEN"), 303)
        self.assertIn("WELDOEN", person.get(path).text)

    def test_without_a_session_every_page_leads_to_the_log_in(self):
        for cookies in ({}, {"__Host-werkplek": "A" * 43}, {"__Host-werkplek": "../../x"}):
            stranger = Client(INSTANCE.workbench)
            stranger.cookies = dict(cookies)
            for path in ("/", self.dossier, self.mail, f"/document/{self.document}/origineel?doel={HANDLE}", "/logboek", "/vastgelopen", "/medewerkers"):
                status, headers, _ = stranger.request("GET", path)
                self.assertEqual((status, headers.get("location")), (303, "/inloggen"), path)

    def test_unknown_and_malformed_ids_are_not_found_and_break_nothing(self):
        for path in (f"/dossier/{'0' * 32}", "/dossier/x", "/dossier/..%2f..", f"/document/{'f' * 32}/pagina/1", f"/document/{self.document}/pagina/999",
                     f"/document/{self.document}/pagina/-1", f"/brief/{'0' * 32}", f"{self.dossier}/mail/{'0' * 32}",
                     f"{self.dossier}/mail/{'0' * 32}/origineel", f"{self.dossier}/mail/x", self.dossier + self.mail[-38:]):
            self.assertIn(self.status("p.postma", f"{path}?doel={HANDLE}"), (400, 404), path)
        self.assertEqual(self.status("p.postma", "/gezond"), 200)


class LogIn(unittest.TestCase):
    """Its own people: a lock-out of one must not stand in another test's way."""

    def add(self, login):
        status, told = INSTANCE.zegelpost("user", "add", login, "--name", "Test Persoon", "--role", "postkamer")
        self.assertEqual(status, 0, told)
        path = INSTANCE.folder / f"{login}.txt"
        path.write_text(told)
        return totp.read_credentials(path)[login]

    def try_in(self, login, password, code):
        client = Client(INSTANCE.workbench)
        page = client.submit(client.get("/inloggen"), {"login": login, "password": password, "code": code}, has="login")
        return client, page

    def test_a_one_time_code_works_once(self):
        password, uri = self.add("t.eenmaal")
        code = totp.code(uri, "t.eenmaal")
        self.assertEqual(self.try_in("t.eenmaal", password, code)[1].status, 200)
        self.assertEqual(self.try_in("t.eenmaal", password, code)[1].status, 403)

    def test_wrong_codes_lock_also_for_the_right_one(self):
        password, uri = self.add("t.slot")
        for _ in range(5):
            self.assertEqual(self.try_in("t.slot", password, "000000")[1].status, 403)
        page = self.try_in("t.slot", password, totp.code(uri, "t.slot"))[1]
        self.assertEqual(page.status, 403)
        self.assertIn("Wacht een kwartier", page.text)

    def test_a_session_that_was_closed_cannot_be_replayed(self):
        password, uri = self.add("t.klaar")
        client, page = self.try_in("t.klaar", password, totp.code(uri, "t.klaar"))
        replay = dict(client.cookies)
        client.submit(page, form=next(form for form in page.forms if form["action"] == "/uitloggen"))
        client.cookies = replay
        self.assertEqual(client.request("GET", "/")[1].get("location"), "/inloggen")

    def test_an_unknown_login_looks_like_a_wrong_password(self):
        known, unknown = self.try_in("i.balie", "verkeerd", "000000")[1], self.try_in("bestaat.niet", "verkeerd", "000000")[1]
        self.assertEqual((known.status, known.text), (unknown.status, unknown.text))


if __name__ == "__main__":
    unittest.main(verbosity=2)
