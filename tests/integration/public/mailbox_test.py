"""The secure mailbox: link and code, wrong codes, attachments, a reply with documents."""
import email
import email.policy
import http.client
import pathlib
import re
import subprocess
import time
import unittest

import door as doors
from door import DoorTest

CODE = "K7PM-3XRD-9FQH"


def resident_peak(process):
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{process}/status").read_text()).group(1))


class Mailbox(DoorTest):
    def publish(self, expires_ms=4_000_000_000_000):
        return self.put_on_shelf(CODE, str(expires_ms))

    def put_on_shelf(self, *arguments):
        command = [doors.PROGRAMS + "/publish_message", self.door.home + "/data/shelf", *arguments]
        return "/bericht/" + subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def opened(self):
        path, client = self.publish(), self.client()
        self.assertEqual(client.form(path, {"code": "k7pm 3xrd 9fqh"}).status, 303)
        return path, client

    def test_link_alone_shows_nothing(self):
        page = self.client().get(self.publish()).text
        self.assertIn("Toegangscode", page)
        for word in ("Zeldenrust", "beschikking", "ZP-4K7M"):
            self.assertNotIn(word, page)

    def test_link_and_code_show_the_letter_and_note_that_it_was_read(self):
        before = len(self.door.items("event"))
        path, client = self.opened()
        page = client.get(path).text
        for word in ("Wij missen nog een document", "Wij missen de beschikking van de rechter.", "uiterlijk 7 december 2026", "Zorgloket Voorbeeld"):
            self.assertIn(word, page)
        events = self.door.items("event")
        self.assertEqual(len(events), before + 1)
        self.assertIn("message-read", [item["event"] for item in events.values()])

    def test_the_attachment_downloads_only_with_the_code(self):
        path, client = self.opened()
        answer = client.get(path + "/bijlage/0")
        self.assertEqual(answer.body, b"%PDF-1.7 the letter")
        self.assertEqual(answer.headers["content-type"], "application/pdf")
        self.assertIn("attachment", answer.headers["content-disposition"])
        self.assertEqual(client.get(path + "/bijlage/1").status, 404)
        self.assertEqual(self.client().get(path + "/bijlage/0").status, 403)

    def test_the_whole_message_downloads_as_a_mail_only_with_the_code(self):
        path, client = self.opened()
        answer = client.get(path + "/bericht.eml")
        self.assertEqual(answer.headers["content-type"], "message/rfc822")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        mail = email.message_from_bytes(answer.body, policy=email.policy.default)
        self.assertEqual(mail["subject"], "Wij missen nog een document, kenmerk ZP-4K7M-9XQ2-R")
        self.assertEqual(mail["to"], "zeldenrust@voorbeeld.example")
        self.assertIn("Wij missen de beschikking van de rechter.", mail.get_body().get_content())
        self.assertEqual([(part.get_filename(), part.get_content()) for part in mail.iter_attachments()], [("brief.pdf", b"%PDF-1.7 the letter")])
        self.assertEqual(self.client().get(path + "/bericht.eml").status, 403)

    def test_a_large_message_downloads_whole_and_the_door_holds_little_of_it(self):
        size = 60_000_001  # its base64 ends within a line
        path, client = self.put_on_shelf(CODE, "4000000000000", "0", str(size)), self.client()
        self.assertEqual(client.form(path, {"code": CODE}).status, 303)
        self.assertIn("bericht.eml", client.get(path).text)
        door = self.door.processes["public"].pid
        pathlib.Path(f"/proc/{door}/clear_refs").write_text("5")  # the peak is measured from here
        before = resident_peak(door)
        plain = client.get(path + "/bijlage/0").body
        mail = client.get(path + "/bericht.eml").body
        self.assertLess(resident_peak(door) - before, 8_000)
        part, = email.message_from_bytes(mail, policy=email.policy.default).iter_attachments()
        self.assertEqual(len(plain), size)
        self.assertEqual(part.get_content(), plain)
        self.assertTrue(all(len(line) <= 100 for line in mail.split(b"\r\n")))

    def test_a_message_that_was_changed_on_the_shelf_does_not_come_whole(self):
        path, client = self.put_on_shelf(CODE, "4000000000000", "0", "1000000"), self.client()
        self.assertEqual(client.form(path, {"code": CODE}).status, 303)
        newest = max(pathlib.Path(self.door.home + "/data/shelf/messages").iterdir(), key=lambda folder: folder.stat().st_mtime_ns) / "att-0"
        sealed = bytearray(newest.read_bytes())
        sealed[500_000] ^= 1
        newest.chmod(0o600)
        newest.write_bytes(sealed)
        for name in ("/bijlage/0", "/bericht.eml"):
            with self.assertRaises(http.client.IncompleteRead):
                client.get(path + name)

    def test_a_cookie_opens_only_its_own_message(self):
        _, client = self.opened()
        other = self.publish()
        self.assertIn("Toegangscode", client.get(other).text)
        self.assertEqual(client.get(other + "/bijlage/0").status, 403)

    def test_wrong_codes_lock_the_message_for_the_right_one_too(self):
        path, client = self.publish(), self.client()
        statuses = [client.form(path, {"code": "FOUT-FOUT-FOUT"}).status for _ in range(6)]
        self.assertEqual(statuses, [403] * 5 + [429])
        self.door.kill("public")
        self.door.start("public")
        answer = client.form(path, {"code": CODE})
        self.assertEqual(answer.status, 429)
        self.assertIn("U kunt het weer proberen na", answer.text)
        self.assertIn("message-locked", [item["event"] for item in self.door.items("event").values()])

    def test_a_code_that_ran_out_opens_nothing_and_the_page_says_what_to_do(self):
        path, client = self.put_on_shelf(CODE, "4000000000000", str(int(time.time() * 1000) + 3000)), self.client()
        self.assertIn("De code is geldig tot", client.get(path).text)
        self.assertEqual(client.form(path, {"code": CODE}).status, 303)
        time.sleep(3.1)
        page = client.get(path).text
        self.assertIn("Uw toegangscode geldt niet meer", page)
        for word in ("Zeldenrust", 'name="code"'):
            self.assertNotIn(word, page)
        self.assertEqual(client.form(path, {"code": CODE}).status, 403)
        self.assertEqual(client.get(path + "/bijlage/0").status, 403)

    def test_each_opening_is_noted_and_there_is_an_end_of_them(self):
        path, before = self.publish(), len(self.door.items("event"))
        statuses = [self.client().form(path, {"code": CODE}).status for _ in range(31)]
        self.assertEqual(statuses, [303] * 30 + [429])
        self.assertEqual(len(self.door.items("event")), before + 30)
        self.assertIn("vandaag al 30 keer geopend", self.client().form(path, {"code": CODE}).text)

    def test_the_thread_names_what_went_before_and_links_ask_for_the_code(self):
        path, client = self.opened()
        page = client.get(path).text
        for word in ("Wat ging er heen en weer?", "verzoek.pdf", "dit bericht", f'href="/bericht/{"A" * 43}"'):
            self.assertIn(word, page)
        self.assertIn("wij stuurden u Ontvangstbevestiging", email.message_from_bytes(
            client.get(path + "/bericht.eml").body, policy=email.policy.default).get_body().get_content())

    def test_unknown_expired_and_recalled_messages_look_alike(self):
        unknown = self.client().get("/bericht/" + "A" * 43)
        expired = self.client().get(self.publish(expires_ms=int(time.time() * 1000) - 1))
        self.assertEqual((unknown.status, unknown.text), (expired.status, expired.text))
        self.assertEqual(unknown.status, 404)

    def test_a_reply_asks_for_what_is_missing_and_arrives_as_one(self):
        path, client = self.opened()
        csrf = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text).group(1)
        self.assertEqual(client.form(path + "/antwoord", {"csrf": "x"}).status, 403)
        self.assertEqual(client.form(path + "/antwoord", {"csrf": csrf}).headers["location"], "/inzending/documenten")
        page = client.get("/inzending/documenten").text
        self.assertNotIn("slot-overig", page)  # what was asked for, and nothing else
        self.assertIn("Beschikking van de rechter", page)
        self.assertIn("ZP-4K7M-9XQ2-R", page)
        self.assertNotIn("Uw ondertekende verzoek", page)
        client.csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
        before = len(self.door.items("submission"))
        client.upload(b"%PDF-1.4 beschikking", slot="court-order")
        self.assertEqual(client.send().headers["location"], "/inzending/ontvangst")
        self.assertEqual(len(self.door.items("submission")), before + 1)

    def test_a_reply_may_be_words_alone_and_the_sender_reads_them_back(self):
        path, client = self.opened()
        csrf = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text).group(1)
        self.assertEqual(client.form(path + "/antwoord", {"csrf": csrf, "schrijven": "ja"}).headers["location"], "/inzending/bericht")
        client.csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/inzending/bericht").text).group(1)
        self.assertIn("Schrijf eerst een bericht", client.get("/inzending/controle").text)
        before = len(self.door.items("submission"))
        self.assertEqual(client.send().headers["location"], "/inzending/controle")  # nothing to send yet
        write = {"csrf": client.csrf, "bericht": "Zij woont nu bij ons.\r\n\r\nDe rest <b>volgt</b> morgen."}
        self.assertEqual(client.form("/inzending/bericht", dict(write, csrf="x")).status, 403)
        too_long = client.form("/inzending/bericht", dict(write, bericht="a" * 20_001))
        self.assertEqual(too_long.status, 400)
        self.assertIn("a" * 20_001, too_long.text)
        self.assertEqual(client.form("/inzending/bericht", write).headers["location"], "/inzending/controle")
        self.assertIn("Zij woont nu bij ons.\n\nDe rest &lt;b&gt;volgt&lt;/b&gt; morgen.", client.get("/inzending/controle").text)
        self.assertEqual(client.send().headers["location"], "/inzending/ontvangst")
        self.assertEqual(len(self.door.items("submission")), before + 1)
        receipt = client.get("/inzending/ontvangst").text
        for word in ("Wij hebben uw bericht ontvangen", "Zij woont nu bij ons."):
            self.assertIn(word, receipt)
        self.assertNotIn(b"Zij woont nu", self.door.everything_on_disk())

    def test_a_new_request_has_no_place_for_words(self):
        client = self.client()
        client.begin()
        self.assertEqual(client.get("/inzending/bericht").status, 404)

    def test_the_code_of_an_invitation_is_enough_to_send_what_is_missing(self):
        path, client = self.put_on_shelf("QX4T-3XRD-9FQH", "4000000000000", "invitation"), self.client()
        self.assertEqual(client.get("/uitnodiging").status, 200)
        answer = client.form("/uitnodiging", {"code": "qx4t 3xrd 9fqh"})
        self.assertEqual((answer.status, answer.headers["location"]), (303, path))
        self.assertIn("Beschikking van de rechter", client.get(path).text)

    def test_an_invitation_is_not_guessed(self):
        self.put_on_shelf("WX4T-3XRD-9FQH", "4000000000000", "invitation")
        client = self.client()
        self.assertEqual(client.form("/uitnodiging", {"code": "WX4T"}).status, 400)
        unknown = client.form("/uitnodiging", {"code": "ZX4T-3XRD-9FQH"})
        wrong = client.form("/uitnodiging", {"code": "WX4T-3XRD-9FQZ"})
        self.assertEqual((unknown.status, unknown.text), (wrong.status, wrong.text))
        self.assertEqual(wrong.status, 403)
        statuses = [client.form("/uitnodiging", {"code": "WX4T-3XRD-9FQZ"}).status for _ in range(5)]
        self.assertEqual(statuses, [403] * 4 + [429])
        self.assertEqual(client.form("/uitnodiging", {"code": "WX4T-3XRD-9FQH"}).status, 429)

    def test_closing_forgets_the_key(self):
        path, client = self.opened()
        client.form(path + "/sluiten", {})
        self.assertIn("Toegangscode", client.get(path).text)


if __name__ == "__main__":
    unittest.main()
