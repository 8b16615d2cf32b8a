# A film's way: an upload, its four outputs, the transcript of the audio, and the record that a table of metadata
# gets, keyed by the transcript's key.
# Run: eval "$(dailies aws-env --export)"; python examples/aws/upload.py FILM.mp4
import json
import os
import re
import sys
import time

import boto3
from botocore.exceptions import ClientError

endpoint = os.environ["AWS_ENDPOINT_URL"]
s3 = boto3.client("s3", endpoint_url=endpoint)
transcribe = boto3.client("transcribe", endpoint_url=endpoint)
path = sys.argv[1]
name = os.path.splitext(os.path.basename(path))[0]
transcripts = "transcripts"

s3.create_bucket(Bucket=transcripts)
s3.upload_file(path, "uploads", f"{name}.mp4")


def wait_for(key):
    """Waits until what is made of the film is there."""
    while True:
        try:
            print(key, s3.head_object(Bucket="outputs", Key=key)["ContentLength"], "bytes")
            return
        except ClientError:
            time.sleep(0.25)


audio = f"output/audio/{name}.mp3"
for key in (f"output/web/{name}.mp4", f"output/phone/{name}.mp4", audio, f"output/gif/{name}.gif"):
    wait_for(key)

job_name = re.sub(r"[^0-9a-zA-Z._-]+", "_", name)
json_file = f"output/transcribe/{name}.json"
transcribe.start_transcription_job(
    TranscriptionJobName=job_name,
    LanguageCode="en-US",
    MediaFormat="mp3",
    Media={"MediaFileUri": f"s3://outputs/{audio}"},
    OutputBucketName=transcripts,
    OutputKey=json_file,
)
while True:
    job = transcribe.get_transcription_job(TranscriptionJobName=job_name)["TranscriptionJob"]
    if job["TranscriptionJobStatus"] == "COMPLETED":
        break
    if job["TranscriptionJobStatus"] == "FAILED":
        sys.exit(job["FailureReason"])
    time.sleep(0.25)

whole = json.loads(s3.get_object(Bucket=transcripts, Key=json_file)["Body"].read())
results = whole.pop("results")
texts, items = results.pop("transcripts"), results.pop("items")
record = {"JsonFile": json_file, **whole, **results, "transcript": texts[0]["transcript"], "items": len(items)}
print(json.dumps(record))
