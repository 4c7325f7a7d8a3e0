/* The Mersenne Twister MT19937 of Python's module `random`, on a copy of its state.

   Matsumoto and Nishimura: Mersenne Twister, ACM Transactions on Modeling and Computer Simulation
   8(1), 1998. */

#include "core.h"

#define SIZE 624
#define MIDDLE 397

Outcome draws_read(Draws *draws, PyObject *state)
{
    if (!PyTuple_CheckExact(state) || PyTuple_Size(state) != SIZE + 1)
        return UNUSUAL;
    for (Py_ssize_t i = 0; i <= SIZE; i++) {
        unsigned long word = PyLong_AsUnsignedLong(PyTuple_GetItem(state, i));
        if (PyErr_Occurred())
            return FAILED;
        if (i < SIZE)
            draws->words[i] = (uint32_t)word;
        else if (word > SIZE)
            return UNUSUAL;
        else
            draws->next = (uint32_t)word;
    }
    return DONE;
}

PyObject *draws_state(const Draws *draws)
{
    PyObject *state = PyTuple_New(SIZE + 1);
    for (Py_ssize_t i = 0; state && i <= SIZE; i++) {
        PyObject *word = PyLong_FromUnsignedLong(i < SIZE ? draws->words[i] : draws->next);
        if (!word || PyTuple_SetItem(state, i, word) < 0)
            Py_CLEAR(state);
    }
    return state;
}

static uint32_t twisted(uint32_t upper, uint32_t lower, uint32_t middle)
{
    uint32_t joined = (upper & 0x80000000u) | (lower & 0x7fffffffu);
    return middle ^ (joined >> 1) ^ (-(joined & 1) & 0x9908b0dfu);
}

static void twist(uint32_t *words)
{
    int i = 0;
    for (; i < SIZE - MIDDLE; i++)
        words[i] = twisted(words[i], words[i + 1], words[i + MIDDLE]);
    for (; i < SIZE - 1; i++)
        words[i] = twisted(words[i], words[i + 1], words[i + MIDDLE - SIZE]);
    words[i] = twisted(words[i], words[0], words[MIDDLE - 1]);
}

static uint32_t draw_word(Draws *draws)
{
    if (draws->next >= SIZE) {
        twist(draws->words);
        draws->next = 0;
    }
    uint32_t word = draws->words[draws->next++];
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680u;
    word ^= (word << 15) & 0xefc60000u;
    return word ^ (word >> 18);
}

double draw(Draws *draws)
{
    uint32_t high = draw_word(draws) >> 5, low = draw_word(draws) >> 6;
    return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
}

/* As many bits as `limit` has (at most 32), until they make a number below it. */
Py_ssize_t draw_below(Draws *draws, Py_ssize_t limit)
{
    int width = 0;
    Py_ssize_t drawn;
    while (width < 32 && limit >> width)
        width++;
    do
        drawn = (Py_ssize_t)(draw_word(draws) >> (32 - width));
    while (drawn >= limit);
    return drawn;
}

PyObject *core_floats(PyObject *module, PyObject *args)
{
    Draws draws;
    PyObject *state, *floats;
    Py_ssize_t count;
    (void)module;
    if (!PyArg_ParseTuple(args, "On", &state, &count))
        return NULL;
    Outcome outcome = draws_read(&draws, state);
    if (outcome != DONE)
        return answer(outcome, NULL);
    floats = PyList_New(0);
    for (Py_ssize_t i = 0; floats && i < count; i++) {
        PyObject *drawn = PyFloat_FromDouble(draw(&draws));
        if (!drawn || PyList_Append(floats, drawn) < 0)
            Py_CLEAR(floats);
        Py_XDECREF(drawn);
    }
    return floats ? Py_BuildValue("NN", floats, draws_state(&draws)) : NULL;
}
