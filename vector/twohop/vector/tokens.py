"""The tokenizer inside the wordllama wheel: it counts tokens without a network."""

import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer

from twohop.errors import Misconfigured

# Few texts at a time are what we have. Shared among the library's own threads they take the same work, and where
# processors are busy the caller waits for the slowest of those: 4 ms, measured, instead of 0.1.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

TOKENIZER = Path("tokenizers/l2_supercat_tokenizer_config.json")


class TokenCounter:
    """Counts tokens for budgets and usage figures; an answer that shows a count names the tokenizer by `name`."""

    name = "llama-2"

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return load_tokenizer()

    def count(self, texts: Sequence[str]) -> int:
        """Tokens of all texts together.

        Raises:
            Misconfigured: the wordllama package is missing or incomplete.
        """
        return sum(self.counts(texts))

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text. Raises as `count`."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]


def load_tokenizer() -> Tokenizer:
    """The tokenizer, without padding or truncation; 50 ms. Safe in all threads."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(packaged(TOKENIZER)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def packaged(name: Path) -> Path:
    """The file of that name in the installed wordllama package.

    Importing the package would set up the process's root logger and read a network client: its files are enough.

    Raises:
        Misconfigured: the package is missing, or another version of it holds other files.
    """
    spec = find_spec("wordllama")
    for folder in spec.submodule_search_locations or () if spec else ():
        if (path := Path(folder) / name).is_file():
            return path
    raise Misconfigured("the wordllama package is missing or incomplete: reinstall twohop")
