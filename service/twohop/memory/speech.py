"""Who speaks, and whom "I", "you" and "my brother" mean in what they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twohop.graph.model import Message, Role
from twohop.memory.names import normal
from twohop.memory.roles import NAMED_BY_ROLE, OF, ROLES

USER = "user"
"""What the user is called as long as their name isn't known."""

FIRST = frozenset({"i", "me", "myself", "mine", "my"})
SECOND = frozenset({"you", "yourself", "yours", "your"})
OWN = re.compile(r"^(?:my|our) (?P<what>.+)$", re.IGNORECASE)
YOURS = re.compile(r"^your (?P<what>.+)$", re.IGNORECASE)
USERS = re.compile(r"^(?:the )?user['\u2019]s (?P<what>.+)$", re.IGNORECASE)
TITLE = re.compile(r"^(?:My|Our|Your) [A-Z]")


@dataclass(frozen=True, slots=True)
class Speech:
    """The names of who speaks (`me`), who is spoken to (`you`), and of the user; empty = not known."""

    me: str = ""
    you: str = ""
    user: str = ""

    def meant(self, name: str) -> str:
        """The name without pronouns: "my brother" = "Alice's brother"; as it is where nobody is pointed at."""
        said = normal(name)
        for pronouns, who in ((FIRST, self.me), (SECOND, self.you), ({USER}, self.user)):
            if said in pronouns:
                return who or name
        if said in NAMED_BY_ROLE and self.me:
            return f"{self.me}'s {said}"
        written = " ".join(name.split())
        title = TITLE.match(written) and said.partition(" ")[2] not in ROLES
        for pattern, owner in ((OWN, self.me), (YOURS, self.you), (USERS, self.user)):
            # "My Fair Lady" is nobody's.
            if owner and not title and (found := pattern.match(written)):
                return f"{owner}'s {found['what']}"
        if (found := OF.match(said)) and found["role"] in ROLES:
            _, _, owner = written.partition(" of ")
            return f"{self.meant(owner)}'s {found['role']}"
        return name


def speech_of(message: Message, exchange: Sequence[Message]) -> Speech:
    """Who speaks in a message, as far as the exchange names them."""
    users = [one.name for one in exchange if one.role is Role.USER and one.name.strip()]
    user = message.name if message.role is Role.USER and message.name.strip() else users[0] if users else USER
    user = user.strip()
    if message.role is Role.USER:
        return Speech(me=user, user=user)
    if message.role is Role.ASSISTANT:
        return Speech(me=message.name.strip(), you=user, user=user)
    return Speech(user=user)
