# Part 7: the media query application. Pictures are labelled at once, films by a label job that tells an SNS topic when
# it has ended; a table of media is asked over HTTP. S3's events and the topic's messages come in by POST.
# Run: eval "$(dailies aws-env --export)"; python examples/aws/media-query.py [PORT]
# The service must be allowed to reach it: config.json needs {"webhooks": {"allow": ["127.0.0.1"]}}.
import hashlib
import json
import os
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

endpoint = os.environ["AWS_ENDPOINT_URL"]
rekognition = boto3.client("rekognition", endpoint_url=endpoint)
sns = boto3.client("sns", endpoint_url=endpoint)
topic = sns.create_topic(Name="AmazonRekognition-media")["TopicArn"]
pictures, films = {"jpg", "jpeg", "png"}, {"mp4", "flv", "mov", "mkv", "webm"}
table = {}  # by name
jobs = {}  # the film of each job that is not done; a film that is removed meanwhile has none
lock = threading.Lock()


def on_s3(record):
    target = record["s3"]["object"]
    bucket, name = record["s3"]["bucket"]["name"], urllib.parse.unquote_plus(target["key"])
    ending = name.rsplit(".", 1)[-1].lower()
    place = {"S3Object": {"Bucket": bucket, "Name": name}}
    for job in [job for job, of in jobs.items() if of == name]:
        del jobs[job]
    if record["eventName"].startswith("ObjectRemoved"):
        table.pop(name, None)
    elif ending in pictures:
        labels = [one["Name"] for one in rekognition.detect_labels(Image=place)["Labels"]]
        table[name] = {"name": name, "type": "image", "labels": labels}
    elif ending in films:
        # one token for each event: an event that comes twice starts one job
        event = f"{bucket} {name} {target.get('sequencer')}"
        job = rekognition.start_label_detection(
            Video=place,
            ClientRequestToken=hashlib.sha256(event.encode()).hexdigest(),
            NotificationChannel={"SNSTopicArn": topic, "RoleArn": "arn:aws:iam::123456789012:role/rekognition"},
        )["JobId"]
        jobs[job] = name
        collect(job)  # it may have ended before this program began


def collect(job):
    """Takes the labels of a job of ours, if it has ended."""
    labels, token = {}, {}
    while job in jobs:
        page = rekognition.get_label_detection(JobId=job, **token)
        if page["JobStatus"] == "IN_PROGRESS":
            return
        labels.update((one["Label"]["Name"], True) for one in page["Labels"])
        if "NextToken" not in page:
            name = jobs.pop(job)
            table[name] = {"name": name, "type": "video", "labels": list(labels)}
        token = {"NextToken": page.get("NextToken")}


def on_sns(message):
    if message["Type"] == "SubscriptionConfirmation":
        sns.confirm_subscription(TopicArn=topic, Token=message["Token"])
    if message["Type"] == "Notification":  # whoever sends this: it is only looked at which job it names
        collect(json.loads(message["Message"])["JobId"])


def answer(path):
    """GET /api/ with startswith, media-type and label; GET /api/NAME."""
    url = urllib.parse.urlsplit(path)
    name = urllib.parse.unquote(url.path[len("/api/") :])
    asked = dict(urllib.parse.parse_qsl(url.query))
    if name:
        missing = {"Code": "NotFoundError", "Message": f"NotFoundError: Media file ({name}) not found"}
        return (200, table[name]) if name in table else (404, missing)
    return 200, [
        one
        for one in table.values()
        if one["name"].startswith(asked.get("startswith", ""))
        and asked.get("media-type") in (None, one["type"])
        and (asked.get("label") is None or asked["label"] in one["labels"])
    ]


class Handler(BaseHTTPRequestHandler):
    def send(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self):
        with lock:
            self.send(*answer(self.path))

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            with lock:
                for record in sent.get("Records", []):
                    on_s3(record)
                if self.path == "/sns":
                    on_sns(sent)
            self.send(200, {})
        except Exception as error:  # what fails is sent again, so the sender must see it
            self.send(500, str(error))


server = ThreadingHTTPServer(("127.0.0.1", int((sys.argv[1:] + ["0"])[0])), Handler)
sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{server.server_port}/sns")
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
