# Transcribes recordings with faster-whisper, one thread, 8 bit, and prints a JSON list of their texts.
# usage: python faster-whisper.py MODEL FILE…
import json
import sys

from faster_whisper import WhisperModel

model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1)
texts = []
for path in sys.argv[2:]:
    segments, _info = model.transcribe(
        path, language="en", beam_size=1, vad_filter=True, condition_on_previous_text=False
    )
    texts.append(" ".join(segment.text.strip() for segment in segments))
print(json.dumps(texts))
