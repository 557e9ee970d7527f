/*
 * A libnvidia-ml.so.1 for tests: GPUs that obey the vendor's rules on cutting and fail when told to. Their state is a file
 * that processes share (named by TOMOGRID_NVML_STATE, or by standin_open), so that it outlives the process that cuts.
 * TOMOGRID_NVML_EXIT_AT=n ends the process before its n-th call of NVML, TOMOGRID_NVML_EXIT_AT_CHANGE=n before its n-th call
 * that changes a GPU. Functions that begin with standin_ are the tests' own. Layouts are nvml.h's (x86-64), asserted below;
 * bytes of a result that nobody has business with are filled with rubbish, so that a wrong offset shows. With OLD_DRIVER
 * defined, the functions that came with later drivers are missing.
 */
#include "nvml-stand-in.h"
#include "nvml-state.h"

int nvmlInit_v2(void) { LOCKED(0); if (state->init_code == SUCCESS) initialized++; return state->init_code; }
int nvmlShutdown(void) { READY; initialized--; return SUCCESS; }
int nvmlDeviceGetCount_v2(unsigned *n) { READY; NEED(n); *n = state->count; return SUCCESS; }

int nvmlSystemGetDriverVersion(char *text, unsigned n) {
    READY; NEED(text);
    if (n <= strlen(state->driver)) return INSUFFICIENT_SIZE;
    strcpy(text, state->driver);
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device) {
    READY; NEED(device && i < (unsigned)state->count);
    if (state->device[i].lost) return GPU_IS_LOST;
    *device = &device_handles[i];
    return SUCCESS;
}

/* Of a GPU, or of the MIG device that a compute instance is. */
int nvmlDeviceGetUUID(void *handle, char *text, unsigned n) {
    READY; NEED(text);
    if (n < 96) return INSUFFICIENT_SIZE;
    if (index_of(handle) >= 0) {
        DEVICE(handle);
        snprintf(text, n, "GPU-%08x-1111-2222-3333-444444444444", at);
        return SUCCESS;
    }
    CI(handle);
    snprintf(text, n, "MIG-%08x-%04x-5%03x-8%03x-%012x", at, profile_of(d, gi)->profileEnum, gi->start, ci->slices, ci->start);
    return SUCCESS;
}

int nvmlDeviceGetName(void *handle, char *text, unsigned n) {
    READY; NEED(text); DEVICE(handle);
    if (n < strlen(models[d->model].name) + 8) return INSUFFICIENT_SIZE;
    snprintf(text, n, "NVIDIA %s", models[d->model].name);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(void *handle, memory_t *m) {
    READY; NEED(m); DEVICE(handle);
    m->total = (u64)models[d->model].mb << 20; m->used = 1 << 20; m->free = m->total - m->used;
    return SUCCESS;
}

int nvmlDeviceGetVirtualizationMode(void *handle, unsigned *mode) {
    READY; NEED(mode); DEVICE(handle);
    *mode = d->virtualization;
    return SUCCESS;
}

int nvmlDeviceGetTotalEccErrors(void *handle, unsigned type, unsigned counter, u64 *n) {
    READY; NEED(n && type < 2 && counter < 2); DEVICE(handle);
    if (d->reset_required) return RESET_REQUIRED;
    *n = type ? d->uncorrectable : 0;
    return SUCCESS;
}

int nvmlDeviceGetTotalEnergyConsumption(void *handle, u64 *mj) { READY; NEED(mj); DEVICE(handle); *mj = d->energy; return SUCCESS; }
int nvmlDeviceGetPowerUsage(void *handle, unsigned *mw) { READY; NEED(mw); DEVICE(handle); *mw = d->power; return SUCCESS; }

int nvmlDeviceGetUtilizationRates(void *handle, utilization_t *rates) {
    READY; NEED(rates); DEVICE(handle);
    if (d->mig) return NOT_SUPPORTED;
    *rates = (utilization_t){d->busy_percent, d->busy_percent / 2};
    return SUCCESS;
}

int nvmlDeviceGetMigMode(void *handle, unsigned *current, unsigned *pending) {
    READY; NEED(current && pending); DEVICE(handle);
    if (!models[d->model].profiles || d->virtualization == 2) return NOT_SUPPORTED;
    *current = d->mig; *pending = d->pending;
    return SUCCESS;
}

int nvmlDeviceSetMigMode(void *handle, unsigned mode, int *activation) {
    CHANGE; NEED(mode < 2 && activation); DEVICE(handle);
    if (!models[d->model].profiles || d->virtualization == 2) return NOT_SUPPORTED;
    MAY;
    for (int i = 0; i < GIS; i++) if (d->gi[i].live && !mode) return IN_USE;
    d->pending = mode;
    *activation = d->pending == d->mig ? SUCCESS : d->clients ? IN_USE : d->passthrough ? RESET_REQUIRED : SUCCESS;
    if (*activation == SUCCESS) d->mig = mode;
    return SUCCESS;
}

int nvmlDeviceGetGpuInstanceProfileInfo(void *handle, unsigned profileEnum, gi_profile_info_t *info) {
    READY; NEED(info && profileEnum < 18); DEVICE(handle);
    const profile_t *p = by_enum(d, profileEnum);
    if (!p) return NOT_SUPPORTED;
    memset(info, 0xAB, sizeof *info);
    info->id = p->id; info->sliceCount = p->slices; info->instanceCount = p->max; info->memorySizeMB = p->mb;
    info->multiprocessorCount = p->sm;
    return SUCCESS;
}

#ifndef OLD_DRIVER
int nvmlDeviceGetGpuInstanceProfileInfoV(void *handle, unsigned profileEnum, void *out) {
    READY; NEED(out && profileEnum < 18); DEVICE(handle);
    unsigned version = *(unsigned *)out;
    if (version != (sizeof(gi_profile_info_v2_t) | 2u << 24) && version != (sizeof(gi_profile_info_v3_t) | 3u << 24))
        return VERSION_MISMATCH;
    const profile_t *p = by_enum(d, profileEnum);
    if (!p) return NOT_SUPPORTED;
    memset((unsigned *)out + 1, 0xAB, sizeof(gi_profile_info_v3_t) - sizeof version);
    if (version >> 24 == 2) {
        gi_profile_info_v2_t *info = out;
        info->id = p->id; info->sliceCount = p->slices; info->instanceCount = p->max; info->memorySizeMB = p->mb;
        info->multiprocessorCount = p->sm; info->p2p = 0;
        snprintf(info->name, sizeof info->name, "MIG %s", p->name);
    } else {
        gi_profile_info_v3_t *info = out;
        info->id = p->id; info->sliceCount = p->slices; info->instanceCount = p->max; info->memorySizeMB = p->mb;
        info->multiprocessorCount = p->sm; info->capabilities = strstr(p->name, "gfx") ? 2 : 0;
        snprintf(info->name, sizeof info->name, "MIG %s", p->name);
    }
    return SUCCESS;
}
#endif

int nvmlDeviceGetGpuInstancePossiblePlacements_v2(void *handle, unsigned id, placement_t *out, unsigned *n) {
    READY; NEED(n); DEVICE(handle);
    if (!state->permitted) return NO_PERMISSION;
    const profile_t *p = by_id(d, id); NEED(p);
    if (out) {
        if (*n < (unsigned)p->starts) return INSUFFICIENT_SIZE;
        for (int i = 0; i < p->starts; i++) out[i] = (placement_t){p->start[i], p->size};
    }
    *n = p->starts;
    return SUCCESS;
}

int nvmlDeviceGetGpuInstanceRemainingCapacity(void *handle, unsigned id, unsigned *n) {
    READY; NEED(n); DEVICE(handle); MIG;
    if (!state->permitted) return NO_PERMISSION;
    const profile_t *p = by_id(d, id); NEED(p);
    unsigned same = 0, end = 0;
    *n = 0;
    for (int i = 0; i < GIS; i++) same += d->gi[i].live && profile_of(d, &d->gi[i]) == p;
    for (int i = 0; i < p->starts; i++)
        if (fits(d, p, p->start[i]) && (unsigned)p->start[i] >= end && same + *n < p->max) { ++*n; end = p->start[i] + p->size; }
    return SUCCESS;
}

int nvmlDeviceCreateGpuInstanceWithPlacement(void *handle, unsigned id, const placement_t *where, void **made) {
    CHANGE; NEED(where && made); DEVICE(handle); MIG; MAY;
    const profile_t *p = by_id(d, id); NEED(p && where->size == p->size);
    int possible = 0, slot = 0;
    for (int i = 0; i < p->starts; i++) possible |= p->start[i] == (int)where->start;
    NEED(possible);
    while (slot < GIS && d->gi[slot].live) slot++;
    if (slot == GIS || !fits(d, p, where->start)) return INSUFFICIENT_RESOURCES;
    memset(&d->gi[slot], 0, sizeof d->gi[slot]);
    d->gi[slot].live = 1; d->gi[slot].profile = p - models[d->model].profile; d->gi[slot].start = where->start;
    *made = &gi_handles[at][slot];
    return SUCCESS;
}

int nvmlDeviceGetGpuInstances(void *handle, unsigned id, void **out, unsigned *n) {
    READY; NEED(out && n); DEVICE(handle); MIG;
    const profile_t *p = by_id(d, id); NEED(p);
    *n = 0;
    for (int i = 0; i < GIS; i++) if (d->gi[i].live && profile_of(d, &d->gi[i]) == p) out[(*n)++] = &gi_handles[at][i];
    return SUCCESS;
}

int nvmlDeviceGetGpuInstanceById(void *handle, unsigned id, void **found) {
    READY; NEED(found); DEVICE(handle); MIG;
    if (id < 1 || id > GIS || !d->gi[id - 1].live) return NOT_FOUND;
    *found = &gi_handles[at][id - 1];
    return SUCCESS;
}

int nvmlGpuInstanceGetInfo(void *handle, gi_info_t *info) {
    READY; NEED(info); GI(handle);
    info->device = &device_handles[at]; info->id = g + 1; info->profileId = profile_of(d, gi)->id;
    info->placement = (placement_t){gi->start, profile_of(d, gi)->size};
    return SUCCESS;
}

int nvmlGpuInstanceDestroy(void *handle) {
    CHANGE; GI(handle); MAY;
    for (int c = 0; c < CIS; c++) if (gi->ci[c].live) return IN_USE;
    gi->live = 0;
    return SUCCESS;
}

/* Slices by enum (7 and 8 are variants that these boards do not have), and ids as they were seen. */
static const unsigned ci_slices[] = {1, 2, 3, 4, 7, 8, 6}, ci_ids[] = {0, 1, 2, 3, 4, 5, 6};
enum { CI_ENUMS = 7 };

static unsigned ci_starts(unsigned whole, unsigned slices, unsigned *start) {
    unsigned n = 0, step = slices == 3 ? 4 : slices;
    if (slices > whole || (slices == 3 && whole == 4)) return 0;
    for (unsigned s = 0; s + slices <= whole; s += step) start[n++] = s;
    return n;
}

static unsigned ci_of_id(unsigned id) {
    unsigned i = 0;
    while (i < CI_ENUMS && ci_ids[i] != id) i++;
    return i < CI_ENUMS ? ci_slices[i] : 0;
}

static int ci_fits(const gi_t *gi, unsigned start, unsigned slices) {
    for (int c = 0; c < CIS; c++) if (gi->ci[c].live && overlaps(gi->ci[c].start, gi->ci[c].slices, start, slices)) return 0;
    return 1;
}

int nvmlGpuInstanceGetComputeInstanceProfileInfo(void *handle, unsigned profileEnum, unsigned engine, ci_profile_info_t *info) {
    READY; NEED(info && engine == 0 && profileEnum < 9); GI(handle);
    unsigned starts[8], n = profileEnum < CI_ENUMS ? ci_starts(profile_of(d, gi)->slices, ci_slices[profileEnum], starts) : 0;
    if (!n) return NOT_SUPPORTED;
    memset(info, 0xAB, sizeof *info);
    info->id = ci_ids[profileEnum]; info->sliceCount = ci_slices[profileEnum]; info->instanceCount = n;
    info->multiprocessorCount = profile_of(d, gi)->sm * ci_slices[profileEnum] / profile_of(d, gi)->slices;
    return SUCCESS;
}

int nvmlGpuInstanceGetComputeInstancePossiblePlacements(void *handle, unsigned id, placement_t *out, unsigned *n) {
    READY; NEED(n); GI(handle);
    unsigned slices = ci_of_id(id), start[8], found = slices ? ci_starts(profile_of(d, gi)->slices, slices, start) : 0;
    NEED(found);
    if (out) {
        if (*n < found) return INSUFFICIENT_SIZE;
        for (unsigned i = 0; i < found; i++) out[i] = (placement_t){start[i], slices};
    }
    *n = found;
    return SUCCESS;
}

int nvmlGpuInstanceGetComputeInstances(void *handle, unsigned id, void **out, unsigned *n) {
    READY; NEED(out && n); GI(handle);
    *n = 0;
    for (int c = 0; c < CIS; c++)
        if (gi->ci[c].live && gi->ci[c].slices == ci_of_id(id)) out[(*n)++] = &ci_handles[at][g][c];
    return SUCCESS;
}

static int create_ci(device_t *d, int at, int g, unsigned slices, unsigned start, void **made) {
    MAY;
    gi_t *gi = &d->gi[g];
    int slot = 0;
    if (state->ci_code) return state->ci_code;
    while (slot < CIS && gi->ci[slot].live) slot++;
    if (slot == CIS || !ci_fits(gi, start, slices)) return INSUFFICIENT_RESOURCES;
    gi->ci[slot] = (ci_t){1, 0, slices, start};
    *made = &ci_handles[at][g][slot];
    return SUCCESS;
}

int nvmlGpuInstanceCreateComputeInstance(void *handle, unsigned id, void **made) {
    CHANGE; NEED(made); GI(handle);
    unsigned slices = ci_of_id(id), start[8], n = slices ? ci_starts(profile_of(d, gi)->slices, slices, start) : 0, i = 0;
    NEED(n);
    while (i < n - 1 && !ci_fits(gi, start[i], slices)) i++;
    return create_ci(d, at, g, slices, start[i], made);
}

int nvmlGpuInstanceCreateComputeInstanceWithPlacement(void *handle, unsigned id, const placement_t *where, void **made) {
    CHANGE; NEED(where && made); GI(handle);
    unsigned slices = ci_of_id(id), start[8], n = slices ? ci_starts(profile_of(d, gi)->slices, slices, start) : 0, i = 0;
    while (i < n && start[i] != where->start) i++;
    NEED(i < n && where->size == slices);
    return create_ci(d, at, g, slices, where->start, made);
}

int nvmlComputeInstanceGetInfo_v2(void *handle, ci_info_t *info) {
    READY; NEED(info); CI(handle);
    memset(info, 0xAB, sizeof *info);
    info->device = handle; info->gpuInstance = &gi_handles[at][g]; info->id = c;
    info->placement = (placement_t){ci->start, ci->slices};
    return SUCCESS;
}

int nvmlComputeInstanceDestroy(void *handle) {
    CHANGE; CI(handle); MAY;
    if (ci->busy) return IN_USE;
    ci->live = 0;
    return SUCCESS;
}

int nvmlEventSetCreate(set_t **set) { READY; NEED(set); *set = calloc(1, sizeof **set); (*set)->next = state->events; return SUCCESS; }
int nvmlEventSetFree(set_t *set) { READY; NEED(set); free(set); return SUCCESS; }

int nvmlDeviceRegisterEvents(void *handle, u64 types, set_t *set) {
    READY; NEED(set); DEVICE(handle);
    if (types & XID) set->devices |= 1u << at;
    return SUCCESS;
}

static int next_event(set_t *set, event_data_t *out) {
    READY;
    for (; set->next < state->events; set->next++) {
        event_t *e = &state->event[set->next % EVENTS];
        if (!(set->devices >> e->device & 1)) continue;
        *out = (event_data_t){&device_handles[e->device], e->type, e->data, e->gi, e->ci};
        set->next++;
        return SUCCESS;
    }
    return TIMEOUT;
}

int nvmlEventSetWait_v2(set_t *set, event_data_t *out, unsigned ms) {
    NEED(set && out);
    for (unsigned waited = 0;; waited += 2) {
        int code = next_event(set, out);
        if (code != TIMEOUT || waited >= ms) return code;
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
}

#ifndef OLD_DRIVER
int nvmlGpmQueryDeviceSupport(void *handle, gpm_support_t *support) {
    READY; NEED(support); DEVICE(handle);
    if (support->version != 1) return VERSION_MISMATCH;
    support->supported = models[d->model].gpm;
    return SUCCESS;
}

int nvmlGpmSampleAlloc(u64 **sample) { READY; NEED(sample); *sample = calloc(2, sizeof **sample); return SUCCESS; }
int nvmlGpmSampleFree(u64 *sample) { READY; NEED(sample); free(sample); return SUCCESS; }

/* A sample is its number, and how busy the instance is. */
int nvmlGpmMigSampleGet(void *handle, unsigned gi, u64 *sample) {
    READY; NEED(sample); DEVICE(handle);
    if (!models[d->model].gpm) return NOT_SUPPORTED;
    if (gi < 1 || gi > GIS || !d->gi[gi - 1].live) return NOT_FOUND;
    sample[0] = calls; sample[1] = d->gi[gi - 1].ci[0].busy ? d->busy_percent : 0;
    return SUCCESS;
}

int nvmlGpmMetricsGet(gpm_metrics_t *metrics) {
    READY; NEED(metrics && metrics->sample1 && metrics->sample2);
    if (metrics->version != 1) return VERSION_MISMATCH;
    NEED(((u64 *)metrics->sample1)[0] && ((u64 *)metrics->sample1)[0] < ((u64 *)metrics->sample2)[0]);
    for (unsigned i = 0; i < metrics->count; i++) {
        gpm_metric_t *m = &metrics->metric[i];
        m->code = m->id == 2 || m->id == 10 ? SUCCESS : NOT_SUPPORTED;
        m->value = (double)((u64 *)metrics->sample2)[1] / (m->id == 2 ? 1 : 2);
        m->shortName = m->longName = m->unit = "?";
    }
    return SUCCESS;
}
#endif
