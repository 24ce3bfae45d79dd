"""httpbin with a log of when each request came and went, and three chat APIs that are fakes.

A WSGI application; run by the Python of a venv that has httpbin, as in `gunicorn httpbin_app:app`.
"""

import json
import threading
import time

import httpbin

LOG_PATH = "/-/log"
SLOW_SECONDS = 8
RIGHT_KEY = "sk-demo-"  # What a key begins with that the fakes let in.

_log = []
_lock = threading.Lock()


def app(environ, start_response):
    """httpbin, the fakes and the log."""
    if environ["PATH_INFO"] == LOG_PATH:
        return _answer(start_response, "200 OK", _entries())
    path = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
    entry = {"path": path, "start": time.monotonic(), "end": None, "bytes": 0}
    with _lock:
        _log.append(entry)
    provider = _PROVIDERS.get(environ["PATH_INFO"])
    return _Logged((provider or httpbin.app)(environ, start_response), entry)


def _entries():
    with _lock:
        return [dict(entry) for entry in _log]


class _Logged:
    """A response that notes how many bytes went out, and when all had."""

    def __init__(self, response, entry):
        self._response = response
        self._entry = entry

    def __iter__(self):
        for part in self._response:
            self._entry["bytes"] += len(part)
            yield part

    def close(self):
        self._entry["end"] = time.monotonic()
        if hasattr(self._response, "close"):
            self._response.close()


def _openai(environ, start_response):
    """Answers as OpenAI's chat completions do; tells a caller with a wrong key what it was, as that API did."""
    key = environ.get("HTTP_AUTHORIZATION", "")
    if not key.startswith("Bearer " + RIGHT_KEY):
        message = f"Incorrect API key provided: {key}"
        return _answer(start_response, "401 Unauthorized", {"error": {"message": message, "code": "invalid_api_key"}})
    request = _request(environ)
    message = {"role": "assistant", "content": "You asked: " + request["messages"][-1]["content"]}
    return _answer(start_response, "200 OK", {
        "id": "chatcmpl-1", "object": "chat.completion", "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 8, "total_tokens": 13}})


def _anthropic(environ, start_response):
    """Fails as Anthropic's messages do."""
    if not environ.get("HTTP_X_API_KEY", "").startswith(RIGHT_KEY) or not _request(environ)["max_tokens"]:
        return _answer(start_response, "400 Bad Request", {"type": "error", "error": {"type": "invalid_request_error"}})
    error = {"type": "api_error", "message": "Internal server error"}
    return _answer(start_response, "500 Internal Server Error", {"type": "error", "error": error})


def _gemini(environ, start_response):
    """Answers as Gemini's generateContent does, too late."""
    if not environ.get("HTTP_X_GOOG_API_KEY", "").startswith(RIGHT_KEY):
        return _answer(start_response, "400 Bad Request", {"error": {"code": 400, "status": "INVALID_ARGUMENT"}})
    question = _request(environ)["contents"][0]["parts"][0]["text"]
    time.sleep(SLOW_SECONDS)
    content = {"role": "model", "parts": [{"text": "You asked: " + question}]}
    return _answer(start_response, "200 OK", {"candidates": [{"content": content, "finishReason": "STOP"}]})


_PROVIDERS = {
    "/v1/chat/completions": _openai,
    "/v1/messages": _anthropic,
    "/v1beta/models/small:generateContent": _gemini,
}


def _request(environ):
    return json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


def _answer(start_response, status, value):
    body = json.dumps(value).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
