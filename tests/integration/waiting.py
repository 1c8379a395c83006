"""What every test with real servers needs: a port that is free, and patience."""
import random
import socket
import time

handed_out = set()


def free_port():
    """Below the range from which the kernel takes ports for connections that go out (ip_local_port_range): between the asking and the use any program might get one of those."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        if port in handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        handed_out.add(port)
        return port


def eventually(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())
