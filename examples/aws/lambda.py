# Part 2: what a Lambda function does when an object is created, here as a webhook. It takes S3's event, decodes the
# key, skips what is no recording, and starts a job whose transcript goes into the output bucket.
# Run: eval "$(dailies aws-env --export)"; python examples/aws/lambda.py OUTPUT_BUCKET [PORT]
import hashlib
import json
import os
import re
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3

transcribe = boto3.client("transcribe", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
output_bucket, port = (sys.argv[1:] + ["0"])[:2]
formats = {"mp3", "mp4", "wav", "flac", "ogg", "amr", "webm", "m4a"}


def job_name_of(key):
    """Different keys never give the same name, and the same key gives the same one again."""
    readable = re.sub(r"[^0-9a-zA-Z._-]+", "_", key)[:150]
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def lambda_handler(event, context=None):
    said = []
    for record in event["Records"]:
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        if key.rsplit(".", 1)[-1].lower() not in formats:
            said.append(f"skipped {key}")
            continue
        name = job_name_of(key)
        try:
            transcribe.start_transcription_job(
                TranscriptionJobName=name,
                LanguageCode="en-US",
                Media={"MediaFileUri": f"s3://{record['s3']['bucket']['name']}/{key}"},
                OutputBucketName=output_bucket,
            )
            said.append(f"started {name}")
        except transcribe.exceptions.ConflictException:  # events come twice
            said.append(f"there already: {name}")
    return said


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            status, answer = 200, lambda_handler(json.loads(body))
        except Exception as error:  # what fails is sent again, so the sender must see it
            status, answer = 500, str(error)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


server = HTTPServer(("127.0.0.1", int(port)), Webhook)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
