"""A program with much to allocate, which ./run shows on strata: it builds a table
of records, writes it as JSON, reads it back, sorts it and keeps a tenth."""

import json
import random

RECORDS = 200_000

random.seed(1)
table = [
    {"id": number, "name": f"record {random.random():.9f}", "tags": [number % 7, number % 11]}
    for number in range(RECORDS)
]
text = json.dumps(table)
copy = json.loads(text)
copy.sort(key=lambda record: record["name"])
kept = copy[::10]
print(f"{len(table)} records, {len(text)} bytes of JSON, {len(kept)} kept")
