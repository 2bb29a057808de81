"""The manuals can be read from their tables of contents."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


def anchor(heading: str) -> str:
    """As the usual readers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", ["operating.md", "api.md"])
def test_every_section_is_in_the_table_of_contents_in_its_order(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    before, *_ = re.split(r"(?m)^## ", text, maxsplit=1)
    headings = re.findall(r"(?m)^###? (.+)$", text)
    assert re.findall(r"\[[^\]]+\]\(#([^)]+)\)", before) == [anchor(heading) for heading in headings]


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_link_to_a_page_or_a_section_leads_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, section = link.partition("#")
        if "://" in link:
            continue
        target = page.parent / file if file else page
        assert target.exists(), link
        if section:
            headings = re.findall(r"(?m)^##* (.+)$", target.read_text(encoding="utf-8"))
            assert section in [anchor(heading) for heading in headings], link
