"""A seeded simulation of viewers, the faults of delivery, and the lake they land in."""


class UserError(ValueError):
    """Something the user can put right; its message is one line that says what and how."""
