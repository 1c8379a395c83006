"""A line between the worker and a real mail server, on which a test may act at each step of handing over a mail."""
import socket
import threading

STEPS = ("greeting", "MAIL", "RCPT", "DATA", "before the last dot", "after the last dot", "QUIT")


class Relay:
    """`at(step)` is called before what belongs to the step goes on its way; "after the last dot": when the server has taken the mail, and the client
    does not know it yet. When it says so, the line is cut."""

    def __init__(self, port, server_port):
        self.server_port = server_port
        self.at = lambda step: False
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        self.listener.close()

    def _listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with client, socket.create_connection(("127.0.0.1", self.server_port)) as server:
                self._relay(client.makefile("rwb"), server.makefile("rwb"))
        except OSError:
            pass  # one of the two is gone

    def _relay(self, client, server):
        if self.at("greeting"):
            return
        self._pass_reply(server, client)
        for line in client:
            step = line[:4].decode().upper()
            if step in STEPS and self.at(step):
                return
            server.write(line)
            server.flush()
            self._pass_reply(server, client)
            if step == "DATA" and not self._pass_message(client, server):
                return

    def _pass_message(self, client, server):
        for line in client:
            if line == b".\r\n" and self.at("before the last dot"):
                return False
            server.write(line)
            if line == b".\r\n":
                break
        server.flush()
        reply = server.readline()
        if self.at("after the last dot"):
            return False
        client.write(reply)
        client.flush()
        return True

    @staticmethod
    def _pass_reply(server, client):
        for line in server:
            client.write(line)
            if line[3:4] == b" ":
                break
        client.flush()
