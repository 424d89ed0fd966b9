"""How well searches find what is known to be right: NDCG@10, recall@10 and MRR by kind of query."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from ml_tools.search.peers import Searcher
from ml_tools.search.queries import Query, kinds_in
from ml_tools.search.schemas import SearchRequest
from ml_tools.search.service import SearchService

AT = 10
OURS = "search"
Progress = Callable[[str], None]
Metrics = dict[str, dict[str, float]]


def ndcg(found: Sequence[str], answers: frozenset[str], at: int = AT) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002); every answer is worth the same."""
    gained = sum(1 / math.log2(place + 2) for place, one in enumerate(found[:at]) if one in answers)
    best = sum(1 / math.log2(place + 2) for place in range(min(at, len(answers))))
    return gained / best if best else 0.0


def recall(found: Sequence[str], answers: frozenset[str], at: int = AT) -> float:
    """Of the answers that the first places could hold."""
    return len(answers & set(found[:at])) / min(len(answers), at) if answers else 0.0


def reciprocal_rank(found: Sequence[str], answers: frozenset[str], at: int = 100) -> float:
    return next((1 / place for place, one in enumerate(found[:at], start=1) if one in answers), 0.0)


def measured(results: Iterable[tuple[Query, Sequence[str]]]) -> dict[str, float]:
    rows = [(ndcg(f, q.answers), recall(f, q.answers), reciprocal_rank(f, q.answers)) for q, f in results]
    names = (f"NDCG@{AT}", f"R@{AT}", "MRR")
    return {name: sum(row[n] for row in rows) / max(len(rows), 1) for n, name in enumerate(names)}


def searcher_of(service: SearchService) -> Searcher:
    async def find(query: str) -> Sequence[str]:
        answer = await service.search(SearchRequest(text=query, n=AT))
        return [product.id for product in answer.products]

    return find


async def evaluated(asked: Sequence[Query], searchers: Mapping[str, Searcher], progress: Progress) -> Metrics:
    """By measure and kind of query, then by searcher."""
    metrics: Metrics = {}
    for name, find in searchers.items():
        progress(f"{name}: {len(asked)} queries")
        results = [(query, await find(query.text)) for query in asked]
        for kind in kinds_in(asked):
            for measure, value in measured([one for one in results if one[0].kind == kind]).items():
                metrics.setdefault(f"{kind} {measure}", {})[name] = value
    return metrics
