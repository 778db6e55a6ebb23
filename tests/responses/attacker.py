"""Somebody who holds the database itself and wants to know whose answers are whose.

Reads every row of both sides with all that the database knows of it beside its columns: on SQLite the number of the row, on
PostgreSQL the transactions that wrote and locked it and its place in the file. Then tries every column of one side against
every column of the other: the same rare value, or the same order.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from itertools import product
from typing import Any

import psycopg
from sqlalchemy import Engine

ASKED = {
    "participant": "id",
    "invitation": "participant_id",
    "invitation_token": "invitation_id",
    "outbox_mail": "invitation_id",
}
"""Tables that know a person, and the column that says whom."""
GAVE = {"response": "id", "answer": "response_id", "answering_session": "response_id"}
ENOUGH = 2
"""An order that has at most so many people in the wrong place has told the others."""

Row = dict[str, Any]
Traces = dict[str, Row]
"""Person or response → what is known of it: name of a trace → value."""


def stolen(engine: Engine, table: str) -> list[Row]:
    """Every row of ``table``, with what the database itself knows of it."""
    if engine.dialect.name == "sqlite":
        return _from_file(str(engine.url.database), table)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection, connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        cursor.execute(f"SELECT xmin, xmax, ctid::text AS place, * FROM {table}".encode())
        return [_numbered(row) for row in cursor]


def _from_file(path: str, table: str) -> list[Row]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(f"SELECT rowid AS place, * FROM {table}")]
        except sqlite3.OperationalError:  # there are no numbers to take
            return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]


def _numbered(row: Row) -> Row:
    page, line = row["place"].strip("()").split(",")
    transactions = {name: int(row[name]) for name in ("xmin", "xmax")}
    return row | transactions | {"place": int(page) * 1000 + int(line)}


def traces(engine: Engine, tables: Mapping[str, str]) -> Traces:
    """All that ``tables`` know, by whom it is about. Of several rows, the least and the greatest value."""
    found: dict[str, dict[str, list[Any]]] = {}
    alias: dict[Any, str] = {}
    for table, about in tables.items():
        for row in stolen(engine, table):
            who = alias.get(row[about], row[about])
            if table == "invitation":
                alias[row["id"]] = who
            for name, value in row.items():
                found.setdefault(who, {}).setdefault(f"{table}.{name}", []).append(value)
    return {who: dict(_ends(values)) for who, values in found.items()}


def _ends(values: Mapping[str, list[Any]]) -> Iterable[tuple[str, Any]]:
    for name, each in values.items():
        known = sorted(value for value in each if value is not None and not isinstance(value, dict))
        if known:
            yield f"{name} (least)", known[0]
            yield f"{name} (greatest)", known[-1]


def solved(asked: Traces, gave: Traces, truth: Mapping[str, str]) -> set[str]:
    """The pairs of traces that lead from persons to their responses. ``truth``: person → response."""
    left, right = ({key: side[key] for key in keys} for side, keys in ((asked, truth), (gave, truth.values())))
    names = [sorted({name for row in side.values() for name in row}) for side in (left, right)]
    return {
        f"{a} ~ {b}"
        for a, b in product(*names)
        if _same(left, right, truth, a, b) or _ordered(left, right, truth, a, b)
    }


def _same(left: Traces, right: Traces, truth: Mapping[str, str], a: str, b: str) -> bool:
    """Whether a value that one person and one response have leads to the right one."""
    if _kind(a) != _kind(b) or _kind(a) == "place":
        return False
    holders, givers = _holders(left, a), _holders(right, b)
    rare = [value for value in holders.keys() & givers.keys() if len(holders[value]) == len(givers[value]) == 1]
    return any(truth[holders[value][0]] == givers[value][0] for value in rare)


def _kind(trace: str) -> str:
    """What may be compared: transactions with transactions, values with values."""
    column = trace.partition(".")[2].partition(" ")[0]
    return "transaction" if column in {"xmin", "xmax"} else column if column == "place" else "value"


def _holders(side: Traces, name: str) -> dict[Any, list[str]]:
    holders: dict[Any, list[str]] = {}
    for who, row in side.items():
        if name in row:
            holders.setdefault(str(row[name]), []).append(who)
    return holders


def _ordered(left: Traces, right: Traces, truth: Mapping[str, str], a: str, b: str) -> bool:
    """Whether putting both sides in order lays the right ones beside each other."""
    people, responses = _in_order(left, a), _in_order(right, b)
    if len(people) != len(truth) or len(responses) != len(truth):
        return False
    right_ones = sum(truth[person] == response for person, response in zip(people, responses, strict=True))
    return right_ones >= len(truth) - ENOUGH


def _in_order(side: Traces, name: str) -> list[str]:
    """Those of ``side`` by ``name``; nobody where two are alike or one lacks it."""
    values = {who: row[name] for who, row in side.items() if name in row}
    return sorted(values, key=lambda who: values[who]) if len(set(values.values())) == len(side) else []
