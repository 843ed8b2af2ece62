"""A store in Redis or Valkey, which many processes use at once (extra ``redis``).

A world is a hash (epoch, owner, base) and a list of records; a process's lease is a key that expires. Scripts check and change
in one step: a claim while the owner's lease lives, and an append with an older epoch, are refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mockserver.clock import system_now
from mockserver.stores.store import (
    FORMAT,
    LeaseLostError,
    NewerFormatError,
    OwnedError,
    Portion,
    Process,
    StoredRow,
    StoredWorld,
    StoreError,
)

LEASE = 1.0  # seconds
TIMEOUT = 1.0  # seconds for one answer of the store
_LUA_CLAIM = """
local world, log, lease, index = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me, prefix, name = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', lease) == 0 then return {'lost'} end
local owner = redis.call('HGET', world, 'owner')
if owner and owner ~= me then
  local holder = redis.call('GET', prefix .. 'process:' .. owner)
  if holder then return {'owned', holder} end
end
local format = tonumber(redis.call('HGET', world, 'format') or '0')
if format > tonumber(ARGV[4]) then return {'newer', tostring(format)} end
local epoch = redis.call('HINCRBY', world, 'epoch', 1)
redis.call('HSET', world, 'owner', me)
local base = redis.call('HGET', world, 'base')
local seq = tonumber(redis.call('HGET', world, 'seq') or '0')
return {'ok', epoch, seq, base, redis.call('LRANGE', log, 0, -1)}
"""
_LUA_APPEND = """
local world, log, index = KEYS[1], KEYS[2], KEYS[3]
local me, epoch, seq, now, name, format, base = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local found = redis.call('HMGET', world, 'owner', 'epoch', 'seq')
if found[1] ~= me or found[2] ~= epoch then return 0 end
local last = tonumber(found[3] or '0')
if base ~= '' then
  local first = last - redis.call('LLEN', log)
  if seq > first or redis.call('HEXISTS', world, 'base') == 0 then
    redis.call('LTRIM', log, seq - first, -1)
    redis.call('HSET', world, 'base', base, 'format', format)
    redis.call('SADD', index, name)
    if seq > last then last = seq end
  end
end
for n = 8 + math.max(last - seq, 0), #ARGV do
  redis.call('RPUSH', log, ARGV[n])
  last = last + 1
end
redis.call('HSET', world, 'seq', last, 'written_at', now)
return 1
"""
_LUA_RELEASE = """
local world, log, index = KEYS[1], KEYS[2], KEYS[3]
local found = redis.call('HMGET', world, 'owner', 'epoch')
if found[1] ~= ARGV[1] or found[2] ~= ARGV[2] then return 0 end
redis.call('HDEL', world, 'owner')
if ARGV[3] == '1' then
  redis.call('HDEL', world, 'base', 'seq', 'written_at', 'format')
  redis.call('DEL', log)
  redis.call('SREM', index, ARGV[4])
end
return 1
"""
_LUA_RENEW = """
local lived = redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return lived
"""


class RedisStore:
    """One process's view of a store at ``url``. Raise NewerFormatError, StoreError."""

    atomic = False
    lease: float | None = LEASE

    def __init__(self, url: str, process: Process, *, lease: float = LEASE, prefix: str = "mockserver:") -> None:
        self.process = process
        self.lease = lease
        self._url = url
        self._prefix = prefix
        self._client: redis.Redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
        )
        register = self._client.register_script
        self._claim, self._append = register(_LUA_CLAIM), register(_LUA_APPEND)
        self._release, self._renew = register(_LUA_RELEASE), register(_LUA_RENEW)
        with self._told():
            found = int(self._client.get(f"{prefix}format") or 0)
            if found > FORMAT:
                raise NewerFormatError(f"{url} has format {found}; this version reads format {FORMAT}")
            if not found:
                self._client.set(f"{prefix}format", FORMAT, nx=True)
            self._lengthen()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as problem:
            raise StoreError(f"{self._url}: {problem}") from problem

    def _keys(self, name: str) -> list[str]:
        return [f"{self._prefix}world:{name}", f"{self._prefix}records:{name}"]

    @property
    def _lease_key(self) -> str:
        return f"{self._prefix}process:{self.process.id}"

    @property
    def _index(self) -> str:
        return f"{self._prefix}worlds"

    def _lengthen(self) -> bool:
        text, lasts = msgspec.json.encode(self.process), int((self.lease or LEASE) * 1_000)
        return bool(self._renew(keys=[self._lease_key], args=[text, lasts]))

    # -- the interface

    def claim(self, name: str) -> StoredWorld:
        """Own a world; see ``WorldStore``."""
        keys = [*self._keys(name), self._lease_key, self._index]
        with self._told():
            kind, *found = self._claim(keys=keys, args=[self.process.id, self._prefix, name, FORMAT])
        if kind == b"owned":
            raise OwnedError(name, msgspec.json.decode(found[0], type=Process))
        if kind == b"lost":
            raise LeaseLostError("the lease of this process has ended")
        if kind == b"newer":
            raise NewerFormatError(f"the world {name} has format {int(found[0])}; this version reads format {FORMAT}")
        epoch, seq, base, records = found
        return StoredWorld(name, epoch, seq, base, tuple(records))

    def renew(self) -> None:
        """Lengthen the lease; see ``WorldStore``."""
        with self._told():
            lived = self._lengthen()
        if not lived:
            raise LeaseLostError("the lease of this process had ended")

    def append(self, portions: Iterable[Portion]) -> frozenset[str]:
        """Write portions, all in one pipeline; see ``WorldStore``."""
        portions, now = list(portions), system_now()
        with self._told():
            pipeline = self._client.pipeline(transaction=False)
            for each in portions:
                args: list[Any] = [
                    self.process.id,
                    each.epoch,
                    each.seq,
                    now,
                    each.name,
                    FORMAT,
                    each.base or b"",
                    *each.records,
                ]
                self._append(keys=[*self._keys(each.name), self._index], args=args, client=pipeline)
            done = pipeline.execute()
        return frozenset(each.name for each, ok in zip(portions, done, strict=True) if not ok)

    def load(self, name: str) -> StoredWorld | None:
        """Return a world; see ``WorldStore``."""
        world, log = self._keys(name)
        with self._told():
            pipeline: Any = self._client.pipeline()
            found, records = pipeline.hmget(world, "epoch", "seq", "base").lrange(log, 0, -1).execute()
        epoch, seq, base = found
        return None if base is None else StoredWorld(name, int(epoch), int(seq or 0), base, tuple(records))

    def compact(self, name: str, epoch: int, seq: int, base: bytes) -> bool:
        """Replace records by a base; see ``WorldStore``."""
        return not self.append([Portion(name, epoch, seq, base=base)])

    def release(self, name: str, epoch: int, *, forget: bool = False) -> None:
        """Own a world no longer; see ``WorldStore``."""
        with self._told():
            self._release(
                keys=[*self._keys(name), self._index], args=[self.process.id, epoch, "1" if forget else "0", name]
            )

    def list(self) -> list[StoredRow]:
        """Return the stored worlds; see ``WorldStore``."""
        with self._told():
            found: Any = self._client.smembers(self._index)
            names = sorted(name.decode() for name in found)
            pipeline: Any = self._client.pipeline(transaction=False)
            for name in names:
                world, log = self._keys(name)
                pipeline.hmget(world, "epoch", "written_at", "owner").hstrlen(world, "base").lrange(log, 0, -1)
            answers = pipeline.execute()
            processes = self._processes({owner for (_, _, owner), *_ in _threes(answers) if owner})
        return [
            StoredRow(
                name,
                int(epoch),
                int(written_at or 0),
                base + sum(map(len, records)),
                len(records),
                processes.get(owner),
            )
            for name, ((epoch, written_at, owner), base, records) in zip(names, _threes(answers), strict=True)
        ]

    def processes(self) -> Sequence[Process]:
        """Return the living processes; see ``WorldStore``."""
        with self._told():
            keys = list(self._client.scan_iter(f"{self._prefix}process:*", count=1_000))
            texts: Any = self._client.mget(keys) if keys else []
        return [msgspec.json.decode(text, type=Process) for text in texts if text]

    def _processes(self, ids: set[bytes]) -> dict[bytes, Process]:
        texts = self._client.mget([f"{self._prefix}process:{each.decode()}" for each in ids]) if ids else []
        return {each: msgspec.json.decode(text, type=Process) for each, text in zip(ids, texts, strict=True) if text}

    def close(self) -> None:
        """End the lease."""
        with contextlib.suppress(redis.RedisError):
            self._client.delete(self._lease_key)
        self._client.close()


def _threes(answers: list[Any]) -> list[tuple[Any, Any, Any]]:
    return list(zip(answers[::3], answers[1::3], answers[2::3], strict=True))
