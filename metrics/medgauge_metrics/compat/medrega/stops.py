"""Why the released code prints nothing, where it prints nothing."""


class Stop(Exception):
    """No number comes out of the whole set of records; the text says why."""


class Crash(Stop):
    """The released code ends with an exception, whose name is given."""

    def __init__(self, error: str, why: str, record: int | None = None) -> None:
        place = f"record {record}: " if record is not None else ""
        super().__init__(f"the released code stops and prints nothing: {error} ({place}{why})")


class NotKnown(Stop):
    """What the released code does here is not known, and nothing is made up."""

    def __init__(self, what: str, record: int) -> None:
        super().__init__(f"what the released code prints is not known (record {record}: {what})")
