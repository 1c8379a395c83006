"""A line between the worker and a real mail server, on which a test may act at each step of handing over a mail."""
import socket

from line_server import LineServer

STEPS = ("greeting", "MAIL", "RCPT", "DATA", "before the last dot", "after the last dot", "QUIT")


class Relay:
    """`at(step)` is called before what belongs to the step goes on its way; "after the last dot": when the server has taken the mail, and the client
    does not know it yet. When it says so, the line is cut."""

    def __init__(self, port, server_port):
        self.server_port = server_port
        self.at = lambda step: False
        self.listener = LineServer(("127.0.0.1", port), self._serve)

    def close(self):
        self.listener.close()

    def _serve(self, told, say):
        with socket.create_connection(("127.0.0.1", self.server_port)) as server, server.makefile("rwb") as lines:
            self._relay(told, say, lines)

    def _relay(self, told, say, server):
        if self.at("greeting"):
            return
        self._pass_reply(server, say)
        for line in told:
            step = line[:4].decode().upper()
            if step in STEPS and self.at(step):
                return
            server.write(line)
            server.flush()
            self._pass_reply(server, say)
            if step == "DATA" and not self._pass_message(told, say, server):
                return

    def _pass_message(self, told, say, server):
        for line in told:
            if line == b".\r\n" and self.at("before the last dot"):
                return False
            server.write(line)
            if line == b".\r\n":
                break
        server.flush()
        reply = server.readline()
        if self.at("after the last dot"):
            return False
        say.write(reply)
        return True

    @staticmethod
    def _pass_reply(server, say):
        for line in server:
            say.write(line)
            if line[3:4] == b" ":
                break
