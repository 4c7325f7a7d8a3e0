/* What the files of the compiled core share.

   A function of the core that meets anything unusual returns None before it has changed anything:
   the interpreted part, which knows every case, then does the work. */

#ifndef NATIVE_CORE_H
#define NATIVE_CORE_H

#define Py_LIMITED_API 0x030B0000 /* one build for Python 3.11 and newer */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <float.h>
#include <stdint.h>

#if FLT_EVAL_METHOD != 0
#error "Sums must round like Python's: every operation to a double."
#endif

/* The answer of a step: done, or unusual (leave it to Python), or an exception is set. */
typedef enum { FAILED = -1, UNUSUAL = 0, DONE = 1 } Outcome;

PyObject *answer(Outcome outcome, PyObject *result); /* takes over the reference `result` */

/* draws.c: the generator of Python's module `random`. */
typedef struct {
    uint32_t words[624];
    uint32_t next;
} Draws;

Outcome draws_read(Draws *draws, PyObject *state); /* a tuple of 625 words */
PyObject *draws_state(const Draws *draws);
double draw(Draws *draws);                                /* random.random() */
Py_ssize_t draw_below(Draws *draws, Py_ssize_t limit); /* random.randrange(limit) */

/* shuffles.c: NumPy's generators, as their capsules hold them (numpy/random/bitgen.h). */
typedef struct {
    void *state;
    uint64_t (*next_uint64)(void *state);
    uint32_t (*next_uint32)(void *state);
    double (*next_double)(void *state);
    uint64_t (*next_raw)(void *state);
} Generator;

#define GENERATOR "BitGenerator" /* the capsule's name */

void shuffle(Generator *generator, Py_ssize_t *items, Py_ssize_t count); /* fewer than 2^32 */

/* numbers.c: arrays of floats, such as NumPy's. */
typedef struct {
    Py_buffer buffer;
    double *values;
    Py_ssize_t count;
} Numbers;

Outcome numbers_open(Numbers *numbers, PyObject *array, int flags); /* close it in any case */
void numbers_close(Numbers *numbers);
Outcome all_open(Numbers *numbers, PyObject *arrays, Py_ssize_t count);
void all_close(Numbers *numbers, Py_ssize_t count);
int numbers_within(const Numbers *numbers, double most);

/* order.c: a sort as stable as Python's. */
typedef struct {
    double key;
    Py_ssize_t place;
} Keyed;

void sort_keyed(Keyed *items, Keyed *space, Py_ssize_t count);

/* weighted.c: the fitnesses of individuals. */
typedef struct {
    PyObject *individuals; /* a tuple of them */
    PyObject *fitnesses;   /* a tuple of theirs */
    PyObject *names[2];    /* of the attributes fitness and wvalues */
    PyObject *scalar;      /* a class of values beside Python's floats, or NULL */
    Py_ssize_t rows, columns;
    double *values; /* rows of weighted values */
} Weighted;

Outcome attribute(PyObject *owner, PyObject *name, PyObject **value);
Outcome weighted_read(Weighted *weighted, PyObject *individuals, PyObject *fitness_class,
                      PyObject *scalar);
Outcome weighted_to_sort(Weighted *weighted, PyObject *args, Py_ssize_t *wanted,
                         int (*is_usual)(const Weighted *));
int weighted_within(const Weighted *weighted, double most);
void weighted_free(Weighted *weighted);

/* birth.c: individuals that are lists with a fitness, and children like them. */
typedef struct {
    PyObject *fitness_name, *values_name;
    PyObject *individual_class, *fitness_class;
    PyObject *make_individual, *make_fitness; /* their __new__ */
} Litter;

Outcome litter_open(Litter *litter, PyObject *parents); /* a tuple */
PyObject *litter_child(const Litter *litter, PyObject *parent, int new);
PyObject *litter_born(const Litter *litter, PyObject *genomes, PyObject *parents, const char *new);
void litter_close(Litter *litter);

/* birth.c: a generation's parents, what its children are like, and the draws that decide them. */
typedef struct {
    PyObject *parents; /* a tuple */
    Litter litter;
    Draws draws;
} Generation;

Outcome generation_open(Generation *generation, PyObject *individuals, PyObject *state);
PyObject *generation_close(Generation *generation, Outcome outcome, PyObject *children);

/* niches.c: individuals and reference points of NSGA-III. */
#define MOST_COLUMNS 7 /* of objectives */

typedef struct {
    Py_ssize_t rows, niches, columns;
    const double *values, *points, *best, *intercepts;
    double *axes;    /* the points' coordinates, axis by axis */
    double *lengths; /* of the points */
    double *along, *squares;
    double *distance; /* of each row to the line of its niche */
    Py_ssize_t *niche;
} Niches;

Outcome niches_open(Niches *niches);
Outcome associate(Niches *niches);
void niches_close(Niches *niches);

/* What the module offers; the docstrings are in module.c. */
PyObject *core_floats(PyObject *module, PyObject *args);
PyObject *core_shuffled(PyObject *module, PyObject *args);
PyObject *core_powers(PyObject *module, PyObject *args);
PyObject *core_genes(PyObject *module, PyObject *args);
PyObject *core_weighted(PyObject *module, PyObject *args);
PyObject *core_row_sums(PyObject *module, PyObject *args);
PyObject *core_bear(PyObject *module, PyObject *args);
PyObject *core_blend(PyObject *module, PyObject *args);
PyObject *core_add_ranks(PyObject *module, PyObject *args);
PyObject *core_vary_reals(PyObject *module, PyObject *args);
PyObject *core_vary_bits(PyObject *module, PyObject *args);
PyObject *core_fronts_of_two(PyObject *module, PyObject *args);
PyObject *core_log_fronts(PyObject *module, PyObject *args);
PyObject *core_extreme_points(PyObject *module, PyObject *args);
PyObject *core_fill_niches(PyObject *module, PyObject *args);
PyObject *core_assign_crowding(PyObject *module, PyObject *args);
PyObject *core_tournament(PyObject *module, PyObject *args);
PyObject *core_contests(PyObject *module, PyObject *args);
PyObject *core_encode_lists(PyObject *module, PyObject *args);
PyObject *core_encode_values(PyObject *module, PyObject *args);

#endif
