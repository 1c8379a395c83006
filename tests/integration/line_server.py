"""A server of a test's own, for a protocol of lines such as SMTP."""
import contextlib
import socketserver
import threading


class LineServer(socketserver.ThreadingTCPServer):
    """`speak(told, say)` for each connection, in a thread of its own: both are binary files."""

    allow_reuse_address = daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address, speak):
        class Connection(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):  # the other side is gone
                    speak(self.rfile, self.wfile)

        super().__init__(address, Connection)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()
