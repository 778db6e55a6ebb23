"""A result with other targets than the strategy's: what a what-if asks."""

from collections.abc import Mapping
from dataclasses import replace

from scoring.results import AssessmentResult, CapabilityResult, Overall


def aimed(result: AssessmentResult, targets: Mapping[str, float]) -> AssessmentResult:
    """``result`` with the targets of some capabilities replaced (capability id → level, on the questionnaire's scale).

    The overall target is that of the strategy; with other targets there is none.
    """
    if not targets:
        return result
    capabilities = tuple(
        replace(x, target=targets[x.id], target_gap=targets[x.id] - x.estimate, target_gap_interval=None)
        if isinstance(x, CapabilityResult) and x.id in targets
        else x
        for x in result.capabilities
    )
    overall = result.overall
    if isinstance(overall, Overall):
        overall = replace(overall, target=None, target_gap=None)
    return replace(result, capabilities=capabilities, overall=overall)
