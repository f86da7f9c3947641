"""Conversations with the questions asked of them: the demo's, and one made up from a seed in LoCoMo's shape."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from twohop.graph.model import Role, Scope
from twohop.memory.api import AddRequest, NewMessage

DEMO = Path(__file__).parents[1] / "demo" / "conversation.json"
SECOND = 1_000_000
EXCHANGE = 2
"""Turns of one add, as the evaluation sends them."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is added, one request after the other, each at its time (microseconds), and what is asked at the end."""

    name: str
    scope: Scope
    adds: tuple[tuple[int, AddRequest], ...]
    questions: tuple[str, ...]


def micros(at: datetime) -> int:
    return int(at.timestamp()) * SECOND


def demo() -> Conversation:
    """The conversation of `make demo`, a session an add."""
    story = json.loads(DEMO.read_text(encoding="utf-8"))
    scope = Scope(user_id=story["user_id"])
    adds = []
    for session in story["sessions"]:
        at = micros(datetime.fromisoformat(session["observed_at"]))
        messages = tuple(
            NewMessage(role=Role(one["role"]), name=one["name"], content=one["content"], observed_at=at)
            for one in session["messages"]
        )
        adds.append((at, AddRequest(scope=Scope(user_id=scope.user_id, run_id=session["run_id"]), messages=messages)))
    return Conversation("demo", scope, tuple(adds), tuple(one["question"] for one in story["questions"]))


FRIENDS = ("Oskar", "Ines", "Ravi", "Marta", "Jonas", "Leila", "Petra", "Yusuf")
CITIES = ("Ghent", "Porto", "Tartu", "Cork", "Turin", "Bergen", "Graz", "Lille")
FIRMS = ("Halden", "Brightwater", "Kestrel", "Norvane", "Quillon", "Tamsin Foods")
TEAMS = ("Heron", "Falcon", "Osprey", "Kite")
PETS = (("dog", "Pixel"), ("cat", "Saffron"), ("dog", "Bramble"), ("cat", "Juniper"))
HOBBIES = ("pottery", "climbing", "chess", "sailing", "baking", "photography")
CHATTER = (
    "That sounds wonderful, tell me more!",
    "I had the longest week, honestly.",
    "The weather has been awful here, so we stayed in and played cards.",
    "Ha, I would have done the same.",
    "Let's talk again soon.",
    "Did you see the fireworks over the harbour?",
)


def locomo_shaped(seed: int = 7, sessions: int = 8) -> Conversation:
    """Two friends over most of a year: dated sessions of turns by name, with facts that change, amid chatter."""
    chance = Random(seed)
    at = datetime(2024, 1, 9, 18, 30, tzinfo=UTC)
    adds: list[tuple[int, AddRequest]] = []
    for number, turns in enumerate(told(chance, sessions), start=1):
        scope = Scope(user_id="synthetic", run_id=f"session-{number}")
        for start in range(0, len(turns), EXCHANGE):
            when = micros(at + timedelta(minutes=start))
            messages = tuple(
                NewMessage(role=Role.USER, name=speaker, content=said, observed_at=micros(at))
                for speaker, said in turns[start : start + EXCHANGE]
            )
            adds.append((when, AddRequest(scope=scope, messages=messages)))
        at += timedelta(days=chance.randint(11, 40), hours=chance.randint(-5, 3))
    return Conversation("locomo-shaped", Scope(user_id="synthetic"), tuple(adds), QUESTIONS)


QUESTIONS = (
    "Where does Nora live?",
    "Where did Nora live before?",
    "Where does Theo work?",
    "Which company did Theo work at first?",
    "Who manages the team that Theo is on?",
    "Who manages the team at Nora's company?",
    "In which city is the company that Theo works at?",
    "What is the name of Nora's dog?",
    "Which pets does Theo have?",
    "Where does the sister of Nora live?",
    "Which company does Nora's sister work at?",
    "When did Nora visit Theo?",
    "What does Nora do on weekends?",
    "Who likes pottery?",
    "Which of Theo's friends lives in Ghent?",
    "What did Theo say about the fireworks?",
    "Who is the husband of Nora's sister?",
    "In which city is the employer of the husband of Nora's sister?",
    "What has changed for Theo since the winter?",
    "Where do the friends of Nora live?",
)


def told(chance: Random, sessions: int) -> Iterator[Sequence[tuple[str, str]]]:
    """The turns of each session, the two speakers one after the other."""
    cities, firms, friends = (chance.sample(few, len(few)) for few in (CITIES, FIRMS, FRIENDS))
    sister, husband = friends.pop(), friends.pop()
    said: dict[str, list[str]] = {
        "Nora": [
            f"I live in {cities[0]} and I work at {firms[0]}.",
            f"My sister {sister} lives in {cities[1]}. Her husband {husband} works at {firms[1]}.",
            f"{firms[1]} is based in {cities[2]}.",
            f"I am on the {TEAMS[0]} team. The {TEAMS[0]} team is part of {firms[0]}.",
            f"{friends[0]} manages the {TEAMS[0]} team.",
            f"I moved from {cities[0]} to {cities[3]} last month.",
            f"Sorry, I meant {cities[4]}, not {cities[3]}.",
            f"{sister} moved from {cities[1]} to {cities[5]} in May.",
            f"I no longer work at {firms[0]}; I joined {firms[2]} yesterday.",
            f"Last Saturday I visited Theo in {cities[6]}.",
            f"{sister} works at {firms[3]}.",
        ],
        "Theo": [
            f"I live in {cities[6]}, and I work at {firms[3]}.",
            f"{firms[3]} is based in {cities[6]}.",
            f"I am on the {TEAMS[1]} team. {friends[1]} manages the {TEAMS[1]} team.",
            f"The {TEAMS[1]} team is part of {firms[3]}.",
            f"I switched from tea to coffee. My brother {friends[2]} lives in {cities[7]}.",
            f"{friends[1]} lives in {cities[0]}.",
            f"I no longer work at {firms[3]}; I joined {firms[4]} last week.",
            f"{firms[4]} is based in {cities[1]}.",
            f"{friends[3]} manages the {TEAMS[2]} team now, and the {TEAMS[2]} team is part of {firms[4]}.",
            f"I am on the {TEAMS[2]} team now.",
        ],
    }
    for speaker, lines in said.items():
        for kind, name in chance.sample(PETS, 2):
            lines.insert(chance.randrange(len(lines)), f"I have a {kind} named {name}.")
        for hobby in chance.sample(HOBBIES, 3):
            lines.insert(chance.randrange(len(lines)), f"I like {hobby}, and {chance.choice(friends)} likes {hobby}.")
        lines.append(f"{chance.choice(friends)} visited me in {chance.choice(cities)} and met {speaker}'s neighbours.")
    for number in range(sessions):
        turns: list[tuple[str, str]] = []
        for _ in range(chance.randint(4, 6)):
            for speaker, lines in said.items():
                # Less is left of each than there are turns, and the same is sometimes said twice.
                due = len(lines) > (sessions - number - 1) * 2
                turns.append((speaker, lines.pop(0) if lines and due else chance.choice(CHATTER)))
        yield turns
