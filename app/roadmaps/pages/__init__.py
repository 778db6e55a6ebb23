"""What the roadmap pages may use."""
