/* The bytes of genomes that are lists of numbers, and of fitness values: those of `marshal`,
   version 2, which docs/digest.md describes. */

#include "core.h"

#include <string.h>

#define LIST 5  /* bytes of a list's head, */
#define INT 5   /* of a number of 32 bits, */
#define FLOAT 9 /* and of a float */

static char *put_word(char *at, char code, uint32_t word)
{
    *at++ = code;
    for (int shift = 0; shift < 32; shift += 8)
        *at++ = (char)(word >> shift);
    return at;
}

static char *put_double(char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    *at++ = 'g';
    for (int shift = 0; shift < 64; shift += 8)
        *at++ = (char)(bits >> shift);
    return at;
}

/* A bool, a float, or an int of 32 bits, each exactly of its class; NULL for everything else. */
static char *put_number(char *at, PyObject *number)
{
    if (PyLong_CheckExact(number)) {
        int overflow;
        long value = PyLong_AsLongAndOverflow(number, &overflow);
        if (overflow || value < INT32_MIN || value > INT32_MAX)
            return NULL;
        return put_word(at, 'i', (uint32_t)value);
    }
    if (PyFloat_CheckExact(number))
        return put_double(at, PyFloat_AsDouble(number));
    if (number != Py_True && number != Py_False)
        return NULL;
    *at++ = number == Py_True ? 'T' : 'F';
    return at;
}

static char *put_list(char *at, PyObject *list)
{
    Py_ssize_t count = PyList_Size(list);
    at = put_word(at, '[', (uint32_t)count);
    for (Py_ssize_t i = 0; at && i < count; i++)
        at = put_number(at, PyList_GetItem(list, i));
    return at;
}

/* The most bytes that lists of numbers can take; -1 if an item is no list. */
static Py_ssize_t most_bytes(PyObject *lists)
{
    Py_ssize_t most = LIST;
    for (Py_ssize_t i = 0; i < PyList_Size(lists); i++) {
        PyObject *list = PyList_GetItem(lists, i);
        if (!PyList_CheckExact(list) || PyList_Size(list) > INT32_MAX / FLOAT)
            return -1;
        most += LIST + FLOAT * PyList_Size(list);
    }
    return most;
}

PyObject *core_encode_lists(PyObject *module, PyObject *args)
{
    PyObject *lists, *encoding = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &lists))
        return NULL;
    Py_ssize_t most = most_bytes(lists);
    if (most < 0 || PyList_Size(lists) > INT32_MAX)
        return answer(UNUSUAL, NULL);
    char *bytes = PyMem_Malloc((size_t)most);
    if (!bytes)
        return PyErr_NoMemory();
    char *at = put_word(bytes, '[', (uint32_t)PyList_Size(lists));
    for (Py_ssize_t i = 0; at && i < PyList_Size(lists); i++)
        at = put_list(at, PyList_GetItem(lists, i));
    int usual = at != NULL;
    if (usual)
        encoding = PyBytes_FromStringAndSize(bytes, at - bytes);
    PyMem_Free(bytes);
    return usual ? encoding : answer(UNUSUAL, NULL);
}

/* Whether all fitnesses have these weights, which are floats other than zero. */
static Outcome read_weights(const Weighted *weighted, PyObject *weights, double *divisors)
{
    PyObject *name = PyUnicode_InternFromString("weights");
    Outcome outcome = name ? DONE : FAILED;
    for (Py_ssize_t row = 0; outcome == DONE && row < weighted->rows; row++) {
        PyObject *theirs;
        outcome = attribute(PyTuple_GetItem(weighted->fitnesses, row), name, &theirs);
        if (outcome == DONE && theirs != weights)
            outcome = UNUSUAL;
        Py_XDECREF(theirs);
    }
    Py_XDECREF(name);
    if (outcome == DONE && PyTuple_Size(weights) < weighted->columns)
        outcome = UNUSUAL;
    for (Py_ssize_t i = 0; outcome == DONE && i < weighted->columns; i++) {
        PyObject *weight = PyTuple_GetItem(weights, i);
        divisors[i] = PyFloat_CheckExact(weight) ? PyFloat_AsDouble(weight) : 0.0;
        if (divisors[i] == 0.0)
            outcome = UNUSUAL;
    }
    return outcome;
}

/* The values as `Fitness.values` gives them: each weighted value divided by its weight. */
static PyObject *values_encoded(const Weighted *weighted, const double *divisors)
{
    Py_ssize_t columns = weighted->columns;
    PyObject *encoding = PyBytes_FromStringAndSize(
        NULL, LIST + weighted->rows * (LIST + FLOAT * columns));
    if (!encoding)
        return NULL;
    char *at = put_word(PyBytes_AsString(encoding), '[', (uint32_t)weighted->rows);
    for (Py_ssize_t row = 0; row < weighted->rows; row++) {
        at = put_word(at, '[', (uint32_t)columns);
        for (Py_ssize_t i = 0; i < columns; i++)
            at = put_double(at, weighted->values[row * columns + i] / divisors[i]);
    }
    return encoding;
}

PyObject *core_encode_values(PyObject *module, PyObject *args)
{
    PyObject *individuals, *fitness_class, *scalar, *weights, *encoding = NULL;
    double *divisors = NULL;
    Weighted weighted;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOO!", &individuals, &fitness_class, &scalar, &PyTuple_Type,
                          &weights))
        return NULL;
    Outcome outcome = weighted_read(&weighted, individuals, fitness_class, scalar);
    if (outcome != DONE)
        return answer(outcome, NULL);
    if (weighted.rows > INT32_MAX)
        outcome = UNUSUAL;
    else if (!(divisors = PyMem_Calloc((size_t)weighted.columns, sizeof(double)))) {
        PyErr_NoMemory();
        outcome = FAILED;
    } else
        outcome = read_weights(&weighted, weights, divisors);
    if (outcome == DONE && !(encoding = values_encoded(&weighted, divisors)))
        outcome = FAILED;
    PyMem_Free(divisors);
    weighted_free(&weighted);
    return answer(outcome, encoding);
}
