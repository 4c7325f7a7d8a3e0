/* NSGA-II's tournament of dominance, then crowding distance, then chance: selTournamentDCD. */

#include "core.h"

typedef struct {
    const Weighted *weighted;
    double *distances;
    Py_ssize_t *drawn, *pool; /* two samples of all individuals, one after the other */
} Tournament;

static Outcome read_distance(PyObject *fitness, PyObject *name, double *distance)
{
    PyObject *value;
    Outcome outcome = attribute(fitness, name, &value);
    if (outcome != DONE)
        return outcome;
    outcome = PyFloat_CheckExact(value) ? DONE : UNUSUAL;
    if (outcome == DONE)
        *distance = PyFloat_AsDouble(value);
    Py_DECREF(value);
    return outcome;
}

static Outcome read_distances(Tournament *tournament)
{
    const Weighted *weighted = tournament->weighted;
    PyObject *name = PyUnicode_InternFromString("crowding_dist");
    Outcome outcome = name ? DONE : FAILED;
    for (Py_ssize_t i = 0; outcome == DONE && i < weighted->rows; i++)
        outcome = read_distance(PyTuple_GetItem(weighted->fitnesses, i), name,
                                tournament->distances + i);
    Py_XDECREF(name);
    return outcome;
}

static Outcome tournament_open(Tournament *tournament, const Weighted *weighted)
{
    size_t n = (size_t)weighted->rows;
    *tournament = (Tournament){
        .weighted = weighted,
        .distances = PyMem_Calloc(n, sizeof(double)),
        .drawn = PyMem_Calloc(3 * n, sizeof(Py_ssize_t)),
    };
    if (!tournament->distances || !tournament->drawn) {
        PyErr_NoMemory();
        return FAILED;
    }
    tournament->pool = tournament->drawn + 2 * n;
    return read_distances(tournament);
}

static void tournament_close(Tournament *tournament)
{
    PyMem_Free(tournament->distances);
    PyMem_Free(tournament->drawn);
}

/* random.sample of all: the last number of the pool replaces the drawn one. */
static void sample(Tournament *tournament, Py_ssize_t *drawn, Draws *draws)
{
    Py_ssize_t n = tournament->weighted->rows, *pool = tournament->pool;
    for (Py_ssize_t i = 0; i < n; i++)
        pool[i] = i;
    for (Py_ssize_t left = n; left > 0; left--) {
        Py_ssize_t index = draw_below(draws, left);
        drawn[n - left] = pool[index];
        pool[index] = pool[left - 1];
    }
}

static Py_ssize_t better(const Tournament *tournament, const Py_ssize_t *pair, Draws *draws)
{
    Py_ssize_t columns = tournament->weighted->columns;
    const double *mine = tournament->weighted->values + pair[0] * columns;
    const double *theirs = tournament->weighted->values + pair[1] * columns;
    int up = 0, down = 0;
    for (Py_ssize_t i = 0; i < columns; i++) {
        up |= mine[i] > theirs[i];
        down |= mine[i] < theirs[i];
    }
    if (up != down)
        return pair[down];
    double one = tournament->distances[pair[0]], two = tournament->distances[pair[1]];
    if (one < two)
        return pair[1];
    return one > two || draw(draws) <= 0.5 ? pair[0] : pair[1];
}

static Outcome choose(Tournament *tournament, Py_ssize_t k, Draws *draws, PyObject *chosen)
{
    Py_ssize_t n = tournament->weighted->rows;
    sample(tournament, tournament->drawn, draws);
    sample(tournament, tournament->drawn + n, draws);
    for (Py_ssize_t i = 0; i < k; i++) { /* of four places: two of the first sample, two of the other */
        Py_ssize_t at = i / 4 * 4 + i % 2 * 2 + (i % 4 >= 2 ? n : 0);
        Py_ssize_t winner = better(tournament, tournament->drawn + at, draws);
        if (PyList_Append(chosen, PyTuple_GetItem(tournament->weighted->individuals, winner)) < 0)
            return FAILED;
    }
    return DONE;
}

PyObject *core_tournament(PyObject *module, PyObject *args)
{
    PyObject *state, *individuals, *fitness_class, *chosen = NULL;
    Py_ssize_t k;
    Draws draws;
    Weighted weighted;
    Tournament tournament = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "OOnO", &state, &individuals, &k, &fitness_class))
        return NULL;
    Outcome outcome = draws_read(&draws, state);
    if (outcome == DONE)
        outcome = weighted_read(&weighted, individuals, fitness_class, NULL);
    if (outcome != DONE)
        return answer(outcome, NULL);
    /* Beyond 32 bits, Python draws otherwise. */
    outcome = weighted.rows > INT32_MAX ? UNUSUAL : tournament_open(&tournament, &weighted);
    if (outcome == DONE) {
        chosen = PyList_New(0);
        outcome = chosen ? choose(&tournament, k, &draws, chosen) : FAILED;
    }
    tournament_close(&tournament);
    weighted_free(&weighted);
    if (outcome != DONE)
        return answer(outcome, chosen);
    return Py_BuildValue("NN", chosen, draws_state(&draws));
}
