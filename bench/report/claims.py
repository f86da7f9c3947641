"""What is claimed, with the targets, and what each figure does not say."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from bench.report.claim import Claim

GRAPH, WORDS = "vector+bm25+graph", "vector+bm25"
WORDLLAMA, MINILM = "wordllama/256", "fastembed/bench/all-minilm-l6-v2-int8"
CORE, SERVED = "SQLite + Edge, core", "SQLite + Edge, gRPC"

EVAL, EVAL_MINILM = "make eval DATA=folder", "make eval DATA=folder EMBEDDER=minilm"
BENCH = "make bench SIZES=10000,100000,1000000"

RECORDED = "development half; extraction replayed from recorded facts"
RULES = "no model: facts by our rules"
FEW = "50 questions: standard errors of 3 to 7 points"
FLATTERING = f"{FEW}; a flattering set: every question names a gold title"
GENERATED = "generated facts: real talk is messier"
TIMES = "one machine; compare with the NumPy scan and the echo"

GENERATE, GENERATE_MINILM = "make synthetic", "make synthetic EMBEDDER=minilm"
EMBEDDERS = {"wordllama": (WORDLLAMA, EVAL), "MiniLM": (MINILM, EVAL_MINILM)}
WORLD = "30000 facts, seed 7"


def retrieval(
    what: str,
    dataset: str,
    figures: Mapping[str, Sequence[tuple[str, int, float]]],
    *,
    category: str,
    variant: tuple[str, ...] = (),
    limits: str,
) -> Iterator[Claim]:
    """Shares of evidence that Recall finds, by embedder: metric, k and least value."""
    for name, wanted in figures.items():
        embedder, repeat = EMBEDDERS[name]
        for metric, k, least in wanted:
            yield Claim(
                what=f"{what}, {metric} @{k}, {name}",
                where={
                    "dataset": dataset,
                    "system": GRAPH,
                    "embedder": embedder,
                    "category": category,
                    "metric": metric,
                    "k": k,
                },
                least=least,
                variant=variant,
                repeat=repeat,
                limits=limits,
            )


def conversations() -> Iterator[Claim]:
    """LoCoMo."""
    both = {"wordllama": (("recall", 10, 82.0), ("all", 10, 76.5)), "MiniLM": (("recall", 10, 82.5), ("all", 10, 77.0))}
    yield from retrieval("LoCoMo 1-4", "locomo", both, category="1-4", limits=RECORDED)
    offline = {"wordllama": (("recall", 10, 80.0), ("all", 10, 74.0))}
    yield from retrieval(
        "LoCoMo 1-4 by rules",
        "locomo",
        offline,
        category="1-4",
        variant=("rules",),
        limits=f"development half; {RULES}",
    )
    first = {"wordllama": (("all", 20, 39.0),), "MiniLM": (("all", 20, 41.0),)}
    yield from retrieval("LoCoMo category 1", "locomo", first, category="1", limits=RECORDED)
    context = {"dataset": "locomo", "system": "context", "embedder": WORDLLAMA, "category": "1-4", "k": 1_000}
    for what, metric, least in (
        ("LoCoMo 1-4, all evidence in a context of 1,000 tokens", "all", 65.0),
        ("Fewer tokens than the whole conversation", "tokens_saved", 95.0),
    ):
        yield Claim(what=what, where={**context, "metric": metric}, least=least, repeat=EVAL, limits=RECORDED)


def passages() -> Iterator[Claim]:
    """MuSiQue and 2Wiki."""
    recorded = {
        "wordllama": (("recall", 2, 51.0), ("recall", 5, 75.0), ("all", 10, 64.0)),
        "MiniLM": (("recall", 2, 57.0), ("recall", 5, 80.0), ("all", 10, 76.0)),
    }
    yield from retrieval(
        "MuSiQue", "musique", recorded, category="all", variant=("recorded",), limits=f"{FEW}; recorded triples"
    )
    ours = {"wordllama": (("recall", 5, 70.0), ("all", 10, 60.0))}
    yield from retrieval(
        "MuSiQue by rules", "musique", ours, category="all", variant=("rules",), limits=f"{FEW}; {RULES}"
    )
    for k in (2, 5, 10):
        yield Claim(
            what=f"MuSiQue, 60 % of the triples dropped: recall @{k} over that without the graph",
            where={
                "dataset": "musique",
                "system": GRAPH,
                "embedder": WORDLLAMA,
                "category": "all",
                "metric": "recall",
                "k": k,
            },
            beside={"system": WORDS},
            least=0.0,
            unit="points",
            variant=("recorded", "60 % of the triples dropped"),
            repeat=EVAL,
            limits=FEW,
        )
    wiki = {"wordllama": (("all", 8, 85.0),)}
    yield from retrieval("2Wiki by rules", "2wiki", wiki, category="all", variant=("rules",), limits=FLATTERING)


def chains() -> Iterator[Claim]:
    """The made-up world."""
    wanted = (("close", "wordllama", 95.0), ("free", "wordllama", 60.0), ("free", "MiniLM", 85.0))
    for wording, name, least in wanted:
        embedder, _ = EMBEDDERS[name]
        for group in ("seen", "held out"):
            for hops in (2, 3):
                yield Claim(
                    what=f"Chains @5 among 30,000 generated facts: {hops} hops, {group}, {wording} wording, {name}",
                    where={
                        "dataset": "synthetic",
                        "system": "graph",
                        "embedder": embedder,
                        "split": WORLD,
                        "category": f"{hops} hops, {group}, {wording}",
                        "metric": "chain",
                        "k": 5,
                    },
                    least=least,
                    repeat=GENERATE_MINILM if name == "MiniLM" else GENERATE,
                    limits=GENERATED,
                )


def no_harm() -> Iterator[Claim]:
    """What chains must not cost in the made-up world: answers of one hop, and steps over what does not hold."""
    told = {"dataset": "synthetic", "system": "graph", "embedder": WORDLLAMA, "split": WORLD}
    for group, wording in product(("seen", "held out"), ("close", "free")):
        yield Claim(
            what=f"One hop among 30,000 generated facts, {group}, {wording}: answer @3 over that without the graph",
            where={**told, "category": f"1 hop, {group}, {wording}", "metric": "answer", "k": 3},
            beside={"system": "no graph"},
            least=0.0,
            unit="points",
            repeat=GENERATE,
            limits=GENERATED,
        )
    for hops, group in product((2, 3), ("changed", "as of")):
        yield Claim(
            what=f"Chains over a fact that does not hold, {hops} hops, {group}",
            where={**told, "category": f"{hops} hops, {group}", "metric": "over what does not hold", "k": None},
            most=0.0,
            repeat=GENERATE,
            limits=GENERATED,
        )


def speeds() -> Iterator[Claim]:
    """Recall and first hits at each size."""
    whole = {10_000: (15, 40), 100_000: (40, 100), 1_000_000: (120, 300)}
    first = {10_000: (5, 15), 100_000: (20, 50), 1_000_000: (80, 200)}
    for what, metric, bounds in (("Recall with paths", "recall", whole), ("First hits", "first_hits", first)):
        for size, pair in bounds.items():
            for quantile, most in zip(("p50", "p95"), pair, strict=True):
                name = f"{what}, {quantile}, {size:,} memories, at the core"
                yield speed(name, size, f"{metric}_{quantile}_ms", system=CORE, most=most, unit="ms")
    adds = "Durable adds a second, 16 callers, one exchange a request, "
    for whose in ("one owner", "many owners"):
        yield speed(
            adds + whose, 10_000, "adds_per_second", system=SERVED, k=16, category=whose, least=300, unit="a second"
        )
    many = "Durable facts a second through BatchAddMemories"
    yield speed(many, 10_000, "facts_per_second_20x10", system=SERVED, k=20, least=2_000, unit="a second")
    memory = "Anonymous memory, 100,000 memories and 300,000 relations"
    yield speed(memory, 100_000, "memory_mib", system=SERVED, category="machine", most=600, unit="MiB")


def speed(
    what: str,
    size: int,
    metric: str,
    *,
    system: str,
    category: str = "one owner",
    k: int | None = None,
    least: float | None = None,
    most: float | None = None,
    unit: str,
) -> Claim:
    """A figure of the embedded deployment at a size."""
    where = {"dataset": "speed", "split": str(size), "metric": metric, "category": category, "system": system, "k": k}
    return Claim(what=what, where=where, least=least, most=most, unit=unit, repeat=BENCH, limits=TIMES)


CLAIMS = (*conversations(), *passages(), *chains(), *no_harm(), *speeds())
