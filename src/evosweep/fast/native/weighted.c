/* The weighted values of individuals whose fitnesses are all of one class. */

#include "core.h"

#include <math.h>

/* A new reference; UNUSUAL if there is no such attribute. */
Outcome attribute(PyObject *owner, PyObject *name, PyObject **value)
{
    *value = PyObject_GetAttr(owner, name);
    if (*value)
        return DONE;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return FAILED;
    PyErr_Clear();
    return UNUSUAL;
}

/* Python's floats, or NumPy's where asked for: other numbers compare and divide in ways of their
   own. */
static Outcome read_row(Weighted *weighted, PyObject *values, Py_ssize_t row)
{
    if (!PyTuple_CheckExact(values) || PyTuple_Size(values) != weighted->columns)
        return UNUSUAL;
    for (Py_ssize_t column = 0; column < weighted->columns; column++) {
        PyObject *value = PyTuple_GetItem(values, column);
        if (!PyFloat_CheckExact(value) && (PyObject *)Py_TYPE(value) != weighted->scalar)
            return UNUSUAL;
        weighted->values[row * weighted->columns + column] = PyFloat_AsDouble(value);
    }
    return DONE;
}

/* The first row tells how many values each has. */
static Outcome allocate(Weighted *weighted, PyObject *values)
{
    if (!PyTuple_CheckExact(values) || PyTuple_Size(values) < 1)
        return UNUSUAL;
    weighted->columns = PyTuple_Size(values);
    weighted->values = PyMem_Calloc((size_t)weighted->rows * (size_t)weighted->columns,
                                    sizeof(double));
    if (weighted->values)
        return DONE;
    PyErr_NoMemory();
    return FAILED;
}

static Outcome read_one(Weighted *weighted, Py_ssize_t row, PyObject *fitness_class)
{
    PyObject *fitness, *values, *individual = PyTuple_GetItem(weighted->individuals, row);
    Outcome outcome = attribute(individual, weighted->names[0], &fitness);
    if (outcome != DONE)
        return outcome;
    if ((PyObject *)Py_TYPE(fitness) != fitness_class) {
        Py_DECREF(fitness);
        return UNUSUAL;
    }
    outcome = attribute(fitness, weighted->names[1], &values);
    if (PyTuple_SetItem(weighted->fitnesses, row, fitness) < 0)
        outcome = FAILED;
    if (outcome == DONE) {
        if (row == 0)
            outcome = allocate(weighted, values);
        if (outcome == DONE)
            outcome = read_row(weighted, values, row);
    }
    Py_XDECREF(values);
    return outcome;
}

/* `scalar` is NumPy's float64, which derives from Python's float, or NULL. */
Outcome weighted_read(Weighted *weighted, PyObject *individuals, PyObject *fitness_class,
                      PyObject *scalar)
{
    *weighted = (Weighted){
        .individuals = PySequence_Tuple(individuals),
        .scalar = scalar,
        .names = {PyUnicode_InternFromString("fitness"), PyUnicode_InternFromString("wvalues")},
    };
    Outcome outcome = DONE;
    if (weighted->individuals) {
        weighted->rows = PyTuple_Size(weighted->individuals);
        weighted->fitnesses = PyTuple_New(weighted->rows);
    }
    if (!weighted->fitnesses || !weighted->names[0] || !weighted->names[1])
        outcome = FAILED;
    else if (!weighted->rows)
        outcome = UNUSUAL;
    for (Py_ssize_t row = 0; outcome == DONE && row < weighted->rows; row++)
        outcome = read_one(weighted, row, fitness_class);
    if (outcome != DONE)
        weighted_free(weighted);
    return outcome;
}

/* The arguments of a sort: individuals, how many of them are wanted, and their fitness's class. */
Outcome weighted_to_sort(Weighted *weighted, PyObject *args, Py_ssize_t *wanted,
                         int (*is_usual)(const Weighted *))
{
    PyObject *individuals, *fitness_class;
    if (!PyArg_ParseTuple(args, "OnO", &individuals, wanted, &fitness_class))
        return FAILED;
    Outcome outcome = weighted_read(weighted, individuals, fitness_class, NULL);
    if (outcome != DONE || is_usual(weighted))
        return outcome;
    weighted_free(weighted);
    return UNUSUAL;
}

/* Whether all values are numbers up to `most`. */
int weighted_within(const Weighted *weighted, double most)
{
    for (Py_ssize_t i = 0; i < weighted->rows * weighted->columns; i++)
        if (!(fabs(weighted->values[i]) <= most))
            return 0;
    return 1;
}

void weighted_free(Weighted *weighted)
{
    Py_CLEAR(weighted->individuals);
    Py_CLEAR(weighted->fitnesses);
    Py_CLEAR(weighted->names[0]);
    Py_CLEAR(weighted->names[1]);
    PyMem_Free(weighted->values);
    weighted->values = NULL;
}
