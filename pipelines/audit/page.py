"""One HTML page of an audit: it needs no network and no file beside it."""

from importlib import resources

from stepsmith.pipelines.audit.document import Document

_PLACE = "@@DATA@@"

_ESCAPES = {
    ord("<"): r"\u003c",
    ord(">"): r"\u003e",
    ord("&"): r"\u0026",
    0x2028: r"\u2028",
    0x2029: r"\u2029",
}
"""What could end the script that holds the data; in JSON these stand in strings only."""


def as_page(audit: Document) -> str:
    """Put an audit into the page. Its texts stay data: no markup in them comes to life."""
    page = (
        resources.files("stepsmith.pipelines.audit")
        .joinpath("page.html")
        .read_text(encoding="utf-8")
    )
    before, _, after = page.partition(_PLACE)
    return f"{before}{audit.to_json().decode().translate(_ESCAPES)}{after}"
