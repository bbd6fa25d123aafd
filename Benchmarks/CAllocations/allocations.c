// Counts what is asked of malloc, by standing in front of it. For the benchmarks alone: no other program links it.
#include "CAllocations.h"

#include <stddef.h>
#include <stdlib.h>

static uint64_t asked;

uint64_t roost_allocations(void) { return __atomic_load_n(&asked, __ATOMIC_RELAXED); }

#ifdef __GLIBC__
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *malloc(size_t size) {
    __atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    __atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    __atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
    return __libc_realloc(old, size);
}
#endif
