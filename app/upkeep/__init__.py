"""What keeps an installation healthy: examination, copies, and work that falls due by itself."""
