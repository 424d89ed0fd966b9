"""Where the time of one message goes, process by process, on a running stack: `python -m benchmarks.journey`.

Asks the same question in conversations of their own and reads what each process's `/metrics` counted meanwhile.
"""

import argparse
import secrets
import time

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from common.settings import settings

NAMES = {
    "turn": "the whole turn",
    "parse": "understanding the words",
    "action": "the custom action",
    "tool": "the ML tool",
    "sql": "SQL",
}
Counts = dict[str, tuple[float, float]]  # name -> (seconds, times)


def counted(client: httpx.Client, url: str) -> Counts:
    """What a process has counted since its start, by the names above."""
    found: dict[str, list[float]] = {}
    for family in text_string_to_metric_families(client.get(f"{url}/metrics").raise_for_status().text):
        name = family.name.removeprefix("shopclerk_").removesuffix("_seconds")
        for sample in family.samples if name in NAMES else ():
            entry = found.setdefault(name, [0.0, 0.0])
            entry[0] += sample.value if sample.name.endswith("_sum") else 0
            entry[1] += sample.value if sample.name.endswith("_count") else 0
    return {name: (seconds, times) for name, (seconds, times) in found.items()}


def ask(client: httpx.Client, base: str, question: str) -> float:
    """Seconds of one question in a new conversation, as its sender sees them."""
    token = client.post(f"{base}/api/session").raise_for_status().json()["token"]
    client.cookies.clear()
    body = {"text": question, "client_id": secrets.token_hex(8)}
    started = time.perf_counter()
    client.post(f"{base}/api/chat", json=body, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--question", default="how much is the note20?")
    parser.add_argument("--times", type=int, default=40)
    arguments = parser.parse_args()
    config = settings()
    base = f"http://{config.web_host}:{config.web_port}"
    processes = {"web": base, "assistant": config.assistant_url, "actions": config.actions_url}
    with httpx.Client(timeout=20) as client:
        for _ in range(5):
            ask(client, base, arguments.question)
        before = {name: counted(client, url) for name, url in processes.items()}
        seconds = sorted(ask(client, base, arguments.question) for _ in range(arguments.times))
        after = {name: counted(client, url) for name, url in processes.items()}
    table = Table("process", "what", "a turn", "each", title=f"{arguments.question!r}, {arguments.times} times")
    table.add_row(
        "sender", "from the question to its answer", "1", f"{seconds[len(seconds) // 2] * 1000:.1f} ms (median)"
    )
    for process, counts in after.items():
        for name, (total, times) in counts.items():
            earlier = before[process].get(name, (0.0, 0.0))
            if done := times - earlier[1]:
                each = (total - earlier[0]) / done * 1000
                table.add_row(process, NAMES[name], f"{done / arguments.times:.1f}", f"{each:.1f} ms (mean)")
    Console().print(table)


if __name__ == "__main__":
    main()
