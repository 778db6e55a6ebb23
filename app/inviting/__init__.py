"""Inviting by mail: words and their preview, test mails, sending again, reminders, and the way out of them."""
