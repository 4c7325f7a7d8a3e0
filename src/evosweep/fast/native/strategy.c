/* Steps of CMA-ES's update, operation by operation as DEAP does them with NumPy.

   Products of matrices stay with NumPy, whose library adds in an order of its own. What is not
   finite is left to NumPy, which warns of it. */

#include "core.h"

/* Where the results go: an array of the program's class, as long as the others. */
static Outcome out_open(Numbers *out, PyObject *array, PyObject *like, Py_ssize_t count)
{
    *out = (Numbers){0};
    if (Py_TYPE(array) != Py_TYPE(like))
        return UNUSUAL;
    Outcome outcome = numbers_open(out, array, PyBUF_WRITABLE);
    return outcome == DONE && out->count != count ? UNUSUAL : outcome;
}

PyObject *core_blend(PyObject *module, PyObject *args)
{
    PyObject *target, *arrays;
    double one, two;
    Numbers out = {0}, read[2];
    (void)module;
    if (!PyArg_ParseTuple(args, "OO!dd", &target, &PyTuple_Type, &arrays, &one, &two))
        return NULL;
    Outcome outcome = all_open(read, arrays, 2);
    if (outcome == DONE)
        outcome = read[0].count == read[1].count ? DONE : UNUSUAL;
    if (outcome == DONE)
        outcome = out_open(&out, target, PyTuple_GetItem(arrays, 0), read[0].count);
    for (Py_ssize_t i = 0; outcome == DONE && i < out.count; i++)
        out.values[i] = one * read[0].values[i] + two * read[1].values[i];
    if (outcome == DONE && !numbers_within(&out, DBL_MAX))
        outcome = UNUSUAL;
    numbers_close(&out);
    all_close(read, 2);
    return answer(outcome, PyBool_FromLong(1));
}

/* The covariance, the path of its rank-one part, and the product of its rank-mu part. */
static void add_ranks(Numbers *out, const Numbers *read, const double *rates)
{
    Py_ssize_t size = read[1].count;
    const double *path = read[1].values;
    for (Py_ssize_t i = 0; i < size; i++)
        for (Py_ssize_t j = 0; j < size; j++) {
            Py_ssize_t at = i * size + j;
            double one = rates[0] * read[0].values[at] + rates[1] * (path[i] * path[j]);
            out->values[at] = one + rates[2] * read[2].values[at] / rates[3];
        }
}

PyObject *core_add_ranks(PyObject *module, PyObject *args)
{
    PyObject *target, *arrays;
    double rates[4];
    Numbers out = {0}, read[3];
    (void)module;
    if (!PyArg_ParseTuple(args, "OO!(dddd)", &target, &PyTuple_Type, &arrays, rates, rates + 1,
                          rates + 2, rates + 3))
        return NULL;
    Outcome outcome = all_open(read, arrays, 3);
    Py_ssize_t size = outcome == DONE ? read[1].count : 0;
    if (outcome == DONE && (!size || read[0].count / size != size || read[0].count % size ||
                            read[2].count != read[0].count))
        outcome = UNUSUAL;
    if (outcome == DONE)
        outcome = out_open(&out, target, PyTuple_GetItem(arrays, 0), read[0].count);
    if (outcome == DONE) {
        add_ranks(&out, read, rates);
        outcome = numbers_within(&out, DBL_MAX) ? DONE : UNUSUAL;
    }
    numbers_close(&out);
    all_close(read, 3);
    return answer(outcome, PyBool_FromLong(1));
}
