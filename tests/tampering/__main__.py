"""Writes the tamper corpus anew: `python -m tests.tampering`."""

from tests.tampering.corpus import FOLDER, corpus, present

if __name__ == "__main__":
    made = corpus()
    for gone in present() - made.keys():
        (FOLDER / gone).unlink()
    for name, data in made.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(data)
    print(f"{len(made)} files written, {sum(map(len, made.values()))} bytes")
