"""What a dashboard shows and what is not there yet."""


class Missing(Exception):
    """Something that a dashboard shows is not there, or has not what it needs; another resource's change cures it."""
