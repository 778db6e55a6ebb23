"""Mail: an outbox that is written with what causes a mail, and drained by the worker."""
