# Part 1: buckets, an upload, a job with its status, its transcript word by word, and a clean-up with its proof.
# Run: eval "$(dailies aws-env --export)"; python examples/aws/part1.py RECORDING [LANGUAGE]
import json
import os
import re
import sys
import time
import urllib.request

import boto3

endpoint = os.environ["AWS_ENDPOINT_URL"]  # boto3 reads it itself from 1.28 on
s3 = boto3.client("s3", endpoint_url=endpoint)
transcribe = boto3.client("transcribe", endpoint_url=endpoint)
path, language = (sys.argv[1:] + ["en-US"])[:2]
bucket, key = "part-1-input", os.path.basename(path)
name = re.sub(r"[^0-9a-zA-Z._-]+", "_", key)


def job_named(name):
    found = transcribe.list_transcription_jobs(JobNameContains=name)["TranscriptionJobSummaries"]
    if not any(one["TranscriptionJobName"] == name for one in found):
        return None
    return transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]


s3.create_bucket(Bucket=bucket)
s3.upload_file(path, bucket, key)
print("objects:", ", ".join(one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]))

for turn in ("first", "second"):
    if job_named(name):
        print(f"{turn} turn: {key} is transcribed already, it is skipped")
        continue
    transcribe.start_transcription_job(
        TranscriptionJobName=name,
        LanguageCode=language,
        Media={"MediaFileUri": f"s3://{bucket}/{key}"},
    )

started = time.time()
while (job := job_named(name))["TranscriptionJobStatus"] not in ("COMPLETED", "FAILED"):
    print(f"{job['TranscriptionJobStatus']} after {time.time() - started:.0f} s")
    time.sleep(0.5)
if job["TranscriptionJobStatus"] == "FAILED":
    sys.exit(job["FailureReason"])
print(job["CreationTime"].isoformat(), name, "COMPLETED")

with urllib.request.urlopen(job["Transcript"]["TranscriptFileUri"]) as answer:
    results = json.load(answer)["results"]
print("transcript:", results["transcripts"][0]["transcript"])
for item in results["items"]:
    times = (item.get("start_time", ""), item.get("end_time", ""))
    print(item["type"], *times, item["alternatives"][0]["content"], sep="\t")

transcribe.delete_transcription_job(TranscriptionJobName=name)
s3.delete_object(Bucket=bucket, Key=key)
s3.delete_bucket(Bucket=bucket)
is_left = bucket in [one["Name"] for one in s3.list_buckets()["Buckets"]]
jobs = transcribe.list_transcription_jobs()["TranscriptionJobSummaries"]
print(f"left: {bucket if is_left else 'no bucket'}, {len(jobs)} jobs")
