"""What people decide and learn about the initiatives of a plan: owner, dates, status, milestones, evidence, what it took."""
