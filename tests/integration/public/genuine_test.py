"""Is this letter genuine? By reference and code, or by the file; nothing is told but the day."""
import hashlib
import os
import unittest

from door import DoorTest

REFERENCE, CODE, LETTER = "ZP-4K7M-9XQ2-Q", "K7PM-3XRD-9FQH", b"%PDF-1.7 a letter as it went out"


class Genuine(DoorTest):
    def setUp(self):
        self.put(b"zegelpost genuine letter v1" + REFERENCE.encode() + b" " + CODE.replace("-", "").encode())
        self.put(b"zegelpost genuine file v1" + hashlib.sha256(LETTER).digest())

    def put(self, name):
        """On the shelf, under the name that the worker gives it."""
        with open(f"{self.door.home}/data/shelf/letters/{hashlib.sha256(name).digest()[:16].hex()}", "w") as entry:
            entry.write("2026-11-22")

    def ask(self, reference=REFERENCE, code=CODE):
        return self.client().form("/brief-controleren", {"kenmerk": reference, "code": code})

    def drop(self, content, field="bestand"):
        body = b"--grens\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"brief.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%s\r\n--grens--\r\n" % (field.encode(), content)
        return self.client().ask("POST", "/brief-controleren/bestand", body, {"Content-Type": "multipart/form-data; boundary=grens"})

    def test_reference_and_code_say_when_it_went_out(self):
        page = self.ask(code="k7pm 3xrd 9fqh")
        self.assertEqual(page.status, 200)
        self.assertIn("22 november 2026", page.text)
        self.assertIn("Ja.", page.text)

    def test_the_qr_code_fills_in_the_form_and_asks_nothing_by_itself(self):
        page = self.client().get(f"/brief-controleren?kenmerk={REFERENCE}&code={CODE}").text
        self.assertIn(REFERENCE, page)
        self.assertIn(CODE, page)
        self.assertNotIn("22 november 2026", page)

    def test_a_wrong_code_and_an_unknown_reference_look_alike(self):
        wrong, unknown = self.ask(code="K7PM-3XRD-9FQZ"), self.ask(reference="ZP-AAAA-AAAA-T")
        self.assertEqual((wrong.status, wrong.text), (unknown.status, unknown.text))
        self.assertIn("Wij vinden deze brief niet", wrong.text)

    def test_a_file_is_known_to_the_byte(self):
        self.assertIn("22 november 2026", self.drop(LETTER).text)
        self.assertIn("Wij vinden deze brief niet", self.drop(LETTER + b" ").text)
        self.assertEqual(self.drop(b"").status, 400)

    def test_nothing_of_a_file_is_kept(self):
        marker = os.urandom(16).hex().encode()
        self.drop(b"%PDF-1.7 " + marker)
        for folder, _, names in os.walk(self.door.home):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(marker, file.read(), path)

    def test_from_another_site_it_is_refused(self):
        answer = self.client().form("/brief-controleren", {"kenmerk": REFERENCE, "code": CODE}, {"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(answer.status, 403)


class Guessing(DoorTest):
    setUp, put, ask = Genuine.setUp, Genuine.put, Genuine.ask

    def test_codes_are_not_guessed(self):
        statuses = [self.ask(code=f"K7PM-3XRD-9F{n:02}").status for n in range(6)]
        self.assertEqual(statuses, [200] * 5 + [429])
        self.assertEqual(self.ask().status, 429)  # the right one too


if __name__ == "__main__":
    unittest.main()
