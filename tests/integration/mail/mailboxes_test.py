#!/usr/bin/env python3
"""Mail is fetched from a real Dovecot over IMAPS and POP3S: once, whole, and taken away only after it is kept."""
import base64
import hashlib
import http.server
import json
import pathlib
import random
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "worker"))
from dovecot import PASSWORD, Dovecot  # noqa: E402
from instance import Instance, eventually, free_port  # noqa: E402

BINARIES = sys.argv.pop(1)
PROTOCOLS = ("imaps", "pop3s")


def mail(number=0, body=b"Hallo\r\n", sender=b"anna@burger.example"):
    return b"Return-Path: <%s>\r\nFrom: <%s>\r\nMessage-ID: <%d@burger.example>\r\nSubject: Vraag\r\n\r\n%s" % (sender, sender, number, body)


def odd_messages():
    every_byte = bytes(byte for byte in range(1, 256) if byte not in b"\r\n")  # no NUL: IMAP has none in a literal (RFC 3501 section 4.3)
    return [mail(1, b"tot hier \xff en verder\r\n"), mail(2, every_byte * 40 + b"\r\n"), mail(3, b".\r\n..\r\n.a\r\n\r\n.\r\n"), mail(4, b""),
            mail(5, b"geen regeleinde aan het eind"), mail(6, b"x" * 200_000 + b"\r\n"), mail(7, b"* 1 FETCH (BODY[] {3}\r\n)\r\nA1 OK\r\n+OK\r\n-ERR\r\n"),
            mail(8, random.Random(8).randbytes(3_000_000).translate(None, b"\0\r\n") + b"\r\n"), b"\r\n", b"X"]


class MailboxesTest(unittest.TestCase):
    def setUp(self):
        self.zone = Instance(BINARIES)
        self.addCleanup(self.zone.close)
        self.dovecot = Dovecot(self.zone.folder / "dovecot")
        self.addCleanup(self.dovecot.close)
        self.dovecot.start()
        self.incoming = self.zone.zone / "data/incoming"
        self.secret = self.zone.folder / "secret"
        self.secret.write_text(PASSWORD + "\n")
        self.own = self.zone.config.read_text()

    def configure(self, protocol="imaps", user="post", **more):
        values = {"name": "post", "address": "post@ciz.example", "protocol": protocol, "host": "127.0.0.1", "port": getattr(self.dovecot, protocol), "user": user,
                  "secret_file": str(self.secret), "ca_file": str(self.dovecot.certificate), "poll_seconds": 1, **more}
        self.zone.config.write_text(self.own + "\nmailboxes:\n  - " + "\n    ".join(f"{key}: {json.dumps(value)}" for key, value in values.items()) + "\n")

    def kept(self):
        return self.zone.in_tray("new", "taken")

    def state(self):
        path = self.zone.zone / "data/mailboxes/post.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def probe(self):
        """What one look keeps, as sizes and hashes."""
        ran = subprocess.run([f"{BINARIES}/mail_fetch_probe", self.zone.config], capture_output=True, text=True, timeout=120)
        return sorted(line for line in ran.stdout.splitlines() if line[0].isdigit()), ran

    def test_every_byte_comes_through_over_both_protocols(self):
        for protocol in PROTOCOLS:
            for raw in odd_messages():
                self.dovecot.put(protocol, raw)
            self.configure(protocol, user=protocol)
            lines, ran = self.probe()
            # Maildir leaves it open whether a last line without an end gets one.
            whole = [{f"{len(text)} {hashlib.sha256(text).hexdigest()}" for text in (raw, raw + b"\r\n")} for raw in odd_messages()]
            self.assertEqual(len(lines), len(whole), ran)
            for accepted in whole:
                self.assertTrue(accepted & set(lines), (protocol, accepted, lines))
            self.assertEqual(self.dovecot.messages(protocol), [])

    def test_messages_are_kept_sealed_then_deleted(self):
        for protocol in PROTOCOLS:
            before = len(self.kept())
            for number in range(20):
                self.dovecot.put(protocol, mail(number, b"MARKER-BODY\r\n"))
            self.configure(protocol, user=protocol)
            self.zone.start("keymaker", "mail")
            self.assertTrue(eventually(lambda: not self.dovecot.messages(protocol), 30), self.zone.log("mail"))
            self.assertEqual(len(self.kept()), before + 20)
            for path in self.incoming.rglob("*"):
                content = path.read_bytes() if path.is_file() else b""
                self.assertNotIn(b"MARKER-BODY", content)
                self.assertNotIn(b"anna@", content)
            self.assertTrue(eventually(lambda: self.state().get("reached_ms")))
            for name in ("mail", "keymaker"):
                self.zone.kill(name)

    def test_a_kept_message_can_be_moved_instead(self):
        self.dovecot.put("post", mail())
        subprocess.run(["doveadm", "-c", self.dovecot.folder / "dovecot.conf", "mailbox", "create", "-u", "post", "Verwerkt"], check=True)
        self.configure(move_to="Verwerkt")
        self.zone.start("keymaker", "mail")
        self.assertTrue(eventually(lambda: self.dovecot.messages("post", ".Verwerkt"), 30), self.zone.log("mail"))
        self.assertEqual(self.dovecot.messages("post"), [])
        self.assertEqual(len(self.kept()), 1)

    def test_without_the_keymaker_messages_stay_where_they_are(self):
        self.dovecot.put("post", mail())
        self.configure()
        self.zone.start("mail")
        self.assertTrue(eventually(lambda: self.state().get("failure"), 30))
        self.assertEqual(len(self.dovecot.messages("post")), 1)
        self.assertEqual(self.kept(), [])
        self.zone.start("keymaker")
        self.assertTrue(eventually(lambda: not self.dovecot.messages("post"), 30))
        self.assertEqual(len(self.kept()), 1)

    def test_a_mailbox_that_is_numbered_anew_is_read_on(self):
        self.configure()
        self.zone.start("keymaker", "mail")
        for generation in range(3):
            self.dovecot.put("post", mail(generation))
            self.assertTrue(eventually(lambda: len(self.kept()) == generation + 1 and not self.dovecot.messages("post"), 30), self.zone.log("mail"))
            self.dovecot.number_anew("post")
        self.assertIn("numbered a mailbox anew", self.zone.log("mail"))

    def test_a_door_killed_again_and_again_loses_nothing(self):
        self.configure()
        count = 60
        for number in range(count):
            self.dovecot.put("post", mail(number, b"x" * 50_000 + b"\r\n"))
        self.zone.start("keymaker", "mail")
        chance = random.Random(5)
        for _ in range(8):
            eventually(lambda: False, chance.uniform(0.05, 0.4))
            self.zone.kill("mail")
            self.zone.start("mail")
        self.assertTrue(eventually(lambda: not self.dovecot.messages("post"), 60), self.zone.log("mail"))
        # Killed between keeping and noting: then it is fetched twice, and the worker shows it as a duplicate.
        self.assertGreaterEqual(len(self.kept()), count)
        self.assertLessEqual(len(self.kept()), count + 8)

    def test_a_server_killed_in_the_middle_of_a_message_loses_and_doubles_nothing(self):
        large = mail(1, base64.encodebytes(random.Random(1).randbytes(24_000_000)).replace(b"\n", b"\r\n"))
        kept_whole = 0
        for protocol in PROTOCOLS:
            before = len(self.kept())
            self.configure(protocol, user=protocol)
            self.dovecot.put(protocol, large)
            for number in range(2, 5):
                self.dovecot.put(protocol, mail(number))
            self.zone.start("keymaker", "mail")
            self.dovecot.kill_while_it_sends(protocol.removesuffix("s"), 5_000_000)
            self.assertTrue(eventually(lambda: len(self.state().get("left", [])) == 1, 30), "it was not in the middle")
            self.assertTrue(eventually(lambda: len(self.kept()) == before + 3, 30), self.zone.log("mail"))
            self.assertTrue(eventually(lambda: len(self.dovecot.messages(protocol)) == 1, 30), "what was not fetched is gone, or what was is not")
            self.assertTrue(eventually(lambda: not self.dovecot.messages(protocol), 60), self.zone.log("mail"))
            self.assertEqual(len(self.kept()), before + 4)
            self.assertEqual(sum(path.stat().st_size > len(large) for path in self.incoming.rglob("*")), kept_whole := kept_whole + 1)
            for name in ("mail", "keymaker"):
                self.zone.kill(name)

    def test_a_message_that_the_server_cannot_read_stops_no_other(self):
        self.configure()
        self.dovecot.put("post", mail(1)).chmod(0)
        for number in range(2, 5):
            self.dovecot.put("post", mail(number))
        self.zone.start("keymaker", "mail")
        self.assertTrue(eventually(lambda: len(self.dovecot.messages("post")) == 1, 30), self.zone.log("mail"))
        self.assertEqual(len(self.kept()), 3)
        self.assertTrue(eventually(lambda: len(self.state()["left"]) == 1))

    def test_a_message_that_is_too_large_stays_and_stops_no_other(self):
        self.own = self.own.replace("mail:\n", "mail:\n  max_message_megabytes: 1\n", 1)
        for protocol in PROTOCOLS:
            self.configure(protocol, user=protocol)
            self.dovecot.put(protocol, mail(1, b"x" * 2_000_000 + b"\r\n"))
            self.dovecot.put(protocol, mail(2))
            lines, ran = self.probe()
            self.assertEqual(len(lines), 1, ran)
            self.assertIn("left 1", ran.stdout)
            self.assertEqual(len(self.dovecot.messages(protocol)), 1)

    def test_a_message_that_pop3_refuses_stops_no_other(self):
        deleted = []
        self.configure("pop3s", port=self.pop3_server({"RETR 1": b"-ERR defect\r\n", "RETR 2": b"+OK\r\nFrom: a@b.example\r\n\r\nheel\r\n.\r\n"}, deleted))
        lines, ran = self.probe()
        self.assertEqual(len(lines), 1, ran)
        self.assertIn("left 1", ran.stdout)
        self.assertEqual(deleted, ["DELE 2"])

    def test_a_token_of_the_application_opens_the_mailbox(self):
        port, asked = free_port(), []
        tokens = self.dovecot.tokens

        class TokenServer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked.append(form)
                token = f"token{len(asked)}"
                tokens.add(token)
                good = "client_secret=geheim-van-de-proef" in form
                answer = json.dumps({"access_token": token, "expires_in": 3600} if good else {}).encode()
                self.send_response(200 if good else 401)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), TokenServer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dovecot.certificate, self.dovecot.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        for protocol in PROTOCOLS:
            before = len(self.kept())
            self.configure(protocol, user="tokens", login="xoauth2", token_url=f"https://127.0.0.1:{port}/token", client_id="zegelpost", scope="post lezen")
            self.dovecot.put("tokens", mail())
            self.zone.start("keymaker", "mail")
            self.assertTrue(eventually(lambda: not self.dovecot.messages("tokens"), 30), self.zone.log("mail"))
            self.assertEqual(len(self.kept()), before + 1)
            self.zone.kill("mail")
            self.zone.kill("keymaker")
        self.assertEqual(len(asked), 2)  # one for many looks
        self.assertIn("scope=post%20lezen", asked[0])

    def test_a_wrong_password_or_certificate_fetches_nothing_and_says_so(self):
        self.dovecot.put("post", mail())
        self.secret.write_text("fout")
        self.configure()
        lines, ran = self.probe()
        self.assertEqual((lines, ran.returncode), ([], 1))
        self.secret.write_text(PASSWORD)
        self.configure(ca_file="/etc/ssl/certs/ca-certificates.crt")
        lines, ran = self.probe()
        self.assertEqual((lines, ran.returncode), ([], 1))
        self.assertIn("certificate", ran.stdout.lower())
        self.assertEqual(len(self.dovecot.messages("post")), 1)

    def test_a_message_cut_short_is_no_message(self):
        """A POP3 server that ends the connection properly in the middle of a message."""
        deleted = []
        half = b"+OK\r\nFrom: a@b.example\r\n\r\nhalf een beri"
        self.configure("pop3s", port=self.pop3_server({"RETR 1": half, "RETR 2": half}, deleted))
        lines, ran = self.probe()
        self.assertEqual(lines, [], ran)
        self.assertIn("left 2", ran.stdout)
        self.assertEqual(deleted, [])

    def pop3_server(self, answers, deleted):
        """Two messages; an answer to RETR that has no end is the last thing that it says."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dovecot.certificate, self.dovecot.key)
        listener = socket.create_server(("127.0.0.1", 0))
        answers = {"CAPA": b"+OK\r\nUIDL\r\nUSER\r\n.\r\n", "UIDL": b"+OK\r\n1 een\r\n2 twee\r\n.\r\n", **answers}

        def converse(wire):
            wire.sendall(b"+OK hallo\r\n")
            for line in wire.makefile("rb"):
                command = line.decode().strip()
                if command.startswith("DELE"):
                    deleted.append(command)
                answer = answers.get(command, b"+OK\r\n")
                wire.sendall(answer)
                if command == "QUIT" or (command.startswith("RETR") and not answer.endswith(b".\r\n") and answer.startswith(b"+")):
                    return wire.unwrap()

        def serve():
            while True:
                try:
                    with context.wrap_socket(listener.accept()[0], server_side=True) as wire:
                        converse(wire)
                except ssl.SSLError:
                    pass  # the other side did not wait for our goodbye
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def test_doctor_raises_the_alarm_when_a_mailbox_falls_silent(self):
        self.configure(silence_hours=1)
        self.zone.start("keymaker", "mail")
        self.dovecot.put("post", mail())
        self.assertTrue(eventually(lambda: self.state().get("reached_ms") and self.state()["messages"] == 1, 30))
        self.assertIn("ok    mailbox post: last message", self.doctor())
        self.zone.kill("mail")
        state = self.state()
        path = self.zone.zone / "data/mailboxes/post.json"
        hour = 3_600_000
        path.write_text(json.dumps({**state, "last_message_ms": state["last_message_ms"] - 2 * hour, "watched_since_ms": state["watched_since_ms"] - 9 * hour}))
        self.assertIn("FAIL  mailbox post gave no message for 1 hours", self.doctor())
        path.write_text(json.dumps({**state, "reached_ms": state["reached_ms"] - hour, "failure": "talk to mailbox: Login denied"}))
        self.assertIn("FAIL  mailbox post was last read at", self.doctor())
        self.assertIn("Login denied", self.doctor())

    def doctor(self):
        return subprocess.run([f"{BINARIES}/zegelpost", "doctor", "--config", self.zone.config], capture_output=True, text=True).stdout

    def test_a_fetched_mail_becomes_a_dossier_once_and_gets_a_receipt(self):
        self.zone.start_postfix()
        self.configure()
        raw = mail(77, b"Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15).\r\n")
        self.dovecot.put("post", raw)
        self.dovecot.put("post", b"Received: nog eens\r\n" + raw)  # delivered twice, by different ways
        self.dovecot.put("post", raw.replace(b"Return-Path: <anna@burger.example>", b"Return-Path: <>").replace(b"<77@", b"<78@"))
        self.zone.start("keymaker", "broker", "mail", "worker")
        self.assertTrue(eventually(lambda: self.zone.one("SELECT count(*) FROM submissions") == 3, 60), self.zone.log("worker"))
        self.assertEqual(self.zone.one("SELECT count(*) FROM dossiers"), 2)
        self.assertTrue(eventually(lambda: self.zone.delivered(), 60), self.zone.log("worker"))
        eventually(lambda: False, 3)
        self.assertEqual(len(self.zone.delivered()), 1)  # the bounce is never answered
        self.assertEqual(self.zone.balance().returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
