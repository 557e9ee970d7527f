/* Layouts of nvml.h (x86-64), asserted, and the boards that there are. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7, TIMEOUT = 10, GPU_IS_LOST = 15, RESET_REQUIRED = 16, IN_USE = 19, INSUFFICIENT_RESOURCES = 23,
    VERSION_MISMATCH = 25
};
enum { DEVICES = 8, GIS = 16, CIS = 8, EVENTS = 64, XID = 8 };
typedef unsigned long long u64;

typedef struct { unsigned start, size; } placement_t;
typedef struct {
    unsigned id, p2p, sliceCount, instanceCount, multiprocessorCount, copyEngineCount, decoderCount, encoderCount, jpegCount,
        ofaCount;
    u64 memorySizeMB;
} gi_profile_info_t;
typedef struct {
    unsigned version, id, p2p, sliceCount, instanceCount, multiprocessorCount, copyEngineCount, decoderCount, encoderCount,
        jpegCount, ofaCount;
    u64 memorySizeMB;
    char name[96];
} gi_profile_info_v2_t;
typedef struct {
    unsigned version, id, sliceCount, instanceCount, multiprocessorCount, copyEngineCount, decoderCount, encoderCount,
        jpegCount, ofaCount;
    u64 memorySizeMB;
    char name[96];
    unsigned capabilities;
} gi_profile_info_v3_t;
typedef struct { void *device; unsigned id, profileId; placement_t placement; } gi_info_t;
typedef struct {
    unsigned id, sliceCount, instanceCount, multiprocessorCount, sharedCopyEngineCount, sharedDecoderCount,
        sharedEncoderCount, sharedJpegCount, sharedOfaCount;
} ci_profile_info_t;
typedef struct { void *device, *gpuInstance; unsigned id, profileId; placement_t placement; } ci_info_t;
typedef struct { u64 total, free, used; } memory_t;
typedef struct { void *device; u64 type, data; unsigned gi, ci; } event_data_t;
typedef struct { unsigned gpu, memory; } utilization_t;
typedef struct { unsigned version, supported; } gpm_support_t;
typedef struct { unsigned id; int code; double value; const char *shortName, *longName, *unit; } gpm_metric_t;
typedef struct { unsigned version, count; void *sample1, *sample2; gpm_metric_t metric[333]; } gpm_metrics_t;

_Static_assert(sizeof(placement_t) == 8, "nvmlGpuInstancePlacement_t");
_Static_assert(sizeof(gi_profile_info_t) == 48 && offsetof(gi_profile_info_t, memorySizeMB) == 40, "nvmlGpuInstanceProfileInfo_t");
_Static_assert(sizeof(gi_profile_info_v2_t) == 152 && offsetof(gi_profile_info_v2_t, memorySizeMB) == 48
               && offsetof(gi_profile_info_v2_t, name) == 56, "nvmlGpuInstanceProfileInfo_v2_t");
_Static_assert(sizeof(gi_profile_info_v3_t) == 152 && offsetof(gi_profile_info_v3_t, memorySizeMB) == 40
               && offsetof(gi_profile_info_v3_t, name) == 48 && offsetof(gi_profile_info_v3_t, capabilities) == 144,
               "nvmlGpuInstanceProfileInfo_v3_t");
_Static_assert(sizeof(gi_info_t) == 24 && offsetof(gi_info_t, placement) == 16, "nvmlGpuInstanceInfo_t");
_Static_assert(sizeof(ci_profile_info_t) == 36, "nvmlComputeInstanceProfileInfo_t");
_Static_assert(sizeof(ci_info_t) == 32 && offsetof(ci_info_t, placement) == 24, "nvmlComputeInstanceInfo_t");
_Static_assert(sizeof(memory_t) == 24, "nvmlMemory_t");
_Static_assert(sizeof(event_data_t) == 32 && offsetof(event_data_t, gi) == 24, "nvmlEventData_t");
_Static_assert(sizeof(gpm_metric_t) == 40 && offsetof(gpm_metrics_t, metric) == 24, "nvmlGpmMetricsGet_t");

/* Rows that were seen in listings of these boards (nvidia-smi mig -lgip, -lgipp). */
typedef struct { unsigned profileEnum, id, slices, max, mb, sm, size; int starts, start[7]; const char *name; } profile_t;
typedef struct { const char *name; unsigned mb; int gpm, profiles; profile_t profile[12]; } model_t;
#define EIGHT(a, b, c, d, s1, s2, s3, s4, s7, n1, n2, n3, n7) 7, {                                                     \
    {0, 19, 1, 7, a, s1, 1, 7, {0, 1, 2, 3, 4, 5, 6}, "1g." n1}, {7, 20, 1, 1, a, s1, 1, 7, {0, 1, 2, 3, 4, 5, 6}, "1g." n1 "+me"}, \
    {9, 15, 1, 4, b, s1, 2, 4, {0, 2, 4, 6}, "1g." n2},          {1, 14, 2, 3, b, s2, 2, 3, {0, 2, 4}, "2g." n2},      \
    {2, 9, 3, 2, c, s3, 4, 2, {0, 4}, "3g." n3},                 {3, 5, 4, 1, c, s4, 4, 1, {0}, "4g." n3},             \
    {4, 0, 7, 1, d, s7, 8, 1, {0}, "7g." n7}}
static const model_t models[] = {
    {"T4", 15360, 0, 0, {{0}}},
    {"A100-40GB", 40960, 0, EIGHT(4864, 9856, 19968, 40192, 14, 28, 42, 56, 98, "5gb", "10gb", "20gb", "40gb")},
    {"A100-80GB", 81920, 0, EIGHT(9856, 19968, 40192, 80384, 14, 28, 42, 56, 98, "10gb", "20gb", "40gb", "80gb")},
    {"H100-80GB", 81559, 1, EIGHT(9984, 20096, 40448, 81152, 16, 32, 60, 64, 132, "10gb", "20gb", "40gb", "80gb")},
    {"A30-24GB", 24576, 0, 5, {
        {0, 14, 1, 4, 5952, 14, 1, 4, {0, 1, 2, 3}, "1g.6gb"}, {7, 21, 1, 1, 5952, 14, 1, 4, {0, 1, 2, 3}, "1g.6gb+me"},
        {1, 5, 2, 2, 11968, 28, 2, 2, {0, 2}, "2g.12gb"},      {8, 6, 2, 1, 11968, 28, 2, 2, {0, 2}, "2g.12gb+me"},
        {3, 0, 4, 1, 24000, 56, 4, 1, {0}, "4g.24gb"}}},
    {"RTX-PRO-6000-96GB", 97887, 0, 11, {
        {0, 14, 1, 4, 24192, 46, 3, 4, {0, 3, 6, 9}, "1g.24gb"},      {7, 21, 1, 1, 24192, 46, 3, 4, {0, 3, 6, 9}, "1g.24gb+me"},
        {10, 47, 1, 4, 24192, 46, 3, 4, {0, 3, 6, 9}, "1g.24gb+gfx"}, {15, 65, 1, 1, 24192, 46, 3, 4, {0, 3, 6, 9}, "1g.24gb+me.all"},
        {13, 67, 1, 4, 24192, 46, 3, 4, {0, 3, 6, 9}, "1g.24gb-me"},  {1, 5, 2, 2, 48512, 94, 6, 2, {0, 6}, "2g.48gb"},
        {11, 35, 2, 2, 48512, 94, 6, 2, {0, 6}, "2g.48gb+gfx"},       {16, 64, 2, 1, 48512, 94, 6, 2, {0, 6}, "2g.48gb+me.all"},
        {14, 66, 2, 2, 48512, 94, 6, 2, {0, 6}, "2g.48gb-me"},        {3, 0, 4, 1, 97408, 188, 12, 1, {0}, "4g.96gb"},
        {12, 32, 4, 1, 97408, 188, 12, 1, {0}, "4g.96gb+gfx"}}},
};
