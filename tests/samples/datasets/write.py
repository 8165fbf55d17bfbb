"""Writes the samples beside it, with the versions of ``datasets`` that ``README.md`` names."""

from pathlib import Path

from datasets import Dataset, DatasetDict

FOLDER = Path(__file__).parent
TURNS = [
    {"role": "user", "content": "How does the book begin?"},
    {"role": "assistant", "content": "Call me Ishmael."},
]


def write() -> None:
    train = Dataset.from_list(
        [
            {"id": "a", "text": "It is a truth universally acknowledged.", "turns": TURNS},
            {"id": "b", "text": "Zwölf Boxkämpfer jagen Viktor.", "turns": []},
            {"id": "c", "text": "Call me Ishmael.", "turns": None},
        ]
    )
    test = Dataset.from_list([{"id": "a", "text": "A row of the test split.", "turns": []}])
    train.save_to_disk(FOLDER / "one", num_shards=2)
    DatasetDict({"train": train, "test": test}).save_to_disk(FOLDER / "splits")
    train.filter(lambda row: row["id"] != "b").save_to_disk(FOLDER / "filtered")
    train.to_parquet(FOLDER / "exported.parquet")
    train.to_json(FOLDER / "exported.jsonl")
    train.to_json(FOLDER / "exported.json", lines=False)


if __name__ == "__main__":
    write()
