"""How long a marketer waits for a forecast in the chat: the whole answer, and the answer with its chart fetched.

    DEMO_PASSWORD=... python -m benchmarks.forecast_turns [--url http://127.0.0.1:8080] [--turns 25] [--json]

Needs a running demo store (`make run`). One client asks, as a person would, with a pause between the questions.
"""

import argparse
import json
import os
import statistics
import time

import httpx

QUESTION = "forecast next 45 days for Note20"
PAUSE_SECONDS = 1.5


def measure(client: httpx.Client, turns: int) -> dict[str, float]:
    """Medians in milliseconds."""
    answered, drawn = [], []
    for _ in range(turns):
        started = time.perf_counter()
        answer = client.post("/api/chat", json={"text": QUESTION})
        answer.raise_for_status()
        answered.append(time.perf_counter() - started)
        (chart,) = [part["url"] for part in answer.json()["messages"] if part["type"] == "image"]
        client.get(chart).raise_for_status()
        drawn.append(time.perf_counter() - started)
        time.sleep(PAUSE_SECONDS)
    return {
        "answer_p50_ms": round(1000 * statistics.median(answered), 1),
        "answer_with_chart_p50_ms": round(1000 * statistics.median(drawn), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a forecast takes in the chat.")
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--turns", type=int, default=25)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with httpx.Client(base_url=arguments.url, timeout=30) as client:
        account = {"email": "marketer@demo.shop", "password": os.environ["DEMO_PASSWORD"]}
        signed_in = client.post("/api/session/login", json=account)
        signed_in.raise_for_status()
        client.headers["Authorization"] = f"Bearer {signed_in.json()['token']}"
        found = measure(client, arguments.turns)
    print(json.dumps(found) if arguments.json else "\n".join(f"{name:26} {value:>8}" for name, value in found.items()))


if __name__ == "__main__":
    main()
