"""The demo organisation: invented, seeded, and loaded through the actions that people use."""
