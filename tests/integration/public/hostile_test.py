"""Clients that send too little, too slowly, too much, or two things at once."""
import contextlib
import socket
import time
import unittest

from door import DoorTest


class Hostile(DoorTest):
    SETTINGS = "  head_seconds: 2\n  body_min_bytes_per_second: 1000\n  max_connections: 400\n"

    def answer(self, text):
        received = b""
        with self.door.raw() as connection:
            connection.sendall(text.encode())
            try:
                while chunk := connection.recv(65536):
                    received += chunk
            except OSError:
                pass
        return received.decode("utf-8", "replace")

    def test_ambiguous_heads_are_refused_and_the_connection_closed(self):
        start = "POST /verder HTTP/1.1\r\nHost: x\r\n"
        for head, status in ((start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400), (start + "Transfer-Encoding: chunked\r\n\r\n3\r\nab", 411),
                             (start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
                             ("GET /../etc HTTP/1.1\r\nHost: x\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n", 400)):
            self.assertIn(f"HTTP/1.1 {status} ", self.answer(head)[:20], head)

    def test_refusals_are_pages_in_dutch(self):
        self.assertIn("Dit lukt niet", self.answer("GET / HTTP/1.1\r\n\r\n"))

    def test_one_byte_a_second_in_head_or_body_is_cut_off(self):
        for start in ("GET / HT", "POST /verder HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\n"):
            connection = self.door.raw()
            connection.sendall(start.encode())
            connection.settimeout(1)
            began = time.time()
            ended = False
            while not ended and time.time() - began < 60:
                try:
                    connection.sendall(b"x")
                    ended = connection.recv(4096) == b""
                except TimeoutError:
                    pass
                except OSError:
                    ended = True
            connection.close()
            self.assertTrue(ended, start)

    def test_a_thousand_idle_connections_keep_nobody_out(self):
        idle = []
        for number in range(1000):
            try:
                idle.append(socket.create_connection(("127.0.0.1", self.door.port), 5))
            except OSError:
                pass
            if number % 50 == 0:
                started = time.time()
                self.assertEqual(self.client().get("/gezond").status, 200)
                self.assertLess(time.time() - started, 10)
        self.assertGreater(len(idle), 900)
        self.assertEqual(self.client().get("/").status, 200)
        for connection in idle:
            connection.close()

    def test_rubbish_instead_of_tls_or_cookies_harms_nothing(self):
        with socket.create_connection(("127.0.0.1", self.door.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(range(256)))
            with contextlib.suppress(ConnectionResetError):
                connection.recv(100)
        client = self.client()
        for cookie in ("x", "A" * 43, "A" * 5000, "..", "%00"):
            client.cookies = {"__Host-inzending": cookie, "__Host-bericht": cookie}
            self.assertEqual(client.get("/inzending/documenten").status, 404)
            self.assertEqual(client.get("/").status, 200)

    def test_paths_and_secrets_stay_out_of_the_log(self):
        self.client().get("/bericht/" + "Zm9v" * 10 + "Zg1")
        self.client().get("/verder?reference=ZP-AAAA-BBBB-C")
        self.client().get("/geheim-pad")
        log = self.door.log_text()
        self.assertNotIn("Zm9v", log)
        self.assertNotIn("ZP-AAAA", log)
        self.assertNotIn("geheim-pad", log)


if __name__ == "__main__":
    unittest.main()
