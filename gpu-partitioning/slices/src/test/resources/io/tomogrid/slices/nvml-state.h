/* The GPUs that there are, which processes share, and the functions by which tests set them up and break them. */
typedef struct { int live, busy; unsigned slices, start; } ci_t;
typedef struct { int live, profile; unsigned start; ci_t ci[CIS]; } gi_t;
typedef struct {
    int model, mig, pending, passthrough, clients, lost, reset_required, virtualization;
    u64 uncorrectable, energy, power, busy_percent;
    gi_t gi[GIS];
} device_t;
typedef struct { int device; u64 type, data; unsigned gi, ci; } event_t;
typedef struct {
    int count, permitted, init_code, ci_code;
    char driver[80];
    device_t device[DEVICES];
    u64 events;
    event_t event[EVENTS];
} state_t;
/* Events from this one on, of these devices; handles are only good in their process. */
typedef struct { u64 next; unsigned devices; } set_t;

static state_t *state;
static int file = -1, initialized;
static u64 calls, changes;
static pthread_mutex_t threads = PTHREAD_MUTEX_INITIALIZER;

/* What a handle points at is never read; only its address counts. */
static char device_handles[DEVICES], gi_handles[DEVICES][GIS], ci_handles[DEVICES][GIS][CIS];

int standin_open(const char *path) {
    if (state) munmap(state, sizeof *state);
    if (file >= 0) close(file);
    file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : memfd_create("nvml", MFD_CLOEXEC);
    if (file < 0) return 1;
    if (lseek(file, 0, SEEK_END) < (off_t)sizeof *state && ftruncate(file, sizeof *state)) return 1;
    state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return state == MAP_FAILED;
}

__attribute__((constructor)) static void loaded(void) { if (standin_open(getenv("TOMOGRID_NVML_STATE"))) abort(); }

/* GPUs anew, e.g. "A100-40GB,T4,A30-24GB:off", in MIG mode unless it is off. */
int standin_build(const char *names) {
    memset(state, 0, sizeof *state);
    state->permitted = 1;
    strcpy(state->driver, "580.65.06");
    char text[512];
    snprintf(text, sizeof text, "%s", names);
    char *rest = NULL;
    for (char *name = strtok_r(text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        device_t *d = &state->device[state->count++];
        char *off = strchr(name, ':');
        if (off) *off = 0;
        for (d->model = sizeof models / sizeof *models - 1; strcmp(models[d->model].name, name); d->model--)
            if (!d->model) return 1;
        d->mig = d->pending = !off && models[d->model].profiles > 0;
        d->power = 60000;
    }
    return 0;
}

static void leave(int *locked) { if (*locked) { flock(file, LOCK_UN); pthread_mutex_unlock(&threads); } }

static int enter(int change) {
    static const char *at[] = {"TOMOGRID_NVML_EXIT_AT", "TOMOGRID_NVML_EXIT_AT_CHANGE"};
    pthread_mutex_lock(&threads);
    calls++;
    changes += change;
    const char *n = getenv(at[0]), *m = getenv(at[1]);
    if ((n && calls == strtoull(n, NULL, 10)) || (m && change && changes == strtoull(m, NULL, 10))) _exit(137);
    flock(file, LOCK_EX);
    return 1;
}

#define LOCKED(change) int locked __attribute__((cleanup(leave))) = enter(change); (void)locked
#define READY LOCKED(0); if (!initialized) return UNINITIALIZED
#define CHANGE LOCKED(1); if (!initialized) return UNINITIALIZED
#define NEED(x) if (!(x)) return INVALID_ARGUMENT
#define DEVICE(handle) int at = index_of(handle); NEED(at >= 0); device_t *d = &state->device[at]; (void)d; \
    if (d->lost) return GPU_IS_LOST
#define MIG if (!models[d->model].profiles || !d->mig) return NOT_SUPPORTED
#define MAY if (!state->permitted) return NO_PERMISSION; if (d->reset_required) return RESET_REQUIRED
#define GI(handle) int at, g; NEED(find_gi(handle, &at, &g)); device_t *d = &state->device[at]; gi_t *gi = &d->gi[g]; \
    (void)gi; if (d->lost) return GPU_IS_LOST
#define CI(handle) int at, g, c; NEED(find_ci(handle, &at, &g, &c)); device_t *d = &state->device[at]; gi_t *gi = &d->gi[g]; \
    ci_t *ci = &gi->ci[c]; (void)ci; if (d->lost) return GPU_IS_LOST

static int overlaps(unsigned a, unsigned na, unsigned b, unsigned nb) { return a < b + nb && b < a + na; }

static int index_of(void *handle) {
    for (int i = 0; i < state->count; i++) if (handle == &device_handles[i]) return i;
    return -1;
}

static int find_gi(void *handle, int *at, int *g) {
    for (*at = 0; *at < state->count; ++*at)
        for (*g = 0; *g < GIS; ++*g)
            if (handle == &gi_handles[*at][*g]) return state->device[*at].gi[*g].live;
    return 0;
}

static int find_ci(void *handle, int *at, int *g, int *c) {
    for (*at = 0; *at < state->count; ++*at)
        for (*g = 0; *g < GIS; ++*g)
            for (*c = 0; *c < CIS; ++*c)
                if (handle == &ci_handles[*at][*g][*c])
                    return state->device[*at].gi[*g].live && state->device[*at].gi[*g].ci[*c].live;
    return 0;
}

static const profile_t *profile_of(const device_t *d, const gi_t *gi) { return &models[d->model].profile[gi->profile]; }

static const profile_t *by_id(const device_t *d, unsigned id) {
    for (int i = 0; i < models[d->model].profiles; i++)
        if (models[d->model].profile[i].id == id) return &models[d->model].profile[i];
    return NULL;
}

static const profile_t *by_enum(const device_t *d, unsigned profileEnum) {
    for (int i = 0; i < models[d->model].profiles; i++)
        if (models[d->model].profile[i].profileEnum == profileEnum) return &models[d->model].profile[i];
    return NULL;
}

static int fits(const device_t *d, const profile_t *p, unsigned start) {
    unsigned same = 0;
    for (int i = 0; i < GIS; i++) {
        if (!d->gi[i].live) continue;
        if (overlaps(d->gi[i].start, profile_of(d, &d->gi[i])->size, start, p->size)) return 0;
        same += profile_of(d, &d->gi[i]) == p;
    }
    return same < p->max;
}

int standin_set(int gpu, const char *what, long long value) {
    device_t *d = gpu >= 0 && gpu < state->count ? &state->device[gpu] : NULL;
    if (!strcmp(what, "permitted")) state->permitted = value;
    else if (!strcmp(what, "init-answers")) state->init_code = value;
    else if (!strcmp(what, "compute-instance-answers")) state->ci_code = value;
    else if (!strcmp(what, "count")) state->count = value;
    else if (!d) return INVALID_ARGUMENT;
    else if (!strcmp(what, "lost")) { d->lost = value; memset(d->gi, 0, sizeof d->gi); }
    else if (!strcmp(what, "reset-required")) d->reset_required = value;
    else if (!strcmp(what, "passthrough")) d->passthrough = value;
    else if (!strcmp(what, "clients")) d->clients = value;
    else if (!strcmp(what, "uncorrectable")) d->uncorrectable = value;
    else if (!strcmp(what, "energy")) d->energy = value;
    else if (!strcmp(what, "power")) d->power = value;
    else if (!strcmp(what, "busy-percent")) d->busy_percent = value;
    else if (!strcmp(what, "virtualization")) d->virtualization = value;
    else return INVALID_ARGUMENT;
    return SUCCESS;
}

int standin_driver(const char *version) { snprintf(state->driver, sizeof state->driver, "%s", version); return SUCCESS; }
int standin_initialized(void) { return initialized; }
long long standin_calls(void) { return calls; }
long long standin_changes(void) { return changes; }

static gi_t *gi_at(int gpu, unsigned start) {
    for (int i = 0; i < GIS; i++)
        if (state->device[gpu].gi[i].live && state->device[gpu].gi[i].start == start) return &state->device[gpu].gi[i];
    return NULL;
}

/* An XID on the GPU instance that begins there, or, with start -1, on the GPU. */
int standin_xid(int gpu, int start, long long xid) {
    gi_t *gi = start < 0 ? NULL : gi_at(gpu, start);
    if (start >= 0 && !gi) return INVALID_ARGUMENT;
    unsigned id = gi ? (unsigned)(gi - state->device[gpu].gi) + 1 : 0xFFFFFFFF;
    state->event[state->events % EVENTS] = (event_t){gpu, XID, xid, id, gi ? 0 : 0xFFFFFFFF};
    state->events++;
    return SUCCESS;
}

/* Processes begin or end on the compute instances that begin there. */
int standin_busy(int gpu, unsigned start, int busy) {
    gi_t *gi = gi_at(gpu, start);
    NEED(gi);
    for (int c = 0; c < CIS; c++) gi->ci[c].busy = busy;
    return SUCCESS;
}

/* What a reset of the GPU does: instances are gone, the mode that was asked for is on. */
void standin_reset(int gpu) {
    device_t *d = &state->device[gpu];
    d->lost = d->reset_required = 0;
    d->mig = d->pending;
    memset(d->gi, 0, sizeof d->gi);
}

/* Leaves a GPU instance as a process that died in the middle does (slices 0), or divides one as somebody else may. */
int standin_compute_instances(int gpu, unsigned start, unsigned slices, unsigned n) {
    gi_t *gi = gi_at(gpu, start);
    NEED(gi && n <= CIS);
    memset(gi->ci, 0, sizeof gi->ci);
    for (unsigned i = 0; i < n; i++) gi->ci[i] = (ci_t){1, 0, slices, i * slices};
    return SUCCESS;
}
