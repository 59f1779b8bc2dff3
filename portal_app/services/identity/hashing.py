"""Argon2id, outside of transactions and off the event loop, as many at once as there are processors."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
# The hash of a password that nobody has, at the same cost.
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$QI/2GlFlWl4fCVnWZuveFQ$JIaqqOTjWfhGM71QTg8INqRBywHeUCheXOvmR6iOqcU"

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
_threads = ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1), thread_name_prefix="argon2")


async def make(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, make_here, password)


def make_here(password: str) -> str:
    """For the command line, where there is no loop to hold up."""
    return _hasher.hash(password)


async def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Where there is no hash the same work is done, so that the time tells nothing."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _fits, password_hash, password)


def is_outdated(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or NOBODYS, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
