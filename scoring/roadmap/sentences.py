"""An explanation in sentences with numbers."""

from collections.abc import Mapping

from scoring.roadmap.explain import ChosenReason, Explanation, LimitReason, RejectedReason


def sentences(explanation: Explanation, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a sentence or two for each initiative and limit, by id; ``names`` gives ids the names people know."""
    named = names or {}
    said = {each.id: _chosen(each, named) for each in explanation.chosen}
    said |= {each.id: _rejected(each, named) for each in explanation.rejected}
    return said | {each.limit: _limit(each, named) for each in explanation.limits}


def _chosen(reason: ChosenReason, names: Mapping[str, str]) -> str:
    closes = [f"{levels:.1f} levels of {names.get(name, name)}" for name, levels in reason.closes.items()]
    parts = [f"Closes {_listed(closes)}" if closes else "Closes no gap itself"]
    parts[0] += f" and adds {reason.value:.1f} to the plan's value." if reason.value > 0 else "."
    if reason.unblocks:
        parts.append(f"It makes {_named(reason.unblocks, names)} possible.")
    if reason.lost_without > 0:
        most = "" if reason.exact else "at most "
        instead = f", with {_named(reason.replaced_by, names)} instead" if reason.replaced_by else ""
        parts.append(f"Without it the best plan would be worth {most}{reason.lost_without:.1f} less{instead}.")
    else:
        parts.append("A plan without it would be worth as much.")
    return " ".join(parts)


def _rejected(reason: RejectedReason, names: Mapping[str, str]) -> str:
    if reason.costs is None:
        return f"Left out because {reason.impossible}."
    most = "" if reason.exact else "at most "
    if reason.costs <= 0:
        return "Left out because it adds no value; including it would take none away."
    displaced = f" and displace {_named(reason.displaces, names)}" if reason.displaces else ""
    return f"Left out: including it would cost {most}{reason.costs:.1f} of the plan's value{displaced}."


def _limit(reason: LimitReason, names: Mapping[str, str]) -> str:
    least = "" if reason.exact else "at least "
    if reason.gains <= 0:
        return f"10% more {reason.limit} would buy nothing{'' if reason.exact else ' that was found'}."
    adds = f" and add {_named(reason.adds, names)}" if reason.adds else ""
    return f"10% more {reason.limit} would add {least}{reason.gains:.1f} to the plan's value{adds}."


def _named(ids: tuple[str, ...], names: Mapping[str, str], most: int = 4) -> str:
    shown = [names.get(name, name) for name in ids[:most]]
    return _listed([*shown, f"{len(ids) - most} more"] if len(ids) > most else shown)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
