"""The journal: what was asked and answered, newest first, bounded; and what people read out of it.

``entry`` and ``log`` are on the path of every request; ``redaction``, ``view``, ``conditions``, ``verify``, ``why`` and ``har``
are loaded when somebody looks.
"""

from mockserver.domain.checks import Check
from mockserver.journal.entry import Entry, Exchange, Repeat
from mockserver.journal.log import Journal

__all__ = ["Check", "Entry", "Exchange", "Journal", "Repeat"]
