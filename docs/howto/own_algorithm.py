"""Hill climbing from many starts: a climber takes every step that makes it no worse."""

from deap import tools


def hill_climbing(toolbox, *, statistics, hall_of_fame, climbers=20, generations=50):
    logbook = tools.Logbook()

    def evaluate(individuals):
        fitnesses = toolbox.map(toolbox.evaluate, individuals)
        for individual, fitness in zip(individuals, fitnesses, strict=True):
            individual.fitness.values = fitness
        hall_of_fame.update(individuals)

    population = toolbox.population(n=climbers)
    evaluate(population)
    logbook.record(gen=0, nevals=climbers, **statistics.compile(population))
    for generation in range(1, generations + 1):
        steps = [toolbox.mutate(toolbox.clone(climber))[0] for climber in population]
        for step in steps:
            del step.fitness.values
        evaluate(steps)
        pairs = zip(population, steps, strict=True)
        population = [old if old.fitness > new.fitness else new for old, new in pairs]
        logbook.record(gen=generation, nevals=climbers, **statistics.compile(population))
    return population, logbook
