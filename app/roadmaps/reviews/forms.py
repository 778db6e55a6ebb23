"""What is entered at a review."""

from typing import Annotated

from pydantic import Field

from app.roadmaps.forms import PlanForm


class ReviewForm(PlanForm):
    """The limits known now, and what has changed. What is left out stays as the plan has it."""

    reason: Annotated[str, Field(min_length=1, max_length=2000, description="Why the plan changes, or stays.")]
