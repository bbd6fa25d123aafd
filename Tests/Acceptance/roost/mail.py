"""The letters a server has written, read as a mail program would."""

import email
import email.policy
import email.utils
import pathlib

from .trade import eventually


class Letter:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.message = email.message_from_binary_file(file, policy=email.policy.default)
        self.defects = [str(defect) for part in self.message.walk() for defect in part.defects]

    @property
    def recipients(self):
        headers = [value for name in ("To", "Cc", "Bcc") for value in self.message.get_all(name, [])]
        return [address for _, address in email.utils.getaddresses(headers)]

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def id(self):
        return str(self.message["Message-ID"])

    def body(self, kind):
        part = self.message.get_body((kind,))
        return part.get_content() if part is not None else ""

    @property
    def text(self):
        return self.body("plain")

    @property
    def html(self):
        return self.body("html")

    @property
    def calendars(self):
        """The iCalendar parts."""
        found = []
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar" or (part.get_filename() or "").endswith(".ics"):
                content = part.get_content()
                found.append(content.decode("utf-8") if isinstance(content, bytes) else content)
        return found

    def __repr__(self):
        return f"<{self.subject!r} to {self.recipients}>"


class Post:
    """All letters in a server's data folder."""

    def __init__(self, server):
        self.folder = pathlib.Path(server.data) / "mail"
        self.read = {}

    def all(self):
        for path in sorted(self.folder.glob("*.eml")):
            if path not in self.read:
                self.read[path] = Letter(path)
        return list(self.read.values())

    def to(self, person, about=None):
        """The letters to a person, oldest first; `about` is a text they all have, such as a booking's code."""
        found = [
            letter for letter in self.all()
            if person.email in letter.recipients and (about is None or about in letter.text)]
        return sorted(found, key=lambda letter: letter.path.stat().st_mtime_ns)

    def wait(self, person, about, count, seconds=30):
        """Waits for that many letters about a booking and expects no more of them."""
        return eventually(
            lambda: self.to(person, about), lambda letters: len(letters) >= count, seconds,
            what=f"letter {count} to {person.email} about {about}")
