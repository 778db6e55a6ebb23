"""What people can ask about their own data, how long it is kept, and what is told about it."""
