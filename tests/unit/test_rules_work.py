"""Work: employers, jobs, and how they begin and end."""

import pytest

from reading_rules import read

CASES: list[tuple[str, list[str]]] = [
    ("I work at Acme.", ["+ Alice works_at Acme"]),
    ("I work for Acme in Lisbon.", ["+ Alice works_at Acme"]),
    ("I work as a nurse at St Mary's Hospital.", ["+ Alice works_at St Mary's Hospital", "+ Alice job_title =nurse"]),
    ("I'm a software engineer at Initech.", ["+ Alice job_title =software engineer", "+ Alice works_at Initech"]),
    ("I'm an architect.", ["+ Alice job_title =architect"]),
    ("I am employed by Globex.", ["+ Alice works_at Globex"]),
    ("I'm currently working at Globex.", ["+ Alice works_at Globex"]),
    ("I've worked at Acme since 2021.", ["+ Alice works_at Acme @2021.."]),
    ("I've been working for Acme for three years.", ["+ Alice works_at Acme @2022.."]),
    ("I joined Acme in May.", ["+ Alice works_at Acme @2024-05.."]),
    (
        "I joined Acme as a designer last month.",
        ["+ Alice works_at Acme @2025-02..", "+ Alice job_title =designer @2025-02.."],
    ),
    ("I started at Helios last week.", ["+ Alice works_at Helios @2025-W10.."]),
    (
        "I just got a new job at Globex as a data scientist!",
        ["+ Alice works_at Globex", "+ Alice job_title =data scientist"],
    ),
    ("I accepted a position at Umbrella.", ["+ Alice works_at Umbrella"]),
    ("I was hired by Globex last week.", ["+ Alice works_at Globex @2025-W10.."]),
    ("I got promoted to senior engineer in January.", ["+ Alice job_title =senior engineer @2025-01.."]),
    ("I became a teacher in 2019.", ["+ Alice job_title =teacher @2019.."]),
    ("I left Acme in June.", ["- Alice works_at Acme @..2024-06"]),
    ("I quit my job at Acme yesterday.", ["- Alice works_at Acme @..2025-03-11"]),
    ("I resigned from Acme last month.", ["- Alice works_at Acme @..2025-02"]),
    ("I was laid off from Globex last week.", ["- Alice works_at Globex @..2025-W10"]),
    ("I lost my job at Quick Kite this month.", ["- Alice works_at Quick Kite @..2025-03"]),
    ("I no longer work at Acme.", ["- Alice works_at Acme"]),
    ("I don't work at Acme anymore.", ["- Alice works_at Acme"]),
    ("I don't work at Acme.", ["! Alice works_at Acme"]),
    ("I used to work at Acme.", ["- Alice works_at Acme"]),
    ("In 2019 I worked at Foo.", ["- Alice works_at Foo @2019..2020"]),
    ("I worked at Acme from 2015 to 2018.", ["- Alice works_at Acme @2015..2018"]),
    ("Until last month I worked at Foo.", ["- Alice works_at Foo @..2025-02"]),
    ("I stopped working at Acme in 2020.", ["- Alice works_at Acme @..2020"]),
    ("I used to be a teacher.", ["- Alice job_title =teacher"]),
    ("I was a teacher from 2010 to 2015.", ["- Alice job_title =teacher @2010..2015"]),
    ("I retired in 2022.", ["+ Alice work_status =retired @2022.."]),
    ("I'm unemployed.", ["+ Alice work_status =unemployed"]),
    ("I teach maths at Lincoln High.", ["+ Alice teaches =maths", "+ Alice works_at Lincoln High"]),
    ("I founded a startup called Lumen in 2020.", ["+ Alice founded Lumen @2020.."]),
    ("Lumen was founded by Emma.", ["+ Emma founded Lumen"]),
    ("I'm working on the billing system.", ["+ Alice works_on billing system"]),
    ("I work in marketing.", ["+ Alice works_in =marketing"]),
    ("Emma works with Tom.", ["+ Emma colleague_of Tom"]),
    ("Acme is a robotics company.", ["+ Acme is_a =robotics company"]),
    ("Northwind is based in Braga.", ["+ Northwind located_in Braga"]),
    ("Acme is headquartered in Berlin.", ["+ Acme located_in Berlin"]),
    ("i work at acme and live in lisbon", ["+ Alice works_at acme", "+ Alice lives_in lisbon"]),
    (
        "Emma no longer works at Globex; she joined Initech in May.",
        ["- Emma works_at Globex", "+ Emma works_at Initech @2024-05.."],
    ),
]


@pytest.mark.parametrize(("said", "expected"), CASES, ids=[said for said, _ in CASES])
def test_work(said: str, expected: list[str]) -> None:
    """A sentence about work gives the employer or job, when it began or ended, and nothing else."""
    assert read(*said.split(" || ")) == expected
