"""One frozen dataclass per page of the report: all that its template may use."""
