#pragma once
#include <stdint.h>

/// How many pieces of memory this process has asked for; 0 where the C library has no such door.
uint64_t roost_allocations(void);
