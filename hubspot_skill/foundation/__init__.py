"""What every room stands on and nothing else knows: time, secrets and logs.

- `clock`: the present moment, a steady count of seconds, and sleep; tests bring their own.
- `secret`: text that never shows itself by accident.
- `log`: events and values to stderr, with an allow-list of keys and a net that catches secrets.

May import `domain`. Nothing here reads settings or the environment.
"""
