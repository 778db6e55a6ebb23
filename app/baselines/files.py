"""What can be wrong with the two files of an edition before anything in them is read, and what no database can hold."""

import csv
import io
from collections.abc import Iterator

import yaml

CSV_NAME, PROVENANCE_NAME = "baseline.csv", "baseline.yaml"
LONGEST = {"id": 100, "edition": 40, "source": 2000, "method": 4000}
LONGEST_NUMBER = 40
YEARS = range(1900, 2200)


def file_problems(csv_text: str, provenance_text: str) -> list[str]:
    """One sentence per error, by file and line; empty when both files can be parsed and stored."""
    return [*_csv_problems(csv_text), *_provenance_problems(provenance_text)]


def _csv_problems(text: str) -> Iterator[str]:
    if "\x00" in text:
        yield f"{CSV_NAME}:{text[: text.index(chr(0))].count(chr(10)) + 1}: the line holds a NUL character: remove it"
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        next(reader, None)
    except csv.Error as error:
        yield f"{CSV_NAME}:{max(1, reader.line_num)}: not valid CSV: {error}"


def _provenance_problems(text: str) -> Iterator[str]:
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return  # The parser of editions names it with its line.
    except RecursionError:
        yield f"{PROVENANCE_NAME}:1: nested too deeply: give plain fields like 'source: …'"
        return
    if not isinstance(document, yaml.MappingNode):
        yield f"{PROVENANCE_NAME}:1: expected fields like 'source: …'"
        return
    for key, value in document.value:
        place = f"{PROVENANCE_NAME}:{key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            yield f"{place}: a field and its value are plain text: use 'field: value'"
        else:
            yield from (f"{place}: {problem}" for problem in _value_problems(key.value, value))


def _value_problems(field: str, node: yaml.ScalarNode) -> Iterator[str]:
    shown = f"{field} is {node.value[:60]!r}"
    try:
        value = yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError:
        yield f"{shown}: use plain text, a number or a date"
        return
    except ValueError:
        yield f"{shown}: there is no such number or date"
        return
    if not isinstance(value, str) and len(node.value) > LONGEST_NUMBER:
        yield f"{shown}…: there is no such number or date"
    elif field in LONGEST and len(node.value) > LONGEST[field]:
        yield f"{field} has {len(node.value)} characters: use at most {LONGEST[field]}"
    elif "\x00" in node.value:
        yield f"{field} holds a NUL character: remove it"
    elif field == "year" and type(value) is int and value not in YEARS:
        yield f"year is {node.value}: use one from {YEARS[0]} to {YEARS[-1]}"
