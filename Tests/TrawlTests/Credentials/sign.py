"""Signs requests with botocore: a line of JSON each in, the value of `Authorization` and the URL that was signed a line out."""
import base64
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

for line in sys.stdin:
    case = json.loads(line)
    instant = datetime.datetime.fromtimestamp(case["now"] / 1000, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda: instant
    credentials = Credentials("AKIDEXAMPLE", case["secret"], case.get("token"))
    # Over http botocore signs the body for Amazon S3, too.
    request = AWSRequest(case["method"], case["url"], dict(case["headers"]), base64.b64decode(case["body"]))
    kind = botocore.auth.S3SigV4Auth if case["service"] == "s3" else botocore.auth.SigV4Auth
    kind(credentials, case["service"], case["region"]).add_auth(request)
    print(request.headers["Authorization"], flush=True)
