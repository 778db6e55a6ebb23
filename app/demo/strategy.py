"""What the demo's clients want: goals, and a target level for every capability."""

from app.assessments.actions import GoalInput, StrategyInput, TargetInput

NORBECK_STRATEGY = StrategyInput(
    mandate=(
        "Marketing operations should give every team the same dependable engine: clean data, tools that talk to each "
        "other, and numbers that finance accepts."
    ),
    key_initiatives="Launch of the Meridian product line in spring; one customer platform for all regions by autumn.",
    headcount=109,
    skills="Strong campaign managers; one data steward; no data scientist.",
    time="About 15% of the operations team's time is free for change.",
    budget="EUR 600,000 a year for change, of which EUR 250,000 may be capital.",
    goals=(
        GoalInput("growth", "business", "Grow revenue in existing accounts by 12% within two years"),
        GoalInput("cost", "business", "Bring the cost of winning a customer down by 15%"),
        GoalInput("view", "marketing", "Know every customer once, across regions and tools", "growth"),
        GoalInput("speed", "marketing", "Launch campaigns in all regions within four weeks", "growth"),
        GoalInput("proof", "marketing", "Show which activities earn their money, each quarter", "cost"),
    ),
)
CALDER_STRATEGY = StrategyInput(
    mandate="Marketing operations is new here; it should first make work visible, then repeatable.",
    key_initiatives="Green tariffs for households; a self-service portal for business customers.",
    headcount=41,
    goals=(
        GoalInput("keep", "business", "Lose fewer than 8% of customers a year"),
        GoalInput("reach", "marketing", "Reach every customer before the contract ends", "keep"),
    ),
)

_VIEW = "Without one view of the customer, growth in existing accounts stays guesswork."
_SPEED = "Regions wait for each other; launches take eight weeks instead of four."
_PROOF = "Finance asks for proof before it releases the second half of the budget."
_KEEP = "Good enough for the goals of the next two years; keep it there."

NORBECK_TARGETS: dict[str, tuple[float, int, str, str | None]] = {
    "people.operating-model": (4.0, 5, _SPEED, "speed"),
    "people.roles-skills": (3.5, 4, "Data work waits for the one person who can do it.", "view"),
    "people.training": (3.0, 3, "Teams should do standard jobs without a specialist.", "speed"),
    "people.leadership": (4.0, 5, "Priorities must be agreed with sales and IT before money is spent.", "growth"),
    "people.change": (3.5, 4, "The last two platforms were bought and hardly used.", "view"),
    "process.planning": (3.5, 4, _PROOF, "proof"),
    "process.definition": (3.5, 4, _SPEED, "speed"),
    "process.campaigns": (4.0, 5, _SPEED, "speed"),
    "process.projects": (3.0, 2, _KEEP, "speed"),
    "process.suppliers": (2.5, 2, "Two agencies are enough; nobody needs more than that.", "cost"),
    "process.governance": (3.5, 3, _KEEP, None),
    "technology.stack": (3.5, 3, "Four tools do the same; two can go.", "cost"),
    "technology.integration": (4.0, 5, _VIEW, "view"),
    "technology.administration": (3.5, 3, _KEEP, "speed"),
    "technology.selection": (3.5, 3, "The next platform is chosen once, for all regions.", "cost"),
    "technology.adoption": (3.5, 4, "Licences are paid for and not used.", "cost"),
    "technology.ai": (3.0, 3, "Drafting and translation could take days instead of weeks.", "speed"),
    "data.coverage": (3.5, 3, _VIEW, "view"),
    "data.quality": (3.5, 4, _VIEW, "view"),
    "data.unification": (3.5, 5, _VIEW, "view"),
    "data.privacy": (4.0, 4, "One complaint in a region stops campaigns in all of them.", None),
    "data.literacy": (3.0, 3, "People should find their own numbers.", "proof"),
    "analytics.reporting": (3.5, 3, _KEEP, "proof"),
    "analytics.measures": (4.0, 4, _PROOF, "proof"),
    "analytics.insight": (3.5, 4, _PROOF, "proof"),
    "analytics.attribution": (3.5, 5, _PROOF, "proof"),
    "analytics.predictive": (2.5, 2, "Only once the data beneath is sound.", "growth"),
}


def norbeck_targets(goals: dict[str, str]) -> list[TargetInput]:
    """The target profile, its goals by the ids that `save_strategy` gave them."""
    return [
        TargetInput(capability, level, importance, reason, goals[goal] if goal else None)
        for capability, (level, importance, reason, goal) in NORBECK_TARGETS.items()
    ]
