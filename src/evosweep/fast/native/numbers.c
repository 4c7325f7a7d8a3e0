/* Arrays of floats that are read and written in their own memory. */

#include "core.h"

#include <math.h>
#include <string.h>

/* UNUSUAL if it is no array of doubles, one after the other, at an even address. */
Outcome numbers_open(Numbers *numbers, PyObject *array, int flags)
{
    *numbers = (Numbers){0};
    if (PyObject_GetBuffer(array, &numbers->buffer, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | flags)) {
        numbers->buffer.obj = NULL;
        int foreign = PyErr_ExceptionMatches(PyExc_BufferError) ||
                      PyErr_ExceptionMatches(PyExc_ValueError) ||
                      PyErr_ExceptionMatches(PyExc_TypeError);
        if (foreign)
            PyErr_Clear();
        return foreign ? UNUSUAL : FAILED;
    }
    const Py_buffer *buffer = &numbers->buffer;
    numbers->values = buffer->buf;
    numbers->count = buffer->len / (Py_ssize_t)sizeof(double);
    int doubles = buffer->format && !strcmp(buffer->format, "d");
    return doubles && (uintptr_t)buffer->buf % sizeof(double) == 0 ? DONE : UNUSUAL;
}

void numbers_close(Numbers *numbers)
{
    PyBuffer_Release(&numbers->buffer);
}

/* Several arrays of a tuple; those beyond `count` are none. All must be closed in any case. */
Outcome all_open(Numbers *numbers, PyObject *arrays, Py_ssize_t count)
{
    Outcome outcome = PyTuple_Check(arrays) && PyTuple_Size(arrays) == count ? DONE : UNUSUAL;
    memset(numbers, 0, (size_t)count * sizeof *numbers);
    for (Py_ssize_t i = 0; outcome == DONE && i < count; i++)
        outcome = numbers_open(numbers + i, PyTuple_GetItem(arrays, i), 0);
    return outcome;
}

void all_close(Numbers *numbers, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++)
        numbers_close(numbers + i);
}

int numbers_within(const Numbers *numbers, double most)
{
    for (Py_ssize_t i = 0; i < numbers->count; i++)
        if (!(fabs(numbers->values[i]) <= most))
            return 0;
    return 1;
}
