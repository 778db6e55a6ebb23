"""Reviews: what has started stays, the rest is planned again, and the difference is kept with its reason."""
