"""When an entry counts, as the forms say it."""

from datetime import date

import pytest

from whitelist.entries import Kind, entry_id_of, star_tier, tier_rank
from whitelist.validity import Validity, read_validity, validity_in

END = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("notes", "validity"),
    [
        ("四星级；有效期至2026-12-31", Validity(None, END)),
        ("有效期：2025.1.1—2026.12.31", Validity(date(2025, 1, 1), END)),
        ("有效期至２０２６年１２月３１日", Validity(None, END)),
        ("有效期至2026年12月", Validity(None, END)),
        ("有效期至2026年底", Validity(None, END)),
        ("有效期2025.1-2026.12", Validity(date(2025, 1, 1), END)),
        ("有效期自2025年1月1日起", Validity(date(2025, 1, 1), None)),
        ("省重点；有效至20261231。另：2030-01-01投产", Validity(None, END)),
        ("有效期：长期", Validity()),
        ("2026-12-31投产", Validity()),
        ("", Validity()),
    ],
)
def test_validity_is_read_from_the_notes(notes: str, validity: Validity) -> None:
    assert validity_in(notes) == validity


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("有效期三年", "names no date"),
        ("有效期至2026-02-30", "cannot be read as dates"),
        ("有效期2027-01-01至2026-01-01", "ends before it begins"),
        ("有效期2025-01-01、2026-01-01、2027-01-01", "cannot be read as dates"),
    ],
)
def test_a_validity_that_cannot_be_read_is_a_problem_not_a_guess(text: str, says: str) -> None:
    assert says in validity_in(text).problem


@pytest.mark.parametrize("text", ["2026-12-31", "20261231", "2026/12/31", "2026-12-31 00:00:00", "至2026年12月31日止"])
def test_a_column_of_its_own_holds_the_last_day(text: str) -> None:
    assert read_validity(text) == Validity(None, END)


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("四星级", "四星级"),
        ("4星级企业", "四星级"),
        ("２０２５年由三星级升为 五 星级", "五星级"),
        ("★★★★", "四星级"),
        ("三星", "三星级"),
        ("与五星电器合作", ""),
        ("省级重大项目", ""),
    ],
)
def test_the_highest_star_rating_that_is_named_counts(text: str, tier: str) -> None:
    assert star_tier(text) == tier
    assert tier_rank(tier) == (0 if not tier else "零一二三四五".index(tier[0]))


def test_an_id_is_that_of_the_name_whatever_its_spaces_and_width() -> None:
    assert entry_id_of(Kind.ENTERPRISE, "示例（盐城）机械 有限公司ＡＢ") == entry_id_of(Kind.ENTERPRISE, "示例(盐城)机械有限公司ab")
    assert entry_id_of(Kind.ENTERPRISE, "示例") != entry_id_of(Kind.PROJECT, "示例")
