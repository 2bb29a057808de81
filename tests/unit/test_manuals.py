"""The manuals can be read from their tables of contents."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


def anchor(heading: str) -> str:
    """As the usual readers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", ["operating.md", "api.md"])
def test_every_section_is_in_the_table_of_contents_in_its_order(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    before, *_ = re.split(r"(?m)^## ", text, maxsplit=1)
    headings = re.findall(r"(?m)^###? (.+)$", text)
    assert re.findall(r"\[[^\]]+\]\(#([^)]+)\)", before) == [anchor(heading) for heading in headings]


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.name)
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


def test_a_word_has_one_meaning() -> None:
    rows = re.findall(r"(?m)^\| ([^|]+) \|", (DOCS / "glossary.md").read_text(encoding="utf-8"))
    words = [re.sub(r" \([^\x00-\x7f]+\)$", "", row) for row in rows]
    assert [word for word in words if word != "word" and words.count(word) > 1] == []


def test_the_drawn_layout_is_that_of_the_tree() -> None:
    """Every package stands in the table of folders, and nothing else does."""
    drawn = re.findall(r"(?m)^\| `(\w+)/` \|", (DOCS / "architecture.md").read_text(encoding="utf-8"))
    assert sorted(drawn) == sorted(folder.parent.name for folder in ROOT.glob("*/__init__.py") if folder.parent.name != "tests")
