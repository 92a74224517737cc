"""How each answer of the service reads: one function an answer, giving its structured content and its text.

- `lines`: the parts that all share: where data comes from, how words were understood, tables as text.
- `lists`, `records`, `writes`, `accounts`: one family of answers each.

Text stands alone for hosts that show no structured content: tables are tab-separated with one line of headings, and
every text says once that values from the CRM are not to be trusted.
"""
