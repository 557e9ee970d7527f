/*
 * A libnvidia-ml.so.1 for tests: three GPUs in memory that obey the vendor's rules on cutting.
 *   0: an A100-SXM4-40GB in MIG mode, grid of 8
 *   1: a T4, which cannot be cut
 *   2: an RTX PRO 6000 Blackwell in MIG mode, grid of 12
 * Functions that begin with mock_ are the tests' own. Layouts are nvml.h's (x86-64), asserted below; bytes of a result that
 * the binding has no business with are filled with rubbish, so that a wrong offset shows.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, INSUFFICIENT_SIZE = 7,
    IN_USE = 19, INSUFFICIENT_RESOURCES = 23
};

typedef struct { unsigned start, size; } placement_t;
typedef struct {
    unsigned id, p2p, sliceCount, instanceCount, multiprocessorCount, copyEngineCount, decoderCount, encoderCount, jpegCount,
        ofaCount;
    unsigned long long memorySizeMB;
} gi_profile_info_t;
typedef struct { void *device; unsigned id, profileId; placement_t placement; } gi_info_t;
typedef struct {
    unsigned id, sliceCount, instanceCount, multiprocessorCount, sharedCopyEngineCount, sharedDecoderCount,
        sharedEncoderCount, sharedJpegCount, sharedOfaCount;
} ci_profile_info_t;
typedef struct { void *device, *gpuInstance; unsigned id, profileId; placement_t placement; } ci_info_t;
typedef struct { unsigned long long total, free, used; } memory_t;

_Static_assert(sizeof(placement_t) == 8, "nvmlGpuInstancePlacement_t");
_Static_assert(sizeof(gi_profile_info_t) == 48 && offsetof(gi_profile_info_t, memorySizeMB) == 40, "nvmlGpuInstanceProfileInfo_t");
_Static_assert(sizeof(gi_info_t) == 24 && offsetof(gi_info_t, placement) == 16, "nvmlGpuInstanceInfo_t");
_Static_assert(sizeof(ci_profile_info_t) == 36, "nvmlComputeInstanceProfileInfo_t");
_Static_assert(sizeof(ci_info_t) == 32 && offsetof(ci_info_t, placement) == 24, "nvmlComputeInstanceInfo_t");
_Static_assert(sizeof(memory_t) == 24, "nvmlMemory_t");

typedef struct { unsigned profileEnum, id, slices, max, mb, size, starts; int start[8]; } profile_t;

static const profile_t a100[] = {
    {0, 19, 1, 7, 4864, 1, 7, {0, 1, 2, 3, 4, 5, 6}}, {7, 20, 1, 1, 4864, 1, 7, {0, 1, 2, 3, 4, 5, 6}},
    {9, 15, 1, 4, 9856, 2, 4, {0, 2, 4, 6}},          {1, 14, 2, 3, 9856, 2, 3, {0, 2, 4}},
    {2, 9, 3, 2, 19968, 4, 2, {0, 4}},                {3, 5, 4, 1, 19968, 4, 1, {0}},
    {4, 0, 7, 1, 40192, 8, 1, {0}},
};
static const profile_t rtx[] = {
    {0, 14, 1, 4, 24192, 3, 4, {0, 3, 6, 9}}, {1, 5, 2, 2, 48512, 6, 2, {0, 6}}, {3, 0, 4, 1, 97280, 12, 1, {0}},
};

typedef struct ci { int live, busy; unsigned slices, start; struct gi *gi; char uuid[96]; } ci_t;
typedef struct gi { int live; const profile_t *profile; unsigned start; struct device *device; ci_t ci[8]; } gi_t;
typedef struct device {
    int mig, profiles; const profile_t *profile; const char *name, *uuid; unsigned long long mb; gi_t gi[32];
} device_t;

static device_t devices[3];
static int initialized, permitted, init_code, ci_code, count;

void mock_reset(void) {
    memset(devices, 0, sizeof devices);
    devices[0] = (device_t){1, 7, a100, "NVIDIA A100-SXM4-40GB", "GPU-00000000-1111-2222-3333-444444444444", 40960, {{0}}};
    devices[1] = (device_t){0, 0, NULL, "Tesla T4", "GPU-00000001-1111-2222-3333-444444444444", 15360, {{0}}};
    devices[2] = (device_t){1, 3, rtx, "NVIDIA RTX PRO 6000 Blackwell", "GPU-00000002-1111-2222-3333-444444444444", 97887, {{0}}};
    permitted = 1;
    init_code = ci_code = SUCCESS;
    count = 3;
}

__attribute__((constructor)) static void loaded(void) { mock_reset(); }
void mock_permit(int yes) { permitted = yes; }
void mock_init_answers(int code) { init_code = code; }
void mock_compute_instance_answers(int code) { ci_code = code; }
void mock_count(int gpus) { count = gpus; }
int mock_initialized(void) { return initialized; }

static int overlaps(unsigned a, unsigned na, unsigned b, unsigned nb) { return a < b + nb && b < a + na; }

static device_t *device_of(void *handle) {
    for (int i = 0; i < 3; i++) if (handle == &devices[i]) return &devices[i];
    return NULL;
}

static gi_t *gi_of(void *handle) {
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < 32; i++) if (handle == &devices[d].gi[i] && devices[d].gi[i].live) return &devices[d].gi[i];
    return NULL;
}

static ci_t *ci_of(void *handle) {
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < 32; i++)
            for (int c = 0; c < 8; c++)
                if (handle == &devices[d].gi[i].ci[c] && devices[d].gi[i].ci[c].live) return &devices[d].gi[i].ci[c];
    return NULL;
}

static const profile_t *profile_by_id(device_t *d, unsigned id) {
    for (int i = 0; i < d->profiles; i++) if (d->profile[i].id == id) return &d->profile[i];
    return NULL;
}

static gi_t *gi_at(int gpu, unsigned start) {
    for (int i = 0; i < 32; i++) if (devices[gpu].gi[i].live && devices[gpu].gi[i].start == start) return &devices[gpu].gi[i];
    return NULL;
}

/* A process begins or ends on the compute instances that begin there. */
int mock_busy(int gpu, unsigned start, int busy) {
    gi_t *gi = gi_at(gpu, start);
    if (!gi) return INVALID_ARGUMENT;
    for (int c = 0; c < 8; c++) gi->ci[c].busy = busy;
    return SUCCESS;
}

#define READY if (!initialized) return UNINITIALIZED
#define NEED(x) if (!(x)) return INVALID_ARGUMENT

int nvmlInit_v2(void) { if (init_code == SUCCESS) initialized++; return init_code; }
int nvmlShutdown(void) { READY; initialized--; return SUCCESS; }
int nvmlDeviceGetCount_v2(unsigned *n) { READY; NEED(n); *n = count; return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device) {
    READY; NEED(device && i < (unsigned)count); *device = &devices[i]; return SUCCESS;
}

int nvmlDeviceGetUUID(void *handle, char *text, unsigned n) {
    READY; NEED(text);
    device_t *d = device_of(handle);
    ci_t *ci = d ? NULL : ci_of(handle);
    NEED(d || ci);
    if (n < 96) return INSUFFICIENT_SIZE;
    snprintf(text, n, "%s", d ? d->uuid : ci->uuid);
    return SUCCESS;
}

int nvmlDeviceGetName(void *handle, char *text, unsigned n) {
    READY; device_t *d = device_of(handle); NEED(d && text);
    if (n <= strlen(d->name)) return INSUFFICIENT_SIZE;
    snprintf(text, n, "%s", d->name);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(void *handle, memory_t *m) {
    READY; device_t *d = device_of(handle); NEED(d && m);
    m->total = d->mb << 20; m->used = 1 << 20; m->free = m->total - m->used;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(void *handle, unsigned *current, unsigned *pending) {
    READY; device_t *d = device_of(handle); NEED(d && current && pending);
    if (!d->profiles) return NOT_SUPPORTED;
    *current = *pending = d->mig;
    return SUCCESS;
}

int nvmlDeviceGetGpuInstanceProfileInfo(void *handle, unsigned profileEnum, gi_profile_info_t *info) {
    READY; device_t *d = device_of(handle); NEED(d && info && profileEnum < 18);
    for (int i = 0; i < d->profiles; i++) {
        const profile_t *p = &d->profile[i];
        if (p->profileEnum != profileEnum) continue;
        memset(info, 0xAB, sizeof *info);
        info->id = p->id; info->sliceCount = p->slices; info->instanceCount = p->max; info->memorySizeMB = p->mb;
        return SUCCESS;
    }
    return NOT_SUPPORTED;
}

int nvmlDeviceGetGpuInstancePossiblePlacements_v2(void *handle, unsigned id, placement_t *out, unsigned *n) {
    READY; device_t *d = device_of(handle); NEED(d && n);
    if (!permitted) return NO_PERMISSION;
    const profile_t *p = profile_by_id(d, id); NEED(p);
    if (out) {
        if (*n < p->starts) return INSUFFICIENT_SIZE;
        for (unsigned i = 0; i < p->starts; i++) out[i] = (placement_t){p->start[i], p->size};
    }
    *n = p->starts;
    return SUCCESS;
}

int nvmlDeviceCreateGpuInstanceWithPlacement(void *handle, unsigned id, const placement_t *at, void **made) {
    READY; device_t *d = device_of(handle); NEED(d && at && made);
    if (!d->mig) return NOT_SUPPORTED;
    if (!permitted) return NO_PERMISSION;
    const profile_t *p = profile_by_id(d, id); NEED(p && at->size == p->size);
    int possible = 0;
    for (unsigned i = 0; i < p->starts; i++) possible |= p->start[i] == (int)at->start;
    NEED(possible);
    unsigned same = 0;
    gi_t *slot = NULL;
    for (int i = 0; i < 32; i++) {
        gi_t *gi = &d->gi[i];
        if (!gi->live) { if (!slot) slot = gi; continue; }
        if (overlaps(gi->start, gi->profile->size, at->start, p->size)) return INSUFFICIENT_RESOURCES;
        same += gi->profile == p;
    }
    if (same >= p->max || !slot) return INSUFFICIENT_RESOURCES;
    memset(slot, 0, sizeof *slot);
    slot->live = 1; slot->profile = p; slot->start = at->start; slot->device = d;
    *made = slot;
    return SUCCESS;
}

int nvmlDeviceGetGpuInstances(void *handle, unsigned id, void **out, unsigned *n) {
    READY; device_t *d = device_of(handle); NEED(d && out && n);
    const profile_t *p = profile_by_id(d, id); NEED(p);
    unsigned found = 0;
    for (int i = 0; i < 32; i++) if (d->gi[i].live && d->gi[i].profile == p) out[found++] = &d->gi[i];
    *n = found;
    return SUCCESS;
}

int nvmlGpuInstanceGetInfo(void *handle, gi_info_t *info) {
    READY; gi_t *gi = gi_of(handle); NEED(gi && info);
    memset(info, 0xAB, sizeof *info);
    info->device = gi->device; info->profileId = gi->profile->id; info->placement = (placement_t){gi->start, gi->profile->size};
    return SUCCESS;
}

int nvmlGpuInstanceDestroy(void *handle) {
    READY; gi_t *gi = gi_of(handle); NEED(gi);
    if (!permitted) return NO_PERMISSION;
    for (int c = 0; c < 8; c++) if (gi->ci[c].live) return IN_USE;
    gi->live = 0;
    return SUCCESS;
}

/* Enums 0..6 are 1, 2, 3, 4, 7, 8 and 6 slices, 7 is one slice with media engines; the ids 0, 1, 2, 3, 4, 7 were seen. */
static const unsigned ci_slices[] = {1, 2, 3, 4, 7, 8, 6, 1};
static const unsigned ci_ids[] = {0, 1, 2, 3, 4, 5, 6, 7};

int nvmlGpuInstanceGetComputeInstanceProfileInfo(void *handle, unsigned profileEnum, unsigned engine, ci_profile_info_t *info) {
    READY; gi_t *gi = gi_of(handle); NEED(gi && info && engine == 0 && profileEnum < 9);
    if (profileEnum >= 7 || ci_slices[profileEnum] > gi->profile->slices) return NOT_SUPPORTED;
    memset(info, 0xAB, sizeof *info);
    info->id = ci_ids[profileEnum]; info->sliceCount = ci_slices[profileEnum];
    info->instanceCount = gi->profile->slices / ci_slices[profileEnum];
    return SUCCESS;
}

int nvmlGpuInstanceGetComputeInstances(void *handle, unsigned id, void **out, unsigned *n) {
    READY; gi_t *gi = gi_of(handle); NEED(gi && out && n && id < 8);
    unsigned found = 0;
    for (int c = 0; c < 8; c++) if (gi->ci[c].live && gi->ci[c].slices == ci_slices[id] && id < 7) out[found++] = &gi->ci[c];
    *n = found;
    return SUCCESS;
}

int nvmlGpuInstanceCreateComputeInstance(void *handle, unsigned id, void **made) {
    READY; gi_t *gi = gi_of(handle); NEED(gi && made && id < 7);
    if (!permitted) return NO_PERMISSION;
    if (ci_code) return ci_code;
    unsigned used = 0;
    ci_t *slot = NULL;
    for (int c = 0; c < 8; c++) {
        if (gi->ci[c].live) used += gi->ci[c].slices;
        else if (!slot) slot = &gi->ci[c];
    }
    if (used + ci_slices[id] > gi->profile->slices || !slot) return INSUFFICIENT_RESOURCES;
    memset(slot, 0, sizeof *slot);
    slot->live = 1; slot->slices = ci_slices[id]; slot->start = used; slot->gi = gi;
    snprintf(slot->uuid, sizeof slot->uuid, "MIG-%08x-%04x-5%03x-8000-%012x", (unsigned)(gi->device - devices),
             gi->profile->profileEnum, gi->start, used);
    *made = slot;
    return SUCCESS;
}

int nvmlComputeInstanceGetInfo_v2(void *handle, ci_info_t *info) {
    READY; ci_t *ci = ci_of(handle); NEED(ci && info);
    memset(info, 0xAB, sizeof *info);
    info->device = ci; info->gpuInstance = ci->gi; info->placement = (placement_t){ci->start, ci->slices};
    return SUCCESS;
}

int nvmlComputeInstanceDestroy(void *handle) {
    READY; ci_t *ci = ci_of(handle); NEED(ci);
    if (!permitted) return NO_PERMISSION;
    if (ci->busy) return IN_USE;
    ci->live = 0;
    return SUCCESS;
}

/* Leaves a GPU instance as a process that died in the middle does (slices 0), or divides one as somebody else may. */
int mock_compute_instances(int gpu, unsigned start, unsigned slices, unsigned n) {
    gi_t *gi = gi_at(gpu, start);
    if (!gi) return INVALID_ARGUMENT;
    memset(gi->ci, 0, sizeof gi->ci);
    for (unsigned i = 0; i < n; i++) {
        void *made;
        int code = nvmlGpuInstanceCreateComputeInstance(gi, slices - 1, &made);
        if (code) return code;
    }
    return SUCCESS;
}
