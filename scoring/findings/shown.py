"""What of a result may be read."""

from dataclasses import dataclass

from questionnaires.schema import Capability, Questionnaire
from scoring.results import AssessmentResult, CapabilityResult, DimensionResult, Group


@dataclass(frozen=True)
class Shown:
    """What of a result may be read, with the words of its questionnaire."""

    result: AssessmentResult
    questionnaire: Questionnaire

    @property
    def capabilities(self) -> list[CapabilityResult]:
        return [one for one in self.result.capabilities if isinstance(one, CapabilityResult)]

    @property
    def dimensions(self) -> list[DimensionResult]:
        return [one for one in self.result.dimensions if isinstance(one, DimensionResult)]

    @property
    def units(self) -> list[Group]:
        return [one for one in self.result.units if isinstance(one, Group)]

    @property
    def step(self) -> float:
        """The mean distance between neighbouring levels."""
        scale = self.questionnaire.scale
        return (scale.high - scale.low) / (len(scale.levels) - 1)

    @property
    def unit_of_scale(self) -> str:
        """What a difference is counted in."""
        return "levels" if abs(self.step - 1) < 1e-9 else "points"

    def spoken(self, capability: str) -> str:
        return spoken(self.questionnaire.capability(capability))

    def dimension_name(self, dimension: str) -> str:
        return self.questionnaire.dimension(dimension).name


def spoken(capability: Capability | CapabilityResult) -> str:
    """The short name as it goes into a sentence: its first part, so that lists of names can be told apart."""
    return capability.short.partition(",")[0]
