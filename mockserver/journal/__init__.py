"""The journal: what was asked and answered, newest first, bounded; and what people read out of it.

``entry``, ``log`` and ``tally`` are on the path of every request; ``filters``, ``redaction``, ``view`` and ``har`` are loaded
when somebody looks.
"""

from mockserver.domain.checks import Check
from mockserver.journal.entry import Entry
from mockserver.journal.log import Journal

__all__ = ["Check", "Entry", "Journal"]
