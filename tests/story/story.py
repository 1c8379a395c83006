"""What the steps of the story share: the instance, the people in it, the checks, and where things are kept for a reader."""
import pathlib

import screenshots
from checks import Checks
from instance import Instance
from mail import Inbox
from portal import Sender
from staff import Staff


class Story:
    def __init__(self, arguments):
        self.instance = Instance(arguments.instance, arguments.programs)
        self.smtp = arguments.smtp
        self.out = pathlib.Path(arguments.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.checks = Checks()
        self.inbox = Inbox(arguments.instance)
        self.browser = screenshots.Browser(self.out / "pages")
        self.mentor = Sender(self.instance.portal)
        self._staff = {}
        self.reference = {}  # of the dossiers, by "mentor", "access", "copy"
        self.dossier = {}    # their addresses in the workbench
        self.code = {}       # access codes

    def staff(self, login):
        """A member of staff, logged in once."""
        if login not in self._staff:
            person = Staff(self.instance.workbench, login, self.instance.credentials)
            person.log_in()
            self._staff[login] = person
        return self._staff[login]

    def sample(self, name):
        return self.instance.samples / name

    def keep(self, name, content):
        """Leaves something for a reader of the output folder."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return content

    def picture(self, name, client, url, phone=False):
        """A screenshot; that one can't be made is no error of the story."""
        try:
            self.browser.shoot(name, client, url, screenshots.PHONE if phone else screenshots.DESK)
        except RuntimeError as error:
            print(f"  (no picture of {name}: {error})")


# How the samples' people would show in a mail that says too much: names, birth dates, and what they called their files.
MENTOR_SECRETS = ["Karin", "Cornelia", "Johanna", "de Model", "1948", "12 maart", "12-03", "verzoek-foto", "paspoort"]
ACCESS_SECRETS = ["Renée", "Renee", "Fictief", "1985", "31 december", "31-12", "Schijndrecht", "IMG_2041", "Verzoek om inzage.pdf", "999999990"]
