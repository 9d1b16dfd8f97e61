"""What tests ask of a page: to wait until something holds, and what axe finds."""

import time
from typing import Any

import pytest

PHONE = {"viewport": {"width": 390, "height": 844}}
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


def until(page: Any, expression: str, seconds: float = 10) -> None:
    """Wait until an expression is true. Playwright's own way evaluates strings in the page, which its policy bars."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise AssertionError(f"not true in {seconds} s: {expression}")
        page.wait_for_timeout(20)


def axe(page: Any) -> list[str]:
    """Each violated rule with the first element that violates it."""
    module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    found = module.Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}" for one in found]
