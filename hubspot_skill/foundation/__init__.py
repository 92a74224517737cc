"""What every room stands on and nothing else knows: time, secrets, logs, cryptography and databases.

- `clock`: the present moment, a steady count of seconds, and sleep; tests bring their own.
- `secret`: text that never shows itself by accident.
- `log`: events and values to stderr, with an allow-list of keys and a net that catches secrets.
- `counters`: what happened in this process, counted.
- `json_bodies`, `closed_models`: whether a body means one thing only, and what is wrong with what it says.
- `crypto`: keys for a purpose, message authentication, and records that open only in their own place.
- `private_files`: files and folders of their owner alone.
- `databases`, `migrations`: encrypted SQLite or PostgreSQL, one transaction a function, schemas in numbered steps.
- `shared_file`: small values that processes of one machine change in turn, quickly, and that may be lost.

May import `domain`. Nothing here reads settings or the environment.
"""
