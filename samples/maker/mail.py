"""Mails as they come in: the same bytes every time."""
import email.generator
import email.message
import email.policy
import io
import mimetypes

TO = "post@zegelpost.example"


def build(entry, people, texts, made):
    """`made(path)` gives the bytes of another sample, for attachments."""
    sender = people["sender"]
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["Return-Path"] = "<>" if entry.get("empty_return_path") else f"<{sender['email']}>"
    mail["Date"] = "Fri, 20 Nov 2026 10:15:00 +0100"
    mail["From"] = f"{sender['name']} <{sender['email']}>"
    mail["To"] = TO
    mail["Subject"] = entry["subject"]
    mail["Message-ID"] = f"<{entry['file'].replace('/', '.')}@samples.post.example>"
    for name, value in entry.get("headers", {}).items():
        mail[name] = value
    mail.set_content(texts, cte="quoted-printable")
    for attachment in entry.get("attachments", []):
        main, _, sub = (mimetypes.guess_type(attachment["file"])[0] or "application/octet-stream").partition("/")
        mail.add_attachment(made(attachment["file"]), main, sub, filename=attachment["name"], disposition=attachment.get("disposition", "attachment"))
    for i, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_grens_{i}_van_een_voorbeeld")
    buffer = io.BytesIO()
    email.generator.BytesGenerator(buffer, policy=email.policy.SMTP).flatten(mail)
    return buffer.getvalue()
