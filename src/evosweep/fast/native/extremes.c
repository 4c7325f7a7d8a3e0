/* NSGA-III's extreme points. */

#include "core.h"

#include <math.h>

#define LARGEST 1e100 /* beyond it, products may overflow */

/* Of each objective, the row whose largest difference to the best point is least, where all other
   objectives weigh a million times as much: DEAP's find_extreme_points. */
static Py_ssize_t extreme(const double *values, Py_ssize_t rows, const double *best,
                          Py_ssize_t columns, Py_ssize_t objective)
{
    Py_ssize_t place = 0;
    double least = HUGE_VAL;
    for (Py_ssize_t i = 0; i < rows; i++) {
        double most = -HUGE_VAL;
        for (Py_ssize_t column = 0; column < columns; column++) {
            double above = (values[i * columns + column] - best[column]) *
                           (column == objective ? 1.0 : 1e6);
            most = above > most ? above : most;
        }
        if (most < least) {
            least = most;
            place = i;
        }
    }
    return place;
}

static PyObject *extremes(const Numbers *values, const Numbers *best)
{
    Py_ssize_t columns = best->count;
    PyObject *places = PyList_New(columns);
    for (Py_ssize_t i = 0; places && i < columns; i++) {
        PyObject *place = PyLong_FromSsize_t(
            extreme(values->values, values->count / columns, best->values, columns, i));
        if (!place || PyList_SetItem(places, i, place) < 0)
            Py_CLEAR(places);
    }
    return places;
}

PyObject *core_extreme_points(PyObject *module, PyObject *args)
{
    PyObject *places = NULL;
    Numbers read[2];
    (void)module;
    Outcome outcome = all_open(read, args, 2);
    if (outcome == DONE) {
        int fits = read[1].count && read[0].count && read[0].count % read[1].count == 0;
        int usual = numbers_within(read, LARGEST) && numbers_within(read + 1, LARGEST);
        outcome = fits && usual ? DONE : UNUSUAL;
    }
    if (outcome == DONE && !(places = extremes(read, read + 1)))
        outcome = FAILED;
    all_close(read, 2);
    return answer(outcome, places);
}
