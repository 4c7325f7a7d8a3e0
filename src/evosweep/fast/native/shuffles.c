/* Shuffles with NumPy's generators, as numpy.random.shuffle draws them. */

#include "core.h"

/* As many bits as `most` has, until they make a number up to it. */
static uint32_t draw_up_to(Generator *generator, uint32_t most)
{
    uint32_t mask = most, drawn;
    for (int shift = 1; shift < 32; shift *= 2)
        mask |= mask >> shift;
    do
        drawn = generator->next_uint32(generator->state) & mask;
    while (drawn > most);
    return drawn;
}

void shuffle(Generator *generator, Py_ssize_t *items, Py_ssize_t count)
{
    for (Py_ssize_t i = count - 1; i > 0; i--) {
        Py_ssize_t drawn = draw_up_to(generator, (uint32_t)i), item = items[drawn];
        items[drawn] = items[i];
        items[i] = item;
    }
}

PyObject *core_shuffled(PyObject *module, PyObject *args)
{
    PyObject *capsule, *numbers = NULL;
    Py_ssize_t count;
    (void)module;
    if (!PyArg_ParseTuple(args, "On", &capsule, &count))
        return NULL;
    Generator *generator = PyCapsule_GetPointer(capsule, GENERATOR);
    if (!generator || count < 0 || count > INT32_MAX)
        return answer(generator ? UNUSUAL : FAILED, NULL);
    Py_ssize_t *items = PyMem_Calloc((size_t)count, sizeof *items);
    if (!items)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count; i++)
        items[i] = i;
    shuffle(generator, items, count);
    numbers = PyList_New(count);
    for (Py_ssize_t i = 0; numbers && i < count; i++) {
        PyObject *number = PyLong_FromSsize_t(items[i]);
        if (!number || PyList_SetItem(numbers, i, number) < 0)
            Py_CLEAR(numbers);
    }
    PyMem_Free(items);
    return numbers;
}
