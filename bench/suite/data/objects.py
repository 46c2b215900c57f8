"""The workload python3: objects, dictionaries, strings and JSON."""
import collections
import json


class point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def moved(self, by):
        return point(self.x + by, self.y - by)


def document(count):
    return [{"id": i, "name": f"name {i * 7919 % 10007}", "tags": [f"t{k}" for k in range(i % 9)],
             "place": {"x": i / 7, "y": -i}} for i in range(count)]


def main():
    total = 0
    for round_number in range(6):
        text = json.dumps(document(15000 + round_number))
        counts = collections.Counter(tag for each in json.loads(text) for tag in each["tags"])
        total += sum(counts.values())
        points = [point(i, i) for i in range(100000)]
        for by in range(2):
            points = [each.moved(by) for each in points]
        total += sum(each.x for each in points)
        total += len(" ".join(sorted(str(i * 31 % 65537) for i in range(100000))))
    print(total)


if __name__ == "__main__":
    main()
