"""Numbers and reasons in words: the only place of scoring that rounds, and it rounds only what is read.

Levels have one decimal; a difference in a sentence is taken from the two numbers as printed beside it, so that a
reader who subtracts them gets what the sentence says. Minus is the real minus sign.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from scoring.results import TextPart, WithheldCell, WithheldReason

MINUS = "\N{MINUS SIGN}"


def printed(value: float, decimals: int = 1) -> Decimal:
    """The value as it is printed: rounded half away from zero, after removing the noise of binary fractions.

    >>> printed(2.45), printed(-0.04)
    (Decimal('2.5'), Decimal('0.0'))
    """
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(round(float(value), 9))).quantize(step, rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def level(value: float) -> str:
    """One decimal and a real minus sign.

    >>> level(2.449), level(-0.25)
    ('2.4', '−0.3')
    """
    return minus(printed(value))


def minus(number: Decimal) -> str:
    """A number that is already rounded, with a real minus sign."""
    return str(number).replace("-", MINUS)


def signed(value: float) -> str:
    """A change with its sign; zero has none.

    >>> signed(0.31), signed(-0.2), signed(0.01)
    ('+0.3', '−0.2', '0.0')
    """
    text = level(value)
    return f"+{text}" if printed(value) > 0 else text


def apart(one: float, other: float) -> Decimal:
    """One minus the other, both as printed.

    >>> apart(3.45, 2.14)
    Decimal('1.4')
    """
    return printed(one) - printed(other)


def to(low: float, high: float, write: object = None) -> str:
    """An interval in words.

    >>> to(1.52, 2.08)
    '1.5 to 2.1'
    """
    words = signed if write is signed else level
    return f"{words(low)} to {words(high)}"


def ordinal(value: float) -> str:
    """A percentile or rank as an ordinal.

    >>> ordinal(49.2), ordinal(11), ordinal(82.5), ordinal(3)
    ('49th', '11th', '83rd', '3rd')
    """
    number = int(printed(value, 0))
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def place_among(percentile: float) -> str:
    """A mid-rank percentile in a list: nobody stands at the 0th or 100th among a few dozen.

    >>> place_among(0.0), place_among(0.3), place_among(62.0), place_among(99.8), place_among(100.0)
    ('below all', '1st', '62nd', '99th', 'above all')
    """
    if percentile <= 0:
        return "below all"
    return "above all" if percentile >= 100 else ordinal(min(max(percentile, 1.0), 99.0))


def percent(share: float) -> str:
    """A share from 0 to 1 as a whole percentage.

    >>> percent(0.7449)
    '74%'
    """
    return f"{printed(100 * share, 0)}%"


def listed(names: Sequence[str], limit: int = 4) -> str:
    """Names as a list in a sentence; past ``limit`` the rest are counted.

    >>> listed(["Data"]), listed(["Data", "People"]), listed(["a", "b", "c"], limit=2)
    ('Data', 'Data and People', 'a, b and one more')
    """
    if len(names) > limit:
        return f"{', '.join(names[:limit])} and {number_word(len(names) - limit)} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def counted(number: int, one: str, many: str) -> str:
    """A small number in words with its noun.

    >>> counted(1, "capability", "capabilities"), counted(3, "unit", "units"), counted(12, "unit", "units")
    ('one capability', 'three units', '12 units')
    """
    return f"{number_word(number)} {one if number == 1 else many}"


def number_word(number: int) -> str:
    """Numbers up to ten as words.

    >>> number_word(0), number_word(7), number_word(11)
    ('no', 'seven', '11')
    """
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if 0 <= number < len(words) else str(number)


def capitalised(sentence: str) -> str:
    """The sentence with a capital first letter, the rest untouched.

    >>> capitalised("data and AI")
    'Data and AI'
    """
    return sentence[:1].upper() + sentence[1:]


def parts(*pieces: str) -> tuple[TextPart, ...]:
    """Text in which every second piece is strong: plain, strong, plain, strong, …; empty pieces are left out.

    >>> [part.strong for part in parts("level ", "2.7", " of 5")]
    [False, True, False]
    """
    return tuple(TextPart(text=text, strong=bool(place % 2)) for place, text in enumerate(pieces) if text)


def withheld_cell(reason: WithheldReason, k: int, protects: str = "") -> WithheldCell:
    """Why a cell is not shown: a few words for the cell, and a sentence.

    >>> withheld_cell("small", 5).withheld, withheld_cell("protects", 5, "Field").withheld
    ('fewer than 5', 'protects Field')
    """
    words, sentence = {
        "small": (f"fewer than {k}", f"Withheld: fewer than {k} people answered."),
        "protects": (
            f"protects {protects or 'another group'}",
            f"Withheld so that {protects or 'another group'} cannot be worked out from the whole.",
        ),
        "remainder": (
            "protects the rest",
            f"Withheld: without it the people who are not shown would be fewer than {k}.",
        ),
        "unanimous": (
            "all answered alike",
            "Withheld: everyone gave the same answer, so the mean would be each person's own.",
        ),
        "coverage": ("too few answers", "Withheld: too few of its questions were answered."),
        "crossing": (
            f"crosses to fewer than {k}",
            f"Withheld: beside the units it would single out fewer than {k} people.",
        ),
        "released": (
            "would undo an earlier result",
            f"Withheld: beside an earlier result of these answers it would single out fewer than {k} people.",
        ),
    }[reason]
    return WithheldCell(withheld=words, reason=reason, sentence=sentence)
