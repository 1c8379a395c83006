"""tus 1.0.0 and the form, with everything that goes wrong on the way."""
import base64
import hashlib
import pathlib
import random
import threading
import time
import unittest

from door import OFFSET_TYPE, TUS, DoorTest, cookie_header, soon

MEGABYTE = 1024 * 1024


class Uploads(DoorTest):
    SETTINGS = "  max_file_megabytes: 24\n  max_submission_megabytes: 60\n"

    def half_patch(self, client, location, offset, data, announced):
        """Sends `data` of a PATCH that announces more, and leaves the connection open."""
        connection = self.door.raw()
        connection.sendall((f"PATCH {location} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\nContent-Type: {OFFSET_TYPE}\r\n"
                            f"Cookie: {cookie_header(client)}\r\nContent-Length: {announced}\r\n\r\n").encode())
        connection.sendall(data)
        return connection

    def bytes_on_disk(self, folder):
        return sum(path.stat().st_size for path in pathlib.Path(self.door.home, "data", folder).rglob("*") if path.is_file())

    def finish_and_compare(self, client, location, data):
        while (offset := client.offset(location)) < len(data):
            self.assertEqual(client.patch(location, offset, data[offset:]).status, 204)
        document = client.documents()[0]
        self.assertEqual(document["sha256"], hashlib.sha256(data).hexdigest())

    def test_options_tells_what_is_there(self):
        answer = self.client().ask("OPTIONS", "/uploads")
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.headers["tus-version"], "1.0.0")
        self.assertEqual(int(answer.headers["tus-max-size"]), 24 * MEGABYTE)
        for extension in ("creation", "expiration", "checksum", "termination"):
            self.assertIn(extension, answer.headers["tus-extension"])

    def test_a_cut_connection_keeps_what_came_and_goes_on_there(self):
        client = self.client().begin()
        data = random.randbytes(3 * MEGABYTE)
        location = client.create(len(data)).headers["location"]
        connection = self.half_patch(client, location, 0, data[:MEGABYTE], len(data))
        time.sleep(0.3)
        connection.close()
        self.assertTrue(soon(lambda: client.offset(location) == MEGABYTE))
        self.finish_and_compare(client, location, data)

    def test_a_client_that_comes_back_does_not_wait_for_its_old_connection(self):
        client = self.client().begin()
        data = random.randbytes(2 * MEGABYTE)
        location = client.create(len(data)).headers["location"]
        connection = self.half_patch(client, location, 0, data[:MEGABYTE], len(data))
        time.sleep(2)  # to look would interrupt it
        started = time.time()
        self.assertEqual(client.offset(location), MEGABYTE)
        self.assertLess(time.time() - started, 10, "the old connection would last for 30 seconds more")
        connection.close()
        self.finish_and_compare(client, location, data)

    def test_what_was_acknowledged_survives_kill_9_and_a_half_request_loses_less_than_a_part(self):
        client = self.client().begin()
        data = random.randbytes(20 * MEGABYTE)
        location = client.create(len(data)).headers["location"]
        self.assertEqual(client.patch(location, 0, data[:MEGABYTE]).status, 204)
        self.door.kill("public")
        self.door.start("public")
        self.assertEqual(client.offset(location), MEGABYTE)
        connection = self.half_patch(client, location, MEGABYTE, data[MEGABYTE:15 * MEGABYTE], len(data) - MEGABYTE)
        self.assertTrue(soon(lambda: self.bytes_on_disk("spool") > 10 * MEGABYTE, 60))
        self.door.kill("public")
        connection.close()
        self.door.start("public")
        offset = client.offset(location)
        self.assertGreaterEqual(offset, 9 * MEGABYTE)
        self.assertLessEqual(offset, 15 * MEGABYTE)
        self.finish_and_compare(client, location, data)
        self.assertEqual(client.send().headers["location"], "/inzending/ontvangst")

    def test_a_state_half_written_when_the_door_died_leaves_what_was_acknowledged(self):
        for damage in (lambda file: file.write_bytes(file.read_bytes()[:40]), lambda file: file.write_bytes(bytes(file.stat().st_size)),
                       lambda file: file.write_bytes(b"")):
            client = self.client().begin()
            data = random.randbytes(3 * MEGABYTE)
            location = client.create(len(data)).headers["location"]
            self.assertEqual(client.patch(location, 0, data[:MEGABYTE]).status, 204)
            newest = max(pathlib.Path(self.door.home, "data").glob("spool/*/state.*"), key=lambda file: file.stat().st_mtime_ns)
            older = newest.with_suffix(".1" if newest.suffix == ".0" else ".0")
            # As if the next change had been cut short: it is written over the older of the two.
            damage(older)
            self.assertEqual(client.offset(location), MEGABYTE)
            self.finish_and_compare(client, location, data)
            self.assertTrue(newest.exists() and older.exists())

    def test_a_state_of_which_neither_file_opens_is_no_submission(self):
        client = self.client().begin()
        location = client.create(5).headers["location"]
        newest = max(pathlib.Path(self.door.home, "data").glob("spool/*/state.*"), key=lambda file: file.stat().st_mtime_ns)
        for file in newest.parent.glob("state.*"):
            changed = bytearray(file.read_bytes())
            changed[-1] ^= 1
            file.write_bytes(changed)
        self.assertGreaterEqual(client.patch(location, 0, b"five!").status, 400)

    def test_kill_9_while_sending_neither_loses_nor_doubles(self):
        for attempt in range(8):
            client = self.client().begin()
            client.upload(b"%PDF-1.4 " + bytes(1000))
            before = set(self.door.waiting())
            acknowledged = []
            sender = threading.Thread(target=lambda: acknowledged.append(self.try_send(client)))
            sender.start()
            time.sleep(random.random() * 0.03)
            self.door.kill("public")
            sender.join()
            self.door.start("public")
            if acknowledged[0]:
                self.assertEqual(len(set(self.door.waiting()) - before), 1, "an acknowledged submission is lost")
            client.get("/inzending/ontvangst")  # mends what was half done
            client.send()
            self.assertIn(client.reference, client.get("/inzending/ontvangst").text)
            self.assertEqual(len(set(self.door.waiting()) - before), 1, f"attempt {attempt}")

    @staticmethod
    def try_send(client):
        try:
            return client.send().status == 303
        except OSError:
            return False
        except Exception:
            return False

    def test_limits_hold_to_the_byte_and_answer_in_dutch(self):
        client = self.client().begin()
        limit = 24 * MEGABYTE
        self.assertEqual(client.create(limit).status, 201)
        refused = client.create(limit + 1)
        self.assertEqual(refused.status, 413)
        self.assertIn("24 MB", refused.text)
        fresh = self.client().begin()
        self.assertEqual(fresh.upload_form(bytes(limit), "groot.bin").status, 303)
        refused = fresh.upload_form(bytes(limit + 1), "te-groot.bin")
        self.assertEqual(refused.status, 413)
        self.assertIn("te groot", refused.text)
        self.assertEqual([d["size"] for d in fresh.documents()], ["24 MB"])
        self.assertEqual(fresh.create(limit).status, 201)
        self.assertEqual(fresh.create(13 * MEGABYTE).status, 413, "the sum is limited too")

    def test_more_than_announced_is_refused(self):
        client = self.client().begin()
        location = client.create(10).headers["location"]
        self.assertEqual(client.patch(location, 0, b"12345678901").status, 413)
        self.assertEqual(client.offset(location), 0)

    def test_a_hundred_files_and_not_one_more(self):
        client = self.client().begin()
        for number in range(100):
            self.assertEqual(client.create(0, f"{number}.pdf").status, 201)
        self.assertEqual(client.create(0).status, 409)
        self.assertEqual(len(client.documents()), 100)
        self.assertEqual(client.send().headers["location"], "/inzending/ontvangst")

    def test_empty_and_one_byte_files_arrive(self):
        client = self.client().begin()
        self.assertEqual(client.create(0, "leeg").status, 201)
        client.upload(b"x", "een")
        sums = {d["name"]: d["sha256"] for d in client.documents()}
        self.assertEqual(sums, {"leeg": hashlib.sha256(b"").hexdigest(), "een": hashlib.sha256(b"x").hexdigest()})

    def test_hostile_names_become_harmless(self):
        client = self.client().begin()
        for name in ("../../etc/passwd", b"a\0b.pdf", "\u202efdp.exe", "x" * 300, "<script>alert(1)</script>.pdf", b"\xff\xfe", "", "C:\\boot.ini"):
            self.assertEqual(client.create(0, name).status, 201)
        for document in client.documents():
            name = document["name"]
            self.assertTrue(name and len(name) <= 120, name)
            self.assertFalse(set(name) & set("/\\\0\u202e"), name)
        self.assertNotIn("<script>alert", client.get("/inzending/documenten").text)

    def test_a_checksum_that_differs_keeps_nothing(self):
        client = self.client().begin()
        location = client.create(6).headers["location"]
        wrong = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
        self.assertEqual(client.patch(location, 0, b"abcdef", **{"Upload-Checksum": "sha1 " + wrong}).status, 460)
        self.assertEqual(client.offset(location), 0)
        right = base64.b64encode(hashlib.sha256(b"abcdef").digest()).decode()
        self.assertEqual(client.patch(location, 0, b"abcdef", **{"Upload-Checksum": "sha256 " + right}).status, 204)

    def test_protocol_errors(self):
        client = self.client().begin()
        location = client.create(6).headers["location"]
        self.assertEqual(client.patch(location, 3, b"def").status, 409)
        self.assertEqual(client.ask("PATCH", location, b"x", {**TUS, "Upload-Offset": "0", "Content-Type": "text/plain"}).status, 415)
        self.assertEqual(client.ask("HEAD", location).status, 412)
        self.assertEqual(client.ask("DELETE", location, headers=TUS).status, 204)
        self.assertEqual(client.ask("HEAD", location, headers=TUS).status, 404)

    def test_another_persons_upload_does_not_exist(self):
        owner, stranger = self.client().begin(), self.client().begin()
        location = owner.create(6).headers["location"]
        self.assertEqual(stranger.ask("HEAD", location, headers=TUS).status, 404)
        self.assertEqual(stranger.patch(location, 0, b"abcdef").status, 404)
        self.assertEqual(self.client().ask("HEAD", location, headers=TUS).status, 403)

    def test_after_sending_nothing_can_be_added(self):
        client = self.client().begin()
        client.upload(b"%PDF-1.4")
        client.send()
        self.assertEqual(client.create(1).status, 409)

    def test_half_a_form_leaves_no_file(self):
        client = self.client().begin()
        connection = self.door.raw()
        head = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{client.csrf}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        connection.sendall((f"POST /inzending/documenten HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie_header(client)}\r\n"
                            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n{head}").encode() + bytes(5000))
        connection.close()
        self.assertTrue(soon(lambda: client.documents() == []))


if __name__ == "__main__":
    unittest.main()
