"""Invented people and units."""

import random
from dataclasses import dataclass

FIRST = (
    "Ada Amir Anouk Beatriz Bruno Carla Chidi Clara Daan Dilara Edith Elias Emeka Esther Farid Femke Gioia Greta "
    "Hamza Hana Henrik Ilse Imran Ingrid Jakub Jana Joao Jorge Kaito Katja Kofi Lara Leif Lena Lina Luca Magda "
    "Malik Marek Mei Mira Nadia Nils Noor Olga Otto Paulo Petra Quentin Rana Renate Rosa Ruben Saskia Selma Sofia "
    "Stefan Tariq Tilda Tomas Ulla Uma Viktor Wanda Xenia Yara Yusuf Zofia"
)
LAST = (
    "Abara Aldous Almqvist Bakker Barros Bencic Bergman Castell Cortez Dahl Devries Eklund Farkas Ferrante Fofana "
    "Garde Haddad Halloran Ikeda Ivarsen Jansma Kaplan Kowal Kruse Lindqvist Lovell Madsen Marchetti Mbeki Molnar "
    "Nakata Novak Okafor Olander Paredes Petrov Quist Rahimi Ribeiro Sandoval Sato Sieber Silva Sorensen Tanaka "
    "Thorn Ueda Vance Verhoef Villa Weiss Whitlock Yilmaz Zeller"
)
SENIORITY = ("years-0-2", "years-3-9", "years-3-9", "years-10")


@dataclass(frozen=True)
class UnitPlan:
    """A unit: head-count, how many are asked, how many answer, and how it differs from the whole by dimension."""

    name: str
    headcount: int
    invited: int
    answering: int
    offset: dict[str, float]


NORBECK_UNITS = (
    UnitPlan("Marketing operations", 18, 14, 13, {"people": 0.4, "process": 0.4, "technology": 0.5, "data": 0.5}),
    UnitPlan("Demand generation", 26, 16, 14, {"process": 0.1, "technology": 0.1, "analytics": 0.3}),
    UnitPlan("Product marketing", 17, 11, 9, {"technology": -0.2, "data": -0.2}),
    UnitPlan("Brand and content", 19, 12, 10, {"people": 0.2, "data": 0.2, "analytics": -0.4}),
    UnitPlan("Field EMEA", 24, 14, 12, {"people": -0.5, "process": -0.3, "data": -0.3, "analytics": -0.2}),
    # Fewer than the smallest group that is shown: its row stays withheld, and another with it.
    UnitPlan("Partner marketing", 5, 4, 3, {"process": -0.2}),
)
CALDER_UNITS = (
    UnitPlan("Retail marketing", 15, 9, 6, {}),
    UnitPlan("Business customers", 12, 8, 5, {"data": -0.3}),
    UnitPlan("Digital and service", 14, 8, 3, {"technology": 0.3}),
)


def dice(seed: int) -> random.Random:
    """Repeatable chance for invented data."""
    return random.Random(seed)  # noqa: S311 - nothing here is a secret


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    unit: str
    role: str
    seniority: str

    def row(self) -> dict[str, str]:
        """The line of a participant list."""
        return {
            "name": self.name,
            "email": self.email,
            "unit": self.unit,
            "role": self.role,
            "seniority": self.seniority,
        }


def invent_people(units: tuple[UnitPlan, ...], domain: str, draw: random.Random) -> list[Person]:
    """The people who are asked, unit by unit: one leader in seven, a manager in four, everybody with a name of their own."""
    pairs = [(first, last) for first in FIRST.split() for last in LAST.split()]
    names = iter(draw.sample(pairs, sum(unit.invited for unit in units)))
    people = []
    for unit in units:
        for place in range(unit.invited):
            first, last = next(names)
            role = "leader" if place % 7 == 0 else "manager" if place % 4 == 1 else "specialist"
            email = f"{first}.{last}@{domain}".lower()
            people.append(Person(f"{first} {last}", email, unit.name, role, draw.choice(SENIORITY)))
    return people
