"""Delivery by LMTP (RFC 2033) straight to the mail door, as an MTA does it."""
import re
import smtplib


def deliver(instance, sender, message, recipient="post@zegelpost.example"):
    """Returns only when the door has taken responsibility (250)."""
    host, port = re.search(r"lmtp_listen:\s*([\d.]+):(\d+)", instance.config.read_text()).groups()
    with smtplib.LMTP(host, int(port), timeout=60) as server:  # SMTPException is an OSError
        server.sendmail(sender, [recipient], message)


def ask_for_access(instance, sender):
    """A request by mail that opens a dossier."""
    deliver(instance, sender, f"From: Karin <{sender}>\r\nTo: <post@zegelpost.example>\r\nSubject: Verzoek om inzage AVG\r\nMessage-ID: <{sender}>\r\n\r\n"
                              "Graag wil ik mijn persoonsgegevens inzien (AVG artikel 15).\r\n".encode())
