"""How numbers, dates and counts are printed, for templates and exports. Results themselves are never rounded."""

from datetime import date, datetime

MINUS = "\N{MINUS SIGN}"


def level(value: float | None, digits: int = 1) -> str:
    """A level with one decimal; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{abs(value):.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text) else text


def signed(value: float | None, digits: int = 1) -> str:
    """A difference with its sign: +0.3, −0.2, 0.0."""
    if value is None:
        return "–"
    text = f"{abs(value):.{digits}f}"
    if not float(text):
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """``2.5 to 2.8``; a dash where there is none."""
    if low is None or high is None:
        return "–"
    return f"{level(low, digits)} to {level(high, digits)}"


def share(value: float | None, digits: int = 0) -> str:
    """0.744 → 74%."""
    return "–" if value is None else f"{100 * value:.{digits}f}%"


def ordinal(value: float | None) -> str:
    """49.2 → 49th."""
    if value is None:
        return "–"
    number = round(value)
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def number(value: float | None, digits: int = 0) -> str:
    """1234.5 → 1,234."""
    if value is None:
        return "–"
    text = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 person``, ``3 people``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day(value: date | datetime | None) -> str:
    """``12 Nov 2026``."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def long_day(value: date | datetime | None) -> str:
    """``Friday 30 October 2026``."""
    return "–" if value is None else f"{value:%A} {value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """``12 Nov 2026, 09:40 UTC``."""
    return "–" if value is None else f"{value.day} {value:%b %Y, %H:%M} UTC"


def clock_time(value: datetime | None) -> str:
    """``14:02``."""
    return "–" if value is None else f"{value:%H:%M}"


def initials(name: str) -> str:
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "?"


FILTERS = {
    "level": level,
    "signed": signed,
    "interval": interval,
    "share": share,
    "ordinal": ordinal,
    "number": number,
    "plural": plural,
    "day": day,
    "date": day,
    "long_day": long_day,
    "moment": moment,
    "datetime": moment,
    "clock_time": clock_time,
    "time": clock_time,
}
"""The filters that templates may use."""


Field = str | float | int | None
"""One cell of a table that leaves as a file."""


def safe_text(value: Field) -> Field:
    """Text that a spreadsheet does not take for a formula: a quote goes before ``= + - @``, tab and return.

    >>> safe_text("=1+1"), safe_text(" @x"), safe_text("Brand"), safe_text(-0.4)
    ("'=1+1", "' @x", 'Brand', -0.4)
    """
    if isinstance(value, str) and (value.lstrip()[:1] in {"=", "+", "-", "@"} or value[:1] in {"\t", "\r", "\n"}):
        return f"'{value}"
    return value
