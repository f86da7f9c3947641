"""What the machine itself costs: an exact scan in NumPy, one echo over gRPC, one write that reaches the disk."""

import os
import time
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from bench.speed.figures import timed
from bench.speed.measure import Measured
from grpc_health.v1 import health_pb2, health_pb2_grpc

DIMENSION = 256
BLOCK = 4_096
"""Bytes of one durable write: a page of the file system."""


def scan(memories: int, queries: int, limit: int = 10, seed: int = 7) -> Measured:
    """Each of so many questions compared with every vector, and the first `limit` in order."""
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((memories, DIMENSION), np.float32)
    seconds: list[float] = []
    for query in chance.standard_normal((queries, DIMENSION), np.float32):
        began = time.perf_counter()
        scores = vectors @ query
        first = np.argpartition(-scores, min(limit, memories - 1))[:limit]
        first[np.argsort(-scores[first])]
        seconds.append(time.perf_counter() - began)
    return timed(seconds)


async def echo(address: str, calls: int) -> Measured:
    """Health checks, one after the other."""
    seconds: list[float] = []
    async with grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        for _ in range(calls):
            began = time.perf_counter()
            await stub.Check(health_pb2.HealthCheckRequest())
            seconds.append(time.perf_counter() - began)
    return timed(seconds)


def durable_writes(folder: Path, until_seconds: float) -> Measured:
    """Appended blocks, each of which is on the disk before the next one: what a commit can't do without."""
    seconds: list[float] = []
    path = folder / "durable"
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        ends = time.perf_counter() + until_seconds
        while time.perf_counter() < ends:
            began = time.perf_counter()
            os.write(file, bytes(BLOCK))
            os.fdatasync(file)
            seconds.append(time.perf_counter() - began)
    finally:
        os.close(file)
        path.unlink()
    return timed(seconds)
