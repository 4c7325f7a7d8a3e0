/* NSGA-III's choice from the last front, with the result and the draws of DEAP's niching.

   Deb and Jain: An evolutionary many-objective optimization algorithm using reference-point-based
   nondominated sorting approach, part I, IEEE Transactions on Evolutionary Computation 18(4), 2014.
   */

#include "core.h"

#include <string.h>

/* The rows after the first `taken`, which are chosen already: niche by niche, in order. */
typedef struct {
    const Niches *niches;
    Generator *generator;
    Py_ssize_t *chosen;         /* of each niche so far: their number */
    Py_ssize_t *start, *waiting; /* where the niche's rows stand in `rows`, and their number */
    Py_ssize_t *rows, *drawn, *emptiest;
} Filling;

static Outcome filling_open(Filling *filling, Py_ssize_t taken)
{
    const Niches *niches = filling->niches;
    size_t count = (size_t)niches->niches, rows = (size_t)(niches->rows - taken);
    filling->chosen = PyMem_Calloc(4 * count + 2 * rows, sizeof(Py_ssize_t));
    if (!filling->chosen) {
        PyErr_NoMemory();
        return FAILED;
    }
    filling->start = filling->chosen + count;
    filling->waiting = filling->start + count;
    filling->emptiest = filling->waiting + count;
    filling->rows = filling->emptiest + count;
    filling->drawn = filling->rows + rows;
    for (Py_ssize_t row = 0; row < niches->rows; row++)
        (row < taken ? filling->chosen : filling->waiting)[niches->niche[row]]++;
    for (size_t i = 1; i < count; i++)
        filling->start[i] = filling->start[i - 1] + filling->waiting[i - 1];
    for (Py_ssize_t row = taken; row < niches->rows; row++)
        filling->rows[filling->start[niches->niche[row]]++] = row;
    for (size_t i = 0; i < count; i++)
        filling->start[i] -= filling->waiting[i];
    return DONE;
}

/* Of the niches that have rows, those of which fewest are chosen; returns their number. */
static Py_ssize_t find_emptiest(Filling *filling)
{
    Py_ssize_t found = 0, fewest = PY_SSIZE_T_MAX;
    for (Py_ssize_t i = 0; i < filling->niches->niches; i++) {
        if (!filling->waiting[i] || filling->chosen[i] > fewest)
            continue;
        if (filling->chosen[i] < fewest)
            found = 0;
        fewest = filling->chosen[i];
        filling->emptiest[found++] = i;
    }
    return found;
}

/* The row nearest to the line if nobody of the niche is chosen yet, else any one. */
static Py_ssize_t draw_row(Filling *filling, Py_ssize_t niche)
{
    Py_ssize_t count = filling->waiting[niche], *drawn = filling->drawn;
    const double *distance = filling->niches->distance;
    memcpy(drawn, filling->rows + filling->start[niche], (size_t)count * sizeof *drawn);
    shuffle(filling->generator, drawn, count);
    Py_ssize_t row = drawn[0];
    for (Py_ssize_t i = 1; !filling->chosen[niche] && i < count; i++)
        if (distance[drawn[i]] < distance[row])
            row = drawn[i];
    return row;
}

static void take(Filling *filling, Py_ssize_t niche, Py_ssize_t row)
{
    Py_ssize_t *rows = filling->rows + filling->start[niche], at = 0;
    while (rows[at] != row)
        at++;
    filling->waiting[niche]--;
    memmove(rows + at, rows + at + 1, (size_t)(filling->waiting[niche] - at) * sizeof *rows);
    filling->chosen[niche]++;
}

/* The places of `k` rows of the last front; there are as many. */
static PyObject *fill(Filling *filling, Py_ssize_t taken, Py_ssize_t k)
{
    PyObject *places = PyList_New(k);
    for (Py_ssize_t done = 0; places && done < k;) {
        Py_ssize_t found = find_emptiest(filling);
        shuffle(filling->generator, filling->emptiest, found);
        for (Py_ssize_t i = 0; places && i < found && done < k; i++) {
            Py_ssize_t row = draw_row(filling, filling->emptiest[i]);
            take(filling, filling->emptiest[i], row);
            PyObject *place = PyLong_FromSsize_t(row - taken);
            if (!place || PyList_SetItem(places, done++, place) < 0)
                Py_CLEAR(places);
        }
    }
    return places;
}

static PyObject *choose(Niches *niches, Generator *generator, Py_ssize_t taken, Py_ssize_t k)
{
    PyObject *places = NULL;
    Filling filling = {.niches = niches, .generator = generator};
    Outcome outcome = niches_open(niches);
    if (outcome == DONE)
        outcome = associate(niches);
    if (outcome == DONE)
        outcome = filling_open(&filling, taken);
    if (outcome == DONE)
        places = fill(&filling, taken, k);
    PyMem_Free(filling.chosen);
    niches_close(niches);
    return answer(outcome == DONE && !places ? FAILED : outcome, places);
}

/* The arrays must have as many columns as the best point, and k rows after those taken. */
static Outcome niches_read(Niches *niches, const Numbers *arrays, Py_ssize_t taken, Py_ssize_t k)
{
    Py_ssize_t columns = arrays[2].count;
    if (columns < 1 || columns > MOST_COLUMNS || arrays[3].count != columns)
        return UNUSUAL;
    *niches = (Niches){.columns = columns,
                       .rows = arrays[0].count / columns,
                       .niches = arrays[1].count / columns,
                       .values = arrays[0].values,
                       .points = arrays[1].values,
                       .best = arrays[2].values,
                       .intercepts = arrays[3].values};
    int whole = arrays[0].count % columns == 0 && arrays[1].count % columns == 0;
    /* With 32 bits or more, a shuffle draws otherwise. */
    int many = niches->rows > INT32_MAX || niches->niches > INT32_MAX;
    if (!whole || many || niches->niches < 1 || taken < 0 || k < 0 || k > niches->rows - taken)
        return UNUSUAL;
    return DONE;
}

PyObject *core_fill_niches(PyObject *module, PyObject *args)
{
    PyObject *capsule, *tuple, *places;
    Numbers arrays[4];
    Py_ssize_t taken, k;
    Niches niches;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO!nn", &capsule, &PyTuple_Type, &tuple, &taken, &k))
        return NULL;
    Generator *generator = PyCapsule_GetPointer(capsule, GENERATOR);
    if (!generator)
        return NULL;
    Outcome outcome = all_open(arrays, tuple, 4);
    if (outcome == DONE)
        outcome = niches_read(&niches, arrays, taken, k);
    places = outcome == DONE ? choose(&niches, generator, taken, k) : answer(outcome, NULL);
    all_close(arrays, 4);
    return places;
}
