"""Made-up entries by the thousand, for measuring and for tests: no real enterprise, no real number."""

from collections.abc import Iterator
from datetime import date

from whitelist.entries import Contact, ContactNumber, Entry, Kind, Role, entry_id_of


def synthetic_entries(count: int, *, first: int = 0) -> Iterator[Entry]:
    """`count` entries, two numbers each (one in fifty a switchboard block); the same arguments give the same entries.

    They follow each other by number, not by id; the numbers up to a million are all different.
    """
    for number in range(first, first + count):
        yield synthetic_entry(number)


def synthetic_entry(number: int) -> Entry:
    """The entry of that number."""
    kind = Kind.PROJECT if number % 10 == 9 else Kind.ENTERPRISE
    name = f"示例{number:07d}号{'产业园项目' if kind is Kind.PROJECT else '精密制造有限公司'}"
    mobile = ContactNumber(f"+86139{number:08d}")
    office = ContactNumber(f"+865{19 - number % 2}{2 + number % 7}{number:07d}")
    if number % 50 == 0:
        office = ContactNumber(f"+865168{number // 50:05d}xx")
    if kind is Kind.PROJECT:
        contacts: tuple[Contact, ...] = (Contact(Role.PROJECT_LIAISON, f"甲{number % 997}", (mobile, office)),)
    else:
        contacts = (Contact(Role.LEGAL, f"乙{number % 997}", (mobile,)), Contact(Role.LIAISON, f"丙{number % 991}", (office,)))
    tier = "" if kind is Kind.PROJECT else ("三星级", "四星级", "五星级")[number % 3]
    return Entry(
        entry_id=entry_id_of(kind, name),
        kind=kind,
        name=name,
        tier=tier,
        address=f"示例市示例区示例路{number % 1000}号",
        scope="通用机械的制造与销售",
        authority="市工业和信息化局",
        notes=f"{tier}；有效期至2027-12-31".lstrip("；"),
        valid_until=date(2027, 12, 31),
        contacts=contacts,
    )
