"""Signing in and users."""
