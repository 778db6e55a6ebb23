"""The words of a mail: a text with ``{named}`` placeholders → subject, plain text and HTML. Authors write no code.

A template is ``words/<locale>/<name>.txt``: ``Subject: …``, an empty line, then paragraphs with an empty line between. A
paragraph that is ``[Words]({link})`` alone becomes a button in HTML and an address of its own in plain text. What stands
under a line ``--`` is printed small and cannot be changed by authors. Anything else in braces stays as it is written; values
are text, whatever they hold.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "words"
PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")
BUTTON = re.compile(r"\[([^\[\]]+)\]\(\{([a-z][a-z_]*)\}\)")
LONGEST_SUBJECT = 200
LONGEST_BODY = 5000


@dataclass(frozen=True)
class Wording:
    """Subject and body as an author wrote them, placeholders and all."""

    subject: str
    body: str
    footer: str = ""
    """Under every mail of this kind, whoever wrote the body."""

    @property
    def placeholders(self) -> frozenset[str]:
        """What an author may write in braces: whatever stands in the shipped subject and body."""
        return frozenset(PLACEHOLDER.findall(f"{self.subject}\n{self.body}"))


@dataclass(frozen=True)
class Words:
    """What one recipient reads."""

    subject: str
    text: str
    html: str


@cache
def shipped_wording(template: str, locale: str = "en", folder: Path = WORDS) -> Wording:
    """The wording of a template: in ``locale``, else in its language, else in English."""
    for name in (locale, locale.partition("-")[0], "en"):
        path = folder / name / f"{template}.txt"
        if path.is_file():
            return parse_wording(path.read_text(encoding="utf-8"))
    raise LookupError(f"there is no mail template {folder.name}/en/{template}.txt")


def parse_wording(text: str) -> Wording:
    """``Subject: …``, an empty line, the body. Raises `ValueError`."""
    heading, _, body = text.strip().partition("\n\n")
    if not heading.startswith("Subject: ") or "\n" in heading or not body:
        raise ValueError("a mail template starts with 'Subject: …' and an empty line, followed by its paragraphs")
    body, _, footer = body.partition("\n--\n")
    return Wording(heading.removeprefix("Subject: ").strip(), body.strip(), footer.strip())


def wording_problems(wording: Wording, shipped: Wording) -> dict[str, str]:
    """What is wrong with an author's own words: ``subject`` or ``body`` → a sentence. Empty when they can be sent."""
    problems: dict[str, str] = {}
    for field, text, longest in (("subject", wording.subject, LONGEST_SUBJECT), ("body", wording.body, LONGEST_BODY)):
        unknown = sorted(set(PLACEHOLDER.findall(text)) - shipped.placeholders)
        if not text.strip():
            problems[field] = "Write something; it cannot be empty."
        elif len(text) > longest:
            problems[field] = f"Shorten this to at most {longest:,} characters."
        elif unknown:
            known = ", ".join(f"{{{name}}}" for name in sorted(shipped.placeholders))
            problems[field] = f"There is no {{{unknown[0]}}}. What may stand in braces: {known}."
    if "\n" in wording.subject.strip():
        problems["subject"] = "The subject is one line."
    if "body" not in problems and "link" in shipped.placeholders and "{link}" not in wording.body:
        problems["body"] = "Without {link} nobody can answer. Put [Start answering]({link}) in a paragraph of its own."
    return problems


def fill(wording: Wording, values: Mapping[str, str], *, locale: str = "en") -> Words:
    """The words with ``values`` in place. Raises `KeyError` for a placeholder that has no value."""
    blocks, small = _blocks(wording.body), _blocks(wording.footer)
    subject = " ".join(_filled(wording.subject, values).split())
    return Words(
        subject,
        "\n\n".join(_plain(block, values) for block in (*blocks, *small)) + "\n",
        _page(
            subject,
            [_marked(block, values) for block in blocks],
            [_marked(block, values, _SMALL) for block in small],
            locale,
        ),
    )


def _blocks(text: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _plain(block: str, values: Mapping[str, str]) -> str:
    button = BUTTON.fullmatch(block)
    return f"{_filled(button[1], values)}:\n{values[button[2]]}" if button else _filled(block, values)


def _marked(block: str, values: Mapping[str, str], style: str = "") -> str:
    button = BUTTON.fullmatch(block)
    if button:
        address = html.escape(values[button[2]])
        label = html.escape(_filled(button[1], values))
        return f'<p style="{_P}{style}"><a href="{address}" style="{_QUIET if style else _BUTTON}">{label}</a></p>'
    text = html.escape(_filled(block, values)).replace("\n", "<br>\n")
    return f'<p style="{_P}{style}">{text}</p>'


_P = "margin:0 0 16px;line-height:1.5"
_SMALL = ";font-size:14px;color:#4a5560"
_QUIET = "color:#4a5560"
_BUTTON = (
    "display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4e79;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
_BODY = "margin:0;padding:24px;background:#ffffff;color:#1a1f26;font:16px/1.5 system-ui,'Segoe UI',Arial,sans-serif"


def _page(subject: str, blocks: list[str], small: list[str], locale: str) -> str:
    # Mail programs drop style sheets, so the few styles stand at each element.
    rule = ['<hr style="border:0;border-top:1px solid #d5dbe1;margin:24px 0 16px">'] if small else []
    content = "\n".join([*blocks, *rule, *small])
    return (
        f'<!doctype html>\n<html lang="{html.escape(locale)}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(subject)}</title></head>\n'
        f'<body style="{_BODY}">\n<div style="max-width:600px;margin:0 auto">\n{content}\n</div>\n</body>\n</html>\n'
    )
