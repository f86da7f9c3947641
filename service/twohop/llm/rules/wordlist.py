"""Word lists as sets."""


def words(text: str) -> frozenset[str]:
    """The words of a text as written, without order."""
    return frozenset(text.split())
