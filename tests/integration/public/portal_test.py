"""A sender's way through the portal, without JavaScript."""
import hashlib
import unittest

from door import FILLED_IN, KIND, DoorTest, soon

MARKER = b"%PDF-1.4 een geheim verhaal over Quirijn"


class Portal(DoorTest):
    def test_every_page_has_the_security_headers(self):
        for path in ("/", "/inzenden/" + KIND, "/verder", "/privacy", "/toegankelijkheid", "/bestaat-niet"):
            headers = self.client().get(path).headers
            self.assertIn("default-src 'none'", headers["content-security-policy"], path)
            self.assertNotIn("unsafe", headers["content-security-policy"])
            self.assertGreaterEqual(int(headers["strict-transport-security"].split("=")[1].split(";")[0]), 31536000)
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["referrer-policy"], "no-referrer")
            self.assertEqual(headers["x-frame-options"], "DENY")
            self.assertEqual(headers["cache-control"], "no-store")

    def test_security_txt_follows_rfc_9116(self):
        answer = self.client().get("/.well-known/security.txt")
        self.assertEqual(answer.headers["content-type"], "text/plain; charset=utf-8")
        for field in ("Contact: mailto:", "Expires: ", "Canonical: https://"):
            self.assertIn(field, answer.text)

    def test_wrong_fields_are_named_and_what_was_right_is_kept(self):
        answer = self.client().form("/inzenden/" + KIND, {**FILLED_IN, "client_birth_date": "1950-02-31", "email": "geen adres"})
        self.assertEqual(answer.status, 400)
        self.assertIn('href="#client_birth_date"', answer.text)
        self.assertIn('href="#email"', answer.text)
        self.assertIn('value="Fenna Zeldenrust"', answer.text)

    def test_the_whole_way_gives_a_receipt_and_one_item(self):
        client = self.client().begin()
        before = set(self.door.waiting())
        self.assertEqual(client.upload_form(MARKER, "verzoek é.pdf").status, 303)
        overview = client.get("/inzending/controle").text
        self.assertIn("verzoek é.pdf", overview)
        self.assertIn("Beschikking van de rechter", overview)
        self.assertEqual(client.send().headers["location"], "/inzending/ontvangst")
        receipt = client.get("/inzending/ontvangst").text
        for expected in (client.reference, "verzoek é.pdf", hashlib.sha256(MARKER).hexdigest(), "Fenna Zeldenrust", "3 februari 1950",
                         "Beschikking van de rechter", "Bron: ", "uiterlijk"):
            self.assertIn(expected, receipt)
        self.assertEqual(len(set(self.door.waiting()) - before), 1)
        self.assertEqual(client.send().status, 303)
        self.assertEqual(len(set(self.door.waiting()) - before), 1, "sending twice must not double")

    def test_nothing_readable_is_on_disk_or_in_the_log(self):
        client = self.client().begin()
        client.upload_form(MARKER, "quirijn.pdf")
        client.send()
        client.get("/inzending/ontvangst")
        disk = self.door.everything_on_disk().lower()
        for word in (MARKER, b"zeldenrust", b"voorbeeld.example/", b"1950-02-03", b"mijn code", b"quirijn", b"fenna@"):
            self.assertNotIn(word.lower(), disk)

    def test_a_sender_resumes_with_reference_and_code_on_another_device(self):
        first = self.client().begin()
        first.upload(b"%PDF-1.4 een")
        second = self.client()
        self.assertEqual(second.form("/verder", {"reference": first.reference.lower().replace("-", " "), "code": "MIJN-CODE-2026"}).status, 303)
        self.assertEqual([d["name"] for d in second.documents()], ["a.pdf"])

    def test_wrong_codes_lock_and_say_until_when(self):
        owner, stranger = self.client().begin(), self.client()
        for left in (4, 3, 2, 1):
            answer = stranger.form("/verder", {"reference": owner.reference, "code": "verkeerd"})
            self.assertEqual(answer.status, 403)
            self.assertIn(f"nog {left} keer", answer.text)
        for code in ("verkeerd", FILLED_IN["access_code"]):
            answer = stranger.form("/verder", {"reference": owner.reference, "code": code})
            self.assertEqual(answer.status, 429)
            self.assertIn("na ", answer.text)
        self.door.kill("public")
        self.door.start("public")
        self.assertEqual(stranger.form("/verder", {"reference": owner.reference, "code": FILLED_IN["access_code"]}).status, 429,
                         "a restart gives no new tries")

    def test_another_persons_reference_and_an_unknown_one_look_the_same(self):
        owner = self.client().begin()
        known = self.client().form("/verder", {"reference": owner.reference, "code": "raadwerk"})
        unknown = self.client().form("/verder", {"reference": "ZP-0000-0000-0", "code": "raadwerk"})
        self.assertEqual(known.status, unknown.status)
        self.assertEqual(known.text.replace(owner.reference, ""), unknown.text.replace("ZP-0000-0000-0", ""))

    def test_a_form_of_another_site_or_without_token_does_nothing(self):
        client = self.client().begin()
        client.upload(b"%PDF-1.4")
        before = self.door.waiting()
        self.assertEqual(client.form("/inzending/versturen", {"csrf": "x"}).status, 403)
        self.assertEqual(client.form("/inzending/versturen", {"csrf": client.csrf}, {"Sec-Fetch-Site": "cross-site"}).status, 403)
        self.assertEqual(client.form("/inzenden/" + KIND, FILLED_IN, {"Sec-Fetch-Site": "cross-site"}).status, 403)
        self.assertEqual(client.upload_form(b"x", csrf="x").status, 403)
        self.assertEqual(self.door.waiting(), before)
        self.assertEqual(len(client.documents()), 1)

    def test_stopping_destroys_the_draft(self):
        client = self.client().begin()
        client.upload(b"%PDF-1.4")
        self.assertEqual(client.form("/inzending/stoppen", {"csrf": client.csrf}).status, 303)
        other = self.client()
        self.assertEqual(other.form("/verder", {"reference": client.reference, "code": FILLED_IN["access_code"]}).status, 303)
        self.assertEqual(other.get("/inzending/documenten").status, 404)

    def test_without_keymaker_the_door_refuses_and_recovers(self):
        self.door.kill("keymaker")
        answer = self.client().form("/inzenden/" + KIND, FILLED_IN)
        self.assertEqual(answer.status, 503)
        self.assertIn("opnieuw", answer.text)
        self.door.start("keymaker")
        self.client().begin()

    def test_findings_come_by_themselves(self):
        client = self.client().begin()
        client.upload(b"dit is geen document")
        self.assertTrue(soon(lambda: client.documents()[0]["checked"]))


if __name__ == "__main__":
    unittest.main()
