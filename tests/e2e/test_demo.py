"""`make demo` on every deployment: each prints what the embedded one prints."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from deployments import EMBEDDED, OTHERS, deployment
from twohop.config import Settings

pytestmark = pytest.mark.timeout(600)
"""As in the contract's test of the same conversation: a new Neo4j plans everything first."""

ROOT = Path(__file__).parents[2]


def variables(settings: Settings) -> dict[str, str]:
    """The environment that names the stores of these settings."""
    ledger, index = settings.ledger, settings.index
    return {
        "TWOHOP_LEDGER__BACKEND": ledger.backend,
        "TWOHOP_LEDGER__URI": ledger.uri,
        "TWOHOP_LEDGER__USER": ledger.user,
        "TWOHOP_LEDGER__PASSWORD": ledger.secret(),
        "TWOHOP_INDEX__BACKEND": index.backend,
        "TWOHOP_INDEX__URL": index.url,
        "TWOHOP_INDEX__API_KEY": index.key(),
        "TWOHOP_INDEX__COLLECTION": index.collection,
        "TWOHOP_INDEX__PREFER_GRPC": str(index.prefer_grpc),
        "TWOHOP_INDEX__GRPC_PORT": str(index.grpc_port),
        "TWOHOP_INDEX__TIMEOUT_SECONDS": str(index.timeout_seconds),
    }


async def printed(name: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """What the demo prints on a deployment. It has found every answer."""
    async with deployment(name, folder, request) as settings:
        demo = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "demo.run",
            cwd=ROOT,
            env={**os.environ, **variables(settings)},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await demo.communicate()
    assert demo.returncode == 0, said.decode()
    return said.decode()


@pytest.fixture(scope="module")
def embedded() -> list[str]:
    """What it prints on the embedded deployment, once it was run there."""
    return []


@pytest.mark.parametrize("name", OTHERS)
async def test_the_demo_is_the_same_on_every_deployment(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, embedded: list[str]
) -> None:
    """To the letter: what is remembered and replaced, the relations, the answers' places and their proofs."""
    theirs = await printed(name, tmp_path / "theirs", request)
    if not embedded:
        embedded.append(await printed(EMBEDDED, tmp_path / "ours", request))
    assert theirs == embedded[0]
