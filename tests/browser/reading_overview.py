"""What stands in the overview as a browser shows it."""

from typing import Any

READ = """() => Object.fromEntries(
  [...document.querySelectorAll("section.family:not([hidden]) table")].flatMap(table => {
  const heads = [...table.tHead.rows[0].cells];
  return [...table.tBodies[0].rows].filter(row => !row.hidden).flatMap(row => [...row.cells]
    .map((cell, index) => [cell, heads[index]])
    .filter(([cell, head]) => head.dataset.slug && !cell.hidden)
    .map(([cell, head]) => [`${row.cells[0].dataset.value} ${head.dataset.slug}`, {
      text: cell.textContent, top: cell.classList.contains("top"), rank: cell.querySelector(".ranks")?.textContent }]));
}))"""


def shown(page: Any) -> dict[str, dict[str, Any]]:
    """Every visible cell, by model and column."""
    found: dict[str, dict[str, Any]] = page.evaluate(READ)
    return found


def models(page: Any, table: str = "table-vqa") -> list[str]:
    names: list[str] = page.locator(f"#{table} tbody tr:not([hidden]) th").evaluate_all(
        "cells => cells.map(cell => cell.dataset.value)"
    )
    return names
