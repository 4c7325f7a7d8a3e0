/* NSGA-II's crowding distances, with the sums and the order of DEAP's assignCrowdingDist. */

#include "core.h"

#include <math.h>

#define LARGEST 1e100 /* beyond it, differences may overflow */

typedef struct {
    const Weighted *weighted;
    double *values;    /* of the objective at hand */
    double *distances; /* of each individual */
    Keyed *items, *space;
} Crowd;

static Outcome crowd_open(Crowd *crowd, const Weighted *weighted)
{
    size_t n = (size_t)weighted->rows;
    *crowd = (Crowd){
        .weighted = weighted,
        .values = PyMem_Calloc(2 * n, sizeof(double)),
        .items = PyMem_Calloc(2 * n, sizeof(Keyed)),
    };
    if (!crowd->values || !crowd->items) {
        PyErr_NoMemory();
        return FAILED;
    }
    crowd->distances = crowd->values + n;
    crowd->space = crowd->items + n;
    for (size_t i = 0; i < n; i++)
        crowd->items[i].place = (Py_ssize_t)i;
    return DONE;
}

static void crowd_close(Crowd *crowd)
{
    PyMem_Free(crowd->values);
    PyMem_Free(crowd->items);
}

/* The order goes on from the objective before, as that of DEAP's list does. */
static void order(Crowd *crowd, Py_ssize_t objective, double weight)
{
    const Weighted *weighted = crowd->weighted;
    for (Py_ssize_t i = 0; i < weighted->rows; i++) {
        Py_ssize_t place = crowd->items[i].place;
        double value = weighted->values[place * weighted->columns + objective] / weight;
        crowd->items[i].key = crowd->values[place] = value;
    }
    sort_keyed(crowd->items, crowd->space, weighted->rows);
}

static void add(Crowd *crowd)
{
    const Keyed *items = crowd->items;
    Py_ssize_t last = crowd->weighted->rows - 1;
    crowd->distances[items[0].place] = crowd->distances[items[last].place] = HUGE_VAL;
    if (items[last].key == items[0].key)
        return;
    double norm = (double)crowd->weighted->columns * (items[last].key - items[0].key);
    for (Py_ssize_t i = 1; i < last; i++)
        crowd->distances[items[i].place] += (items[i + 1].key - items[i - 1].key) / norm;
}

static Outcome measure(Crowd *crowd, PyObject *weights)
{
    for (Py_ssize_t i = 0; i < crowd->weighted->columns; i++) {
        double weight = PyFloat_AsDouble(PyTuple_GetItem(weights, i));
        if (weight == -1.0 && PyErr_Occurred())
            return FAILED;
        order(crowd, i, weight);
        add(crowd);
    }
    return DONE;
}

static Outcome assign(const Crowd *crowd)
{
    Outcome outcome = DONE;
    PyObject *name = PyUnicode_InternFromString("crowding_dist");
    for (Py_ssize_t i = 0; outcome == DONE && i < crowd->weighted->rows; i++) {
        PyObject *distance = PyFloat_FromDouble(crowd->distances[i]);
        PyObject *fitness = PyTuple_GetItem(crowd->weighted->fitnesses, i);
        if (!name || !distance || PyObject_SetAttr(fitness, name, distance) < 0)
            outcome = FAILED;
        Py_XDECREF(distance);
    }
    Py_XDECREF(name);
    return outcome;
}

PyObject *core_assign_crowding(PyObject *module, PyObject *args)
{
    PyObject *individuals, *fitness_class, *weights;
    Weighted weighted;
    Crowd crowd;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOO!", &individuals, &fitness_class, &PyTuple_Type, &weights))
        return NULL;
    Outcome outcome = weighted_read(&weighted, individuals, fitness_class, NULL);
    if (outcome != DONE)
        return answer(outcome, NULL);
    if (PyTuple_Size(weights) != weighted.columns || !weighted_within(&weighted, LARGEST)) {
        weighted_free(&weighted);
        return answer(UNUSUAL, NULL);
    }
    outcome = crowd_open(&crowd, &weighted);
    if (outcome == DONE)
        outcome = measure(&crowd, weights);
    if (outcome == DONE)
        outcome = assign(&crowd);
    crowd_close(&crowd);
    weighted_free(&weighted);
    return answer(outcome, PyBool_FromLong(1));
}
