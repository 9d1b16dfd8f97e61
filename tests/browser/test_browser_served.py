"""The same site from a plain static server, below a path, as GitHub Pages serves it."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from watching import Watched

pytestmark = pytest.mark.browser


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing, and answers what a folder answers."""

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def address(demo_site: Path) -> Iterator[str]:
    """Of the site, one folder below the server's root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(demo_site.parent)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/{demo_site.name}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_page_works_from_a_server(watched: Watched, demo_site: Path, address: str) -> None:
    page = watched.page
    for file in sorted(demo_site.rglob("*.html")):
        page.goto(f"{address}/{file.relative_to(demo_site).as_posix()}")
        if file.parent.name == "samples":
            page.wait_for_selector("#sample:not([hidden])")
        assert page.locator("#problem").is_hidden(), file.name
    assert watched.wrong == []
    assert [url for url in watched.requests if not url.startswith(address)] == []


def test_links_between_pages_hold_below_a_path(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/index.html")
    page.locator('a[href="tasks/made-find.html"]').first.click()
    page.wait_for_url("**/tasks/made-find.html")
    page.locator('a[href="../samples/made-find.html"]').first.click()
    page.wait_for_selector("#sample:not([hidden]) img")
    page.locator(".views a").nth(1).click()
    page.wait_for_selector("#comparisons table")
    assert watched.wrong == []
