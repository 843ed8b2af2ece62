"""The journal: a bounded log of requests and responses, newest first, and its views for people.

``entry``, ``log`` and ``tally`` are on the path of every request; ``filters``, ``redaction``, ``view`` and ``har`` are loaded
when the journal is first read.
"""

from mockserver.domain.checks import Check
from mockserver.journal.entry import Entry
from mockserver.journal.log import Journal

__all__ = ["Check", "Entry", "Journal"]
