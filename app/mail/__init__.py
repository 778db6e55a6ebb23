"""Mail: an outbox that is written with what causes a mail, and drained by the worker.

To send another kind of mail: put its words into ``words/en/<template>.txt`` (see `wording`), queue it with
`outbox.queue_mail`, and, when it carries a link or may be unwanted by then, write a ``Prepare`` and name it in
`app.upkeep.mails`.
"""
