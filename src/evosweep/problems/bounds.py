"""Evaluation of genomes that left their bounds."""

from collections.abc import Callable, Sequence

Evaluate = Callable[[Sequence[float]], tuple[float, ...]]


def penalised(evaluate: Evaluate, low: float, up: float, weight: float = 1e6) -> Evaluate:
    """`evaluate`, for algorithms that know no bounds (CMA-ES): minimised objectives get worse.

    Outside, the nearest genome inside is evaluated, and `weight` times the squared distance to it
    is added to every objective: the closest-valid penalty of `deap.tools`.
    """

    def evaluation(genome: Sequence[float]) -> tuple[float, ...]:
        if all(low <= gene <= up for gene in genome):
            return evaluate(genome)
        inside = [min(max(float(gene), low), up) for gene in genome]
        distance = sum((float(g) - i) ** 2 for g, i in zip(genome, inside, strict=True))
        return tuple(value + weight * distance for value in evaluate(inside))

    return evaluation
