/* A stable merge sort by ascending keys, none of which is nan. */

#include "core.h"

#include <string.h>

#define SHORT 12 /* up to this number of items, insertion is faster */

static void insert_each(Keyed *items, Py_ssize_t count)
{
    for (Py_ssize_t i = 1; i < count; i++) {
        Keyed item = items[i];
        Py_ssize_t to = i;
        for (; to > 0 && items[to - 1].key > item.key; to--)
            items[to] = items[to - 1];
        items[to] = item;
    }
}

/* `space` has room for half of the items. */
void sort_keyed(Keyed *items, Keyed *space, Py_ssize_t count)
{
    if (count <= SHORT) {
        insert_each(items, count);
        return;
    }
    Py_ssize_t half = count / 2, left = 0, right = half, to = 0;
    sort_keyed(items, space, half);
    sort_keyed(items + half, space, count - half);
    if (items[half - 1].key <= items[half].key)
        return;
    memcpy(space, items, (size_t)half * sizeof *space);
    while (left < half)
        items[to++] = right < count && items[right].key < space[left].key ? items[right++]
                                                                          : space[left++];
}
