"""Pages of a list and their PaginationInfo (the contract, "Dates, arrays, pagination").

An empty list has 0 pages, and page 1 of it is its first and last page and not out of range.
``prev_page`` is always the page before, also past the end, so that it does not need the total.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

MOST_PER_PAGE = 100


class PagePosition(Struct, frozen=True):
    """The position of a page in a list of ``total_count`` items. ``per_page`` is 1 to 100, ``current_page`` from 1."""

    total_count: int
    per_page: int
    current_page: int

    @property
    def total_pages(self) -> int:
        """The number of pages; 0 for an empty list."""
        return -(-self.total_count // self.per_page)

    def terse(self) -> dict[str, Any]:
        """Return the keys that do not need the total."""
        page = self.current_page
        return {
            "per_page": self.per_page,
            "current_page": page,
            "prev_page": page - 1 if page > 1 else None,
            "is_first_page": page == 1,
        }

    def full(self) -> dict[str, Any]:
        """Return the whole PaginationInfo, in the documented order of keys."""
        page, last = self.current_page, max(1, self.total_pages)
        return {
            "total_count": self.total_count,
            "per_page": self.per_page,
            "total_pages": self.total_pages,
            "current_page": page,
            "next_page": page + 1 if page < last else None,
            "prev_page": page - 1 if page > 1 else None,
            "is_first_page": page == 1,
            "is_last_page": page == last,
            "is_out_of_range": page > last,
        }


def page_of(total_count: int, per_page: int, page_no: int) -> tuple[slice, PagePosition]:
    """Return the slice of a page and its info; ``per_page`` over 100 is 100."""
    size = min(per_page, MOST_PER_PAGE)
    start = min((page_no - 1) * size, total_count)
    return slice(start, min(start + size, total_count)), PagePosition(total_count, size, page_no)
