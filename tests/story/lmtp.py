"""Delivery by LMTP (RFC 2033) straight to the mail door, as an MTA does it."""
import re
import smtplib


def deliver(instance, sender, message, recipient="post@zegelpost.example"):
    """Returns only when the door has taken responsibility (250)."""
    host, port = re.search(r"lmtp_listen:\s*([\d.]+):(\d+)", instance.config.read_text()).groups()
    with smtplib.LMTP(host, int(port), timeout=60) as server:  # SMTPException is an OSError
        server.sendmail(sender, [recipient], message)
