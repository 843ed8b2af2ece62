"""Scripts that print figures. Nothing here is asserted, and nothing here is part of the package."""
