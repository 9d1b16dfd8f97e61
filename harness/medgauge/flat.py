"""Nested data as one level, for telling what differs."""


def flatten(data: object, prefix: str = "") -> dict[str, object]:
    """Nested data as dotted names and leaves, for showing what differs."""
    if isinstance(data, dict):
        items: list[tuple[str, object]] = [(str(k), v) for k, v in data.items()]
    elif isinstance(data, list):
        items = [(str(i), v) for i, v in enumerate(data)]
    else:
        return {prefix: data}
    return {k: v for name, value in items for k, v in flatten(value, f"{prefix}.{name}" if prefix else name).items()}
