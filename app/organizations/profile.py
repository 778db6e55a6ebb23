"""The profile of an organisation: what picks its peers, as ids and words."""

from collections.abc import Mapping
from types import MappingProxyType

INDUSTRIES: Mapping[str, str] = MappingProxyType(
    {
        "technology": "Technology",
        "industrial": "Industrial manufacturing",
        "financial-services": "Financial services",
        "healthcare": "Healthcare and life sciences",
        "consumer-goods": "Consumer goods",
        "retail": "Retail",
        "energy": "Energy and utilities",
        "professional-services": "Professional services",
    }
)
SIZES: Mapping[str, str] = MappingProxyType(
    {
        "under-250": "Under 250 employees",
        "250-999": "250 to 999 employees",
        "1000-4999": "1,000 to 4,999 employees",
        "5000-plus": "5,000 employees and more",
    }
)
REGIONS: Mapping[str, str] = MappingProxyType(
    {"europe": "Europe", "north-america": "North America", "asia-pacific": "Asia-Pacific", "other": "Other or global"}
)
BUSINESS_MODELS: Mapping[str, str] = MappingProxyType(
    {"b2b": "Sells to businesses", "b2c": "Sells to consumers", "both": "Sells to both"}
)
OPERATING_MODELS: Mapping[str, str] = MappingProxyType(
    {
        "central": "Central marketing operations",
        "local": "Local, in regions or business units",
        "hybrid": "Hybrid, central with local teams",
    }
)
PROFILE: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "industry": ("Industry", INDUSTRIES),
        "size": ("Size", SIZES),
        "region": ("Region", REGIONS),
        "business_model": ("Business model", BUSINESS_MODELS),
        "operating_model": ("Operating model of marketing operations", OPERATING_MODELS),
    }
)
