"""A browser page that notes whatever it should not do."""

from pathlib import Path
from typing import Any


class Watched:
    """A page that notes whatever it should not do."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self._console(message))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self._failed(request))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self._dialog(dialog))

    def open(self, file: Path, link: str = "") -> Any:
        self.page.goto("about:blank")
        self.page.goto(file.as_uri() + link)
        if file.parent.name == "samples":
            self.page.wait_for_selector("#sample:not([hidden]), #empty:not([hidden]), #problem:not([hidden])")
            self.page.wait_for_timeout(50)
        return self.page

    def _failed(self, request: Any) -> None:
        # The tab's icon is still being fetched when a test already leaves the page; all else has to arrive.
        left = request.failure == "net::ERR_ABORTED" and "/icon." in request.url
        if not left:
            self.wrong.append(f"failed: {request.url}")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()
