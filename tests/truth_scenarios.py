"""Scenarios of the truth benchmark for its own tests, as the format's JSON."""

import copy
from typing import Any

MOVES: dict[str, Any] = {
    "id": "moves-01",
    "theme": "moves",
    "user_id": "lena",
    "exchanges": [
        {
            "observed_at": "2024-03-04T18:00:00Z",
            "messages": [{"role": "user", "name": "Lena", "content": "Settled in! I live in Graz since February."}],
            "extraction": [
                {
                    "text": "Lena lives in Graz",
                    "subject": "Lena",
                    "predicate": "lives_in",
                    "object": "Graz",
                    "kind": "state",
                    "polarity": "affirmed",
                    "valid_from": "2024-02",
                    "valid_to": None,
                    "quote": "I live in Graz since February",
                }
            ],
        },
        {
            "observed_at": "2025-06-20T08:00:00Z",
            "messages": [
                {"role": "user", "name": "Lena", "content": "Moved to Linz on the 14th."},
                {"role": "assistant", "content": "Enjoy it."},
            ],
            "extraction": [
                {
                    "text": "Lena lives in Linz",
                    "subject": "Lena",
                    "predicate": "lives_in",
                    "object": "Linz",
                    "cardinality": "one",
                    "kind": "state",
                    "polarity": "affirmed",
                    "valid_from": "2025-06-14",
                    "valid_to": None,
                    "quote": "Moved to Linz on the 14th",
                }
            ],
        },
    ],
    "expect": {
        "live": [{"subject": "lena", "predicate": "resides in", "object": "Linz", "valid_from": "2025-06"}],
        "closed": [
            {
                "subject": "Lena",
                "predicate": "lives_in",
                "object": "Graz",
                "valid_from": "2024-02",
                "valid_to": "2025-06",
            }
        ],
        "absent": ["in graz"],
        "memory_count_max": 2,
    },
    "hostile_judge": [{"exchange": 1, "decision": "NOOP", "target": "Lena lives in Graz"}],
    "questions": [
        {"q": "Where does Lena live?", "as_of": None, "answer": ["linz"], "not": ["Graz"]},
        {"q": "Where does Lena live?", "as_of": "2025-01-01", "answer": ["Graz"], "not": ["Linz"]},
        {"q": "Where does Lena live?", "as_of": "2024-01-01", "answer": [], "not": ["Graz", "Linz"]},
    ],
}
"""One move, with everything right."""


def mistaken() -> dict[str, Any]:
    """The same conversation with an expectation that is wrong on purpose: she still lives in Graz."""
    scenario = copy.deepcopy(MOVES)
    scenario |= {
        "id": "moves-02",
        "theme": "mistakes",
        "questions": [{"q": "Where?", "as_of": None, "answer": ["Rome"]}],
    }
    scenario["expect"] = {
        "live": [{"subject": "Lena", "predicate": "lives_in", "object": "Graz"}],
        "closed": [{"subject": "Lena", "predicate": "lives_in", "object": "Linz", "valid_to": "2025"}],
        "absent": ["Linz"],
        "memory_count_max": 1,
    }
    scenario["hostile_judge"][0]["decision"] = "DELETE"
    return scenario
