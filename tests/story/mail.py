"""Mail in and out of the demo's real Postfix: SMTP one way, its Maildir the other."""
import email
import email.policy
import pathlib
import re
import smtplib
import time

ADDRESS = "post@zegelpost.example"


def send(path, smtp_port, message_id=None):
    """Hands the message in file `path` to Postfix, from its Return-Path; under another Message-ID when one is given."""
    raw = pathlib.Path(path).read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    sender = str(message["Return-Path"] or message["From"].addresses[0].addr_spec).strip("<> ")
    if message_id:
        raw = re.sub(rb"(?im)^Message-ID:.*$", f"Message-ID: <{message_id}>\r".encode(), raw, count=1)
    with smtplib.SMTP("127.0.0.1", smtp_port, timeout=30) as server:
        server.sendmail(sender, [ADDRESS], re.sub(rb"(?im)^Return-Path:.*\r?\n", b"", raw, count=1))


class Inbox:
    """Where all mail lands that is not for us."""

    def __init__(self, instance):
        self.folder = pathlib.Path(instance) / "postfix" / "mail" / "inbox" / "new"

    def messages(self, to):
        found = []
        for path in sorted(self.folder.glob("*"), key=lambda one: one.stat().st_mtime) if self.folder.exists() else []:
            raw = path.read_bytes()
            message = email.message_from_bytes(raw, policy=email.policy.default)
            if to.lower() in str(message["To"]).lower() or to.lower() in str(message.get("Delivered-To", "")).lower():
                found.append((message, raw))
        return found

    def wait(self, to, words, seconds=60, after=0):
        """The first message to `to`, past the first `after`, whose text or subject holds `words`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message, raw in self.messages(to)[after:]:
                if words in text_of(message) or words in str(message["Subject"]):
                    return message, raw
            time.sleep(0.3)
        raise TimeoutError(f"no mail to {to} with '{words}' within {seconds} s; there are {[str(m['Subject']) for m, _ in self.messages(to)]}")


def text_of(message):
    body = message.get_body(preferencelist=("plain", "html"))
    return body.get_content() if body else ""


def everything_in(message):
    """All that a reader on the way could read, but for the addresses that delivery itself needs."""
    parts = [f"{name}: {value}" for name, value in message.items() if name.lower() not in ("to", "delivered-to", "x-original-to", "received", "return-path")]
    for part in message.walk():
        if not part.is_multipart():
            parts.append(str(part.get_filename() or ""))
            content = part.get_content()
            parts.append(content if isinstance(content, str) else content.decode("latin-1"))
    return "\n".join(parts)


def link_in(message):
    """The link to the secure mailbox."""
    return re.search(r"https://\S+/bericht/\S+", text_of(message)).group(0)
