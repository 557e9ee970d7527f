// What nvcc and a host compiler spell differently. Everything else in the headers is plain C++ that both compile; with
// contraction of a·b + c off (-fmad=false, -ffp-contract=off) both round every single operation as Java does.
#pragma once

#include <math.h>

#ifdef __CUDACC__
#define TOMOGRID_BOTH __host__ __device__ inline
#define TOMOGRID_UNROLL _Pragma("unroll")
#else
#define TOMOGRID_BOTH inline
#define TOMOGRID_UNROLL
#endif

namespace tomogrid {

/** Voxels of a grid; x fastest: index = (k·ny + j)·nx + i. Laid out as int[3]. */
struct Grid {
    int nx, ny, nz;
};

/** Column, row and slice of the n-th voxel. */
struct Place {
    int i, j, k;
};

TOMOGRID_BOTH Place place(long long n, Grid grid) {
    const long long row = n / grid.nx;
    return {static_cast<int>(n % grid.nx), static_cast<int>(row % grid.ny), static_cast<int>(row / grid.ny)};
}

/** What no thread of the launch writes to: by the way of the read-only cache. */
template <typename T>
TOMOGRID_BOTH T read(const T *at) {
#ifdef __CUDA_ARCH__
    return __ldg(at);
#else
    return *at;
#endif
}

/** As Java casts. */
TOMOGRID_BOTH int toInt(double value) {
    return value >= 2147483647.0 ? 2147483647 : value <= -2147483648.0 ? -2147483647 - 1 : static_cast<int>(value);
}

/** Adds to a place that other threads add to as well; whole numbers, so that it does not matter who comes first. */
TOMOGRID_BOTH void add(long long *at, long long value) {
#ifdef __CUDA_ARCH__
    atomicAdd(reinterpret_cast<unsigned long long *>(at), static_cast<unsigned long long>(value));
#else
    __atomic_fetch_add(at, value, __ATOMIC_RELAXED);
#endif
}

/** Puts the larger of two numbers into a place that other threads write to as well. */
TOMOGRID_BOTH void raise(int *at, int value) {
#ifdef __CUDA_ARCH__
    atomicMax(at, value);
#else
    int seen = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (seen < value
            && !__atomic_compare_exchange_n(at, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
#endif
}

}  // namespace tomogrid
