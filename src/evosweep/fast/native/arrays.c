/* Python's floats to arrays: genes, fitness values, powers. */

#include "core.h"

#include <math.h>

/* A row of genes; UNUSUAL if one is of another class. */
static Outcome read_genes(double *genes, PyObject *individual, Py_ssize_t size, PyObject *kind)
{
    if (!PyList_Check(individual) || PyList_Size(individual) != size)
        return UNUSUAL;
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *gene = PyList_GetItem(individual, i);
        if ((PyObject *)Py_TYPE(gene) != kind)
            return UNUSUAL;
        genes[i] = PyFloat_AsDouble(gene);
    }
    return DONE;
}

static PyObject *genes_of(PyObject *individuals, PyObject *kind)
{
    Py_ssize_t count = PyTuple_Size(individuals), size;
    PyObject *first = count > 0 ? PyTuple_GetItem(individuals, 0) : NULL;
    if (!first || !PyList_Check(first) || !(size = PyList_Size(first)))
        return answer(UNUSUAL, NULL);
    if (size > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(double) / count)
        return PyErr_NoMemory();
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * size * (Py_ssize_t)sizeof(double));
    double *genes = bytes ? (double *)(void *)PyBytes_AsString(bytes) : NULL;
    Outcome outcome = genes ? DONE : FAILED;
    for (Py_ssize_t i = 0; outcome == DONE && i < count; i++)
        outcome = read_genes(genes + i * size, PyTuple_GetItem(individuals, i), size, kind);
    return answer(outcome, bytes);
}

PyObject *core_genes(PyObject *module, PyObject *args)
{
    PyObject *individuals, *kind, *bytes = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO!", &individuals, &PyType_Type, &kind))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)kind, &PyFloat_Type))
        return answer(UNUSUAL, NULL);
    PyObject *tuple = PySequence_Tuple(individuals);
    if (tuple)
        bytes = genes_of(tuple, kind);
    Py_XDECREF(tuple);
    return bytes;
}

PyObject *core_weighted(PyObject *module, PyObject *args)
{
    PyObject *individuals, *fitness_class, *scalar, *result = NULL;
    double most;
    Weighted weighted;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOd", &individuals, &fitness_class, &scalar, &most))
        return NULL;
    if (!PyType_Check(scalar) || !PyType_IsSubtype((PyTypeObject *)scalar, &PyFloat_Type))
        return answer(UNUSUAL, NULL);
    Outcome outcome = weighted_read(&weighted, individuals, fitness_class, scalar);
    if (outcome != DONE)
        return answer(outcome, NULL);
    Py_ssize_t size = weighted.rows * weighted.columns * (Py_ssize_t)sizeof(double);
    if (weighted_within(&weighted, most))
        result = Py_BuildValue("ny#", weighted.columns, (const char *)weighted.values, size);
    else
        result = answer(UNUSUAL, NULL);
    weighted_free(&weighted);
    return result;
}

/* Room for as many floats, to be filled. */
static PyObject *bytes_for(Py_ssize_t count, double **values)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(double));
    *values = bytes ? (double *)(void *)PyBytes_AsString(bytes) : NULL;
    return bytes;
}

PyObject *core_powers(PyObject *module, PyObject *args)
{
    PyObject *array, *bytes = NULL;
    Numbers bases;
    double exponent, *powers;
    (void)module;
    if (!PyArg_ParseTuple(args, "Od", &array, &exponent))
        return NULL;
    Outcome outcome = numbers_open(&bases, array, 0);
    if (outcome == DONE && !(bytes = bytes_for(bases.count, &powers)))
        outcome = FAILED;
    for (Py_ssize_t i = 0; outcome == DONE && i < bases.count; i++) {
        powers[i] = pow(bases.values[i], exponent);
        if (!isfinite(powers[i]))
            outcome = UNUSUAL; /* Python raises an exception */
    }
    numbers_close(&bases);
    return answer(outcome, bytes);
}

PyObject *core_row_sums(PyObject *module, PyObject *args)
{
    PyObject *array, *bytes = NULL;
    Numbers terms;
    Py_ssize_t columns;
    double *sums;
    (void)module;
    if (!PyArg_ParseTuple(args, "On", &array, &columns))
        return NULL;
    Outcome outcome = numbers_open(&terms, array, 0);
    if (outcome == DONE && (columns < 1 || terms.count % columns))
        outcome = UNUSUAL;
    if (outcome == DONE && !(bytes = bytes_for(terms.count / columns, &sums)))
        outcome = FAILED;
    for (Py_ssize_t row = 0; outcome == DONE && row < terms.count / columns; row++) {
        sums[row] = 0.0;
        for (Py_ssize_t i = 0; i < columns; i++)
            sums[row] += terms.values[row * columns + i];
        if (!isfinite(sums[row]))
            outcome = UNUSUAL; /* NumPy warns */
    }
    numbers_close(&terms);
    return answer(outcome, bytes);
}
