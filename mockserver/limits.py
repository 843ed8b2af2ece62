"""Every limit on what is sent to the mock or read by it, in one table: beyond one, the caller is told at once which."""

from __future__ import annotations

NESTING = 60
"""Lists and mappings inside one another, in any YAML or JSON; a part is counted from where it stands in the whole."""
SCENARIO_TEXT = 1024 * 1024
"""Bytes of a scenario or rule as YAML or JSON text, counted before it is parsed."""
SCENARIO_VALUES = 100_000
"""Values in a scenario or rule as YAML text: mappings, lists, texts, numbers."""
SCENARIO_RULES = 1_000
"""Rules in one scenario."""
COMPARED = 100_000
"""Values of one request's body that all rules together compare; beyond, a condition on the body is not met."""
WORLD_SCENARIOS = 1_000
"""Scenarios of one world to which its library may grow by control calls."""
WORLD_RULES = 1_000
"""Ad-hoc rules of one world."""
RULE_HEADERS = 100
"""Headers in one ``headers`` of a rule; and that all rules together add to one answer."""
RULE_HEADER_BYTES = 64 * 1024
"""Characters of all their names and values."""
HELD_AT_ONCE = 10_000
"""Requests that a barrier may wait for (``until``), and the highest number in its order of release."""
HOLD_TIMEOUT = 600_000
"""Milliseconds of real time that a barrier may hold requests for."""
CALL_BODY = 1024 * 1024
"""Bytes of a control call's body; only what brings a world's data (its state, its file, a record) may be larger."""
BODY_READ_AT_ONCE = 4 * 1024
"""Bytes of a control call's body that is read between other requests; a longer one is read beside them, on a thread."""
PROBLEMS = 100
"""Problems told of one directory, file or body; then "and more"."""
TALLIES = 10_000
"""Kinds of requests (operation, status, refusal, member, offer, delivered) that a world counts beyond its journal."""
HISTORY_OF_A_REQUEST = 2_000
"""Bytes of changes kept for each request of a full journal, to make the world again as it was then; the oldest go first."""
PATCH_OPERATIONS = 10_000
"""Operations of the JSON Patch between two moments of a world."""
ALIASED = 100_000
"""Values that the aliases (``*name``) and merges (``<<``) of one YAML text repeat, counted as if written out."""
ELEMENTS = 10_000
"""Elements of one array in the body of an API request."""
NAME_LENGTH = 1_000
"""Characters of a name, tag or store that an API request sets."""
TEXT_LENGTH = 65_535
"""Characters of a description that an API request sets."""
LINK_LENGTH = 2_048
"""Characters of a link that an API request sets."""
LIMIT_OF_USES = 2**31 - 1
"""Uses that ``stock`` and ``maximum_uses_per_user`` may allow, where an API request sets them."""
LIFETIME = 100 * 366 * 86_400
"""Seconds that a grant may be usable for: a century."""
FREE_NESTING = NESTING - 3
"""Levels of an object with keys of its own, such as ``extras``: exported, it stands a few levels deep in a document."""
WORLDS_TOLD = 50
"""Evicted worlds, and requests that made none, in the list of worlds: the newest."""
NAMED_SNAPSHOTS = 100
"""Named snapshots of one world."""
PICTURES_AT_ONCE = 2
"""Pictures that are decoded at once; others wait for their turn."""
SCENARIOS_OF_A_REQUEST = 20
"""Ids in ``X-Mock-Scenario``, each once."""
PROBLEMS_OF_A_REQUEST = 100
"""Attributes with problems in the 422 answer to an API request: the first ones."""
CAPSULE_BYTES = 32 * 1024 * 1024
"""Bytes of a capsule's file."""
CAPSULE_TEXT = 32 * 1024 * 1024
"""Bytes of the ``capsule.json`` in it, unpacked."""
CAPSULE_UNPACKED = 128 * 1024 * 1024
"""Bytes of all bodies, bases and changes in a capsule, unpacked."""
AGENT_ANSWER = 4 * 1024
"""Bytes of a tool's answer to a coding agent; longer lists and texts are shortened and say by how much."""
AGENT_WORLDS = 50
"""Worlds of agents' sessions at once; beyond it the one goes that was used longest ago."""
AGENT_IDLE = 30 * 60
"""Seconds after which the world of an agent's session goes that was not used."""
AGENT_SESSIONS = 1_000
"""Sessions of coding agents at once, over HTTP."""
