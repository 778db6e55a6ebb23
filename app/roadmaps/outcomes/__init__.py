"""Did it work? What finished initiatives promised, set against what the next wave measured."""
