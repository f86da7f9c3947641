"""How a long exchange is cut for extraction: in order, at the ends of exchanges, by number and by size."""

from collections.abc import Sequence

from twohop.graph.model import Message, Role


def first_chunk(messages: Sequence[Message], *, most: int, characters: int) -> int:
    """How many of the messages one extraction call takes: at least one, at most `most`.

    As many as hold `characters` together; a cut is then moved back to just before what a user says, so that no question
    is parted from its answer, if any such place is left.
    """
    size = 0
    fitting = 0
    for message in messages[:most]:
        size += len(message.content)
        if fitting and size > characters:
            break
        fitting += 1
    if fitting == len(messages):
        return fitting
    starts = (place for place in range(fitting, 0, -1) if messages[place].role is Role.USER)
    return next(starts, fitting)
