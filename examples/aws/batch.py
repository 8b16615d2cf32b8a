# A folder of recordings, transcribed concurrently: what is over the limit of jobs waits, and a CSV for what was
# completed and one for what failed say what became of each.
# Run: eval "$(dailies aws-env --export)"; python examples/aws/batch.py FOLDER OUTPUT_FOLDER
import csv
import os
import re
import sys
import time
import urllib.request

import boto3

endpoint = os.environ["AWS_ENDPOINT_URL"]
s3 = boto3.client("s3", endpoint_url=endpoint)
transcribe = boto3.client("transcribe", endpoint_url=endpoint)
folder, out = sys.argv[1:3]
bucket = "batch-input"
s3.create_bucket(Bucket=bucket)

waiting = []
for file in sorted(os.listdir(folder)):
    name = re.sub(r"[^0-9a-zA-Z._-]+", "_", file)
    s3.upload_file(os.path.join(folder, file), bucket, name)
    transcribe.start_transcription_job(
        TranscriptionJobName=name,
        LanguageCode="en-US",
        Media={"MediaFileUri": f"s3://{bucket}/{name}"},
        JobExecutionSettings={
            "AllowDeferredExecution": True,
            "DataAccessRoleArn": "arn:aws:iam::000000000000:role/any",  # nobody looks at it here
        },
    )
    waiting.append(name)

jobs = {"COMPLETED": [], "FAILED": []}
while waiting:
    for name in list(waiting):
        job = transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
        if job["TranscriptionJobStatus"] in jobs:
            jobs[job["TranscriptionJobStatus"]].append(job)
            waiting.remove(name)
    time.sleep(0.5)

stamp = time.strftime("%Y%m%dT%H%M%S")
for state, ended in jobs.items():
    with open(os.path.join(out, f"job_summary_{state.lower()}_{stamp}.csv"), "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["job", "status", "reason"])
        for job in sorted(ended, key=lambda one: one["TranscriptionJobName"]):
            rows.writerow([job["TranscriptionJobName"], state, job.get("FailureReason", "")])
    print(f"{state}: {len(ended)}")

for job in jobs["COMPLETED"] + jobs["FAILED"]:
    name = job["TranscriptionJobName"]
    if "Transcript" in job:
        target = os.path.join(out, f"{name}.json")
        urllib.request.urlretrieve(job["Transcript"]["TranscriptFileUri"], target)
    transcribe.delete_transcription_job(TranscriptionJobName=name)
