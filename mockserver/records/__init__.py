"""The data of a world as tables of immutable records, and every change of a world as a value."""
