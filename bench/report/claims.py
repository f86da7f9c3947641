"""What is claimed: the target of each figure, how to repeat it, and what it does not say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Row = Mapping[str, object]
Where = Mapping[str, object]

GRAPH = "vector+bm25+graph"
WORDLLAMA, MINILM = "wordllama/256", "bench/all-minilm-l6-v2-int8"
CORE, SERVED = "SQLite + Edge, core", "SQLite + Edge, gRPC"

EVAL = "make eval DATA=folder"
SYNTHETIC = "make eval SYNTHETIC=1"
BENCH = "make bench SIZES=10000,100000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure (`where` names its row; `split`: parts that the row's split must have), and what it should be."""

    what: str
    where: Where
    least: float | None = None
    most: float | None = None
    unit: str = "%"
    split: tuple[str, ...] = ()
    repeat: str = field(default=EVAL)
    limits: str = ""

    def found(self, rows: Iterable[Row]) -> float | None:
        """The figure, if it was measured."""
        for row in rows:
            parts = [part.strip() for part in str(row["split"]).split(",")]
            if all(row[name] == value for name, value in self.where.items()) and set(self.split) <= set(parts):
                return float(str(row["value"]))
        return None

    @property
    def target(self) -> str:
        """What it should be, in words."""
        return f"≥ {self.least:g} {self.unit}" if self.least is not None else f"≤ {self.most:g} {self.unit}"

    def missed(self, value: float) -> float:
        """By how much the target is missed; 0 = met."""
        if self.least is not None:
            return max(0.0, self.least - value)
        return max(0.0, value - self.most) if self.most is not None else 0.0


def retrieval(what: str, least: float, **where: object) -> Claim:
    """A share of evidence that Recall finds."""
    split = where.pop("split", ())
    limits = str(where.pop("limits", ""))
    parts = split if isinstance(split, tuple) else (str(split),)
    return Claim(what=what, where={"system": GRAPH, **where}, least=least, split=parts, limits=limits)


def speed(
    what: str, size: int, metric: str, *, most: float | None = None, least: float | None = None, **where: object
) -> Claim:
    """A figure of the embedded deployment at a size."""
    unit = "ms" if metric.endswith("_ms") else "MiB" if metric.endswith("_mib") else "a second"
    given = {"dataset": "speed", "split": str(size), "metric": metric, "category": "one owner", "k": None, **where}
    return Claim(what=what, where=given, most=most, least=least, unit=unit, repeat=BENCH, limits=TIMES)


RECORDED = "extraction replayed from the recorded facts; the development half"
TIMES = "one machine, one caller unless said; judge by the ratio to the NumPy scan and the echo"
FLATTERING = "a flattering set: every question names a gold title"


def latencies() -> Iterable[Claim]:
    """Recall and first hits at each size."""
    whole = {10_000: (15, 40), 100_000: (40, 100), 1_000_000: (120, 300)}
    first = {10_000: (5, 15), 100_000: (20, 50), 1_000_000: (80, 200)}
    for what, metric, bounds in (("Recall with paths", "recall", whole), ("First hits", "first_hits", first)):
        for size, pair in bounds.items():
            for quantile, most in zip(("p50", "p95"), pair, strict=True):
                name = f"{what}, {quantile}, {size:,} memories, at the core"
                yield speed(name, size, f"{metric}_{quantile}_ms", most=most, system=CORE)


CLAIMS: tuple[Claim, ...] = (
    *(
        retrieval(
            f"LoCoMo categories 1-4, {metric} @10, {name}",
            least,
            dataset="locomo",
            embedder=embedder,
            category="1-4",
            metric=metric,
            k=10,
            limits=RECORDED,
        )
        for name, embedder, pair in (("wordllama", WORDLLAMA, (82, 76.5)), ("MiniLM", MINILM, (82.5, 77)))
        for metric, least in zip(("recall", "all"), pair, strict=True)
    ),
    *(
        retrieval(
            f"LoCoMo category 1, all @20, {name}",
            least,
            dataset="locomo",
            embedder=embedder,
            category="1",
            metric="all",
            k=20,
            limits=RECORDED,
        )
        for name, embedder, least in (("wordllama", WORDLLAMA, 39), ("MiniLM", MINILM, 41))
    ),
    *(
        retrieval(
            f"MuSiQue, {metric} @{k}, {name}",
            least,
            dataset="musique",
            embedder=embedder,
            category="all",
            metric=metric,
            k=k,
            split="recorded",
            limits="50 questions: a standard error of 3 to 7 points; extraction replayed from recorded triples",
        )
        for name, embedder, figures in (
            ("MiniLM", MINILM, (("recall", 2, 57), ("recall", 5, 80), ("all", 10, 76))),
            ("wordllama", WORDLLAMA, (("recall", 2, 51), ("recall", 5, 75), ("all", 10, 64))),
        )
        for metric, k, least in figures
    ),
    *(
        retrieval(
            f"MuSiQue, {metric} @{k}, wordllama, facts by our rules",
            least,
            dataset="musique",
            embedder=WORDLLAMA,
            category="all",
            metric=metric,
            k=k,
            split="rules",
            limits="50 questions",
        )
        for metric, k, least in (("recall", 5, 70), ("all", 10, 60))
    ),
    retrieval(
        "2Wiki, all gold passages @8, facts by our rules",
        85,
        dataset="2wiki",
        embedder=WORDLLAMA,
        category="all",
        metric="all",
        k=8,
        split="rules",
        limits=FLATTERING,
    ),
    *latencies(),
    speed(
        "Durable adds, 16 callers, one exchange a request", 10_000, "adds_per_second", least=300, system=SERVED, k=16
    ),
    speed("Durable facts through BatchAddMemories", 10_000, "facts_per_second_20x10", least=2_000, system=SERVED, k=20),
    speed(
        "Anonymous memory at 100,000 memories and 300,000 relations",
        100_000,
        "memory_mib",
        most=600,
        system=SERVED,
        category="machine",
    ),
)
