// A libcuda.so.1 without a GPU: the entry points of the driver API that the engine calls through JCuda, and the very kernels
// of the engine compiled for the processors. For tests and `gpu-selftest --emulated`. It proves what is marshalled, how
// grids are laid out, what is computed and who frees what; nothing about a GPU's speed or its scheduling.
//
//   g++ -std=c++17 -O2 -ffp-contract=off -fPIC -shared -pthread -Wl,-soname,libcuda.so.1 -o libcuda.so.1 libcuda.cpp
//
// Environment: TOMOGRID_EMULATED_MEMORY, bytes of device memory (1 GiB); TOMOGRID_EMULATED_DEVICES, 0 for none;
// TOMOGRID_EMULATED_DRIVER, the CUDA that it knows (12060).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace emulated {

struct Index {
    unsigned x, y, z;
};

thread_local Index thread, block, blockSize;

}  // namespace emulated

#define __global__
#define __device__
#define threadIdx (emulated::thread)
#define blockIdx (emulated::block)
#define blockDim (emulated::blockSize)
#include "../../main/cuda/petct.cu"

namespace emulated {

// The vendor's numbers, cuda.h.
constexpr int SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100,
              INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201, UNSUPPORTED_PTX_VERSION = 222, INVALID_HANDLE = 400, NOT_FOUND = 500,
              ILLEGAL_ADDRESS = 700;
constexpr int ATTRIBUTE_MULTIPROCESSORS = 16, ATTRIBUTE_MAJOR = 75, ATTRIBUTE_MINOR = 76;
constexpr unsigned MOST_THREADS_OF_A_BLOCK = 1024;

using Clock = std::chrono::steady_clock;
using Call = void (*)(void *function, void **parameters);
using Address = unsigned long long;

struct Kernel {
    const char *name;
    void *function;
    Call call;
};

template <typename... Parameters, std::size_t... Positions>
void unpack(void (*function)(Parameters...), void **parameters, std::index_sequence<Positions...>) {
    function(*static_cast<Parameters *>(parameters[Positions])...);
}

/** Remembers how to call a kernel whose parameters come as an array of pointers. */
template <typename... Parameters>
Kernel kernel(const char *name, void (*function)(Parameters...)) {
    return {name, reinterpret_cast<void *>(function), [](void *f, void **parameters) {
                unpack(reinterpret_cast<void (*)(Parameters...)>(f), parameters,
                        std::index_sequence_for<Parameters...>{});
            }};
}

const Kernel kernels[] = {
        kernel("resample", resample),
        kernel("sample_nodes", sample_nodes),
        kernel("raise_nodes", raise_nodes),
        kernel("project_nodes", project_nodes),
        kernel("blend", blend),
        kernel("sphere_means", sphere_means),
        kernel("project_planes", project_planes),
        kernel("back_project_tiles", back_project_tiles),
        kernel("osem_ratio", osem_ratio),
        kernel("osem_update", osem_update),
        kernel("ramp_begin", ramp_begin),
        kernel("ramp_stage", ramp_stage),
        kernel("ramp_turn", ramp_turn),
        kernel("ramp_end", ramp_end),
        kernel("weigh_cone", weigh_cone),
        kernel("back_project_circle", back_project_circle),
        kernel("back_project_helix", back_project_helix),
        kernel("back_project_parallel", back_project_parallel),
        kernel("blur", blur),
        kernel("project_tof", project_tof),
        kernel("back_project_tof", back_project_tof),
        kernel("project_events", project_events),
        kernel("spread_events", spread_events),
        kernel("settle_events", settle_events),
};

unsigned long long fromEnvironment(const char *name, unsigned long long otherwise) {
    const char *value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

/** What was allocated, each block followed by bytes that no kernel may touch. */
class Memory {
public:
    std::size_t total() const {
        return fromEnvironment("TOMOGRID_EMULATED_MEMORY", 1ULL << 30);
    }

    std::size_t free() {
        const std::lock_guard<std::mutex> lock(mutex);
        return total() - used;
    }

    int allocate(Address *address, std::size_t size) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (size == 0) {
            return INVALID_VALUE;
        }
        if (size > total() - used) {
            return OUT_OF_MEMORY;
        }
        auto *bytes = static_cast<unsigned char *>(std::malloc(size + FENCE));
        if (bytes == nullptr) {
            return OUT_OF_MEMORY;
        }
        std::memset(bytes, FRESH, size);
        std::memset(bytes + size, POST, FENCE);
        *address = reinterpret_cast<Address>(bytes);
        blocks[*address] = size;
        used += size;
        return SUCCESS;
    }

    int release(Address address) {
        const std::lock_guard<std::mutex> lock(mutex);
        const auto found = blocks.find(address);
        if (found == blocks.end()) {
            return INVALID_VALUE;
        }
        auto *bytes = reinterpret_cast<unsigned char *>(address);
        const bool whole = std::all_of(
                bytes + found->second, bytes + found->second + FENCE, [](unsigned char post) { return post == POST; });
        used -= found->second;
        blocks.erase(found);
        std::free(bytes);
        return whole ? SUCCESS : ILLEGAL_ADDRESS;
    }

    /** Whether `size` bytes from `address` on lie within one block. */
    bool holds(Address address, std::size_t size) {
        const std::lock_guard<std::mutex> lock(mutex);
        auto next = blocks.upper_bound(address);
        if (next == blocks.begin()) {
            return false;
        }
        const auto &block = *std::prev(next);
        return address + size <= block.first + block.second;
    }

private:
    static constexpr std::size_t FENCE = 64;
    /** Fresh memory holds rubbish, as a GPU's does. */
    static constexpr unsigned char FRESH = 0xcd, POST = 0x5a;
    std::mutex mutex;
    std::map<Address, std::size_t> blocks;
    std::size_t used = 0;
};

Memory memory;
std::atomic<bool> initialized{false};
char context;
thread_local void *current = nullptr;

int devices() {
    return fromEnvironment("TOMOGRID_EMULATED_DEVICES", 1) == 0 ? 0 : 1;
}

int driver() {
    return static_cast<int>(fromEnvironment("TOMOGRID_EMULATED_DRIVER", 12060));
}

/** The latest PTX that the driver takes, times 10: 7.0 with CUDA 11.0, 8.0 with 12.0; 12.6 has that of 12.5. */
int latestPtx() {
    const int major = driver() / 1000;
    const int minor = driver() % 1000 / 10;
    return (major - 4) * 10 + minor - (major == 12 && minor > 5 ? 1 : 0);
}

/** What every call but the first ones demands: cuInit, and a context that is current on the calling thread. */
int ready() {
    return !initialized ? NOT_INITIALIZED : current == nullptr ? INVALID_CONTEXT : SUCCESS;
}

/** The blocks are spread over the processors; the threads of a block run one after the other. */
void launch(const Kernel &kernel, Index grid, Index size, void **parameters) {
    const std::size_t blocks = static_cast<std::size_t>(grid.x) * grid.y * grid.z;
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        blockSize = size;
        for (std::size_t n = next++; n < blocks; n = next++) {
            block = {static_cast<unsigned>(n % grid.x), static_cast<unsigned>(n / grid.x % grid.y),
                    static_cast<unsigned>(n / grid.x / grid.y)};
            for (thread.z = 0; thread.z < size.z; thread.z++) {
                for (thread.y = 0; thread.y < size.y; thread.y++) {
                    for (thread.x = 0; thread.x < size.x; thread.x++) {
                        kernel.call(kernel.function, parameters);
                    }
                }
            }
        }
    };
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::thread> helpers;
    for (std::size_t n = 1; n < std::min(processors, blocks); n++) {
        helpers.emplace_back(work);
    }
    work();
    for (std::thread &helper : helpers) {
        helper.join();
    }
}

}  // namespace emulated

using namespace emulated;

#define CUDA extern "C" __attribute__((visibility("default"))) int

CUDA cuInit(unsigned flags) {
    if (flags != 0) {
        return INVALID_VALUE;
    }
    if (devices() == 0) {
        return NO_DEVICE;
    }
    initialized = true;
    return SUCCESS;
}

CUDA cuDriverGetVersion(int *version) {
    *version = driver();
    return SUCCESS;
}

CUDA cuDeviceGetCount(int *count) {
    *count = devices();
    return initialized ? SUCCESS : NOT_INITIALIZED;
}

CUDA cuDeviceGet(int *device, int ordinal) {
    *device = 0;
    return !initialized ? NOT_INITIALIZED : ordinal < 0 || ordinal >= devices() ? INVALID_DEVICE : SUCCESS;
}

CUDA cuDeviceGetName(char *name, int length, int) {
    std::snprintf(name, length, "Emulated CUDA device");
    return SUCCESS;
}

CUDA cuDeviceTotalMem_v2(std::size_t *bytes, int) {
    *bytes = memory.total();
    return SUCCESS;
}

CUDA cuDeviceGetAttribute(int *value, int attribute, int) {
    switch (attribute) {
        case ATTRIBUTE_MAJOR: *value = 8; return SUCCESS;
        case ATTRIBUTE_MINOR: *value = 0; return SUCCESS;
        case ATTRIBUTE_MULTIPROCESSORS: *value = static_cast<int>(std::thread::hardware_concurrency()); return SUCCESS;
        default: return INVALID_VALUE;
    }
}

CUDA cuDevicePrimaryCtxRetain(void **retained, int) {
    *retained = &context;
    return initialized ? SUCCESS : NOT_INITIALIZED;
}

CUDA cuCtxSetCurrent(void *made) {
    if (made != nullptr && made != &context) {
        return INVALID_CONTEXT;
    }
    current = made;
    return SUCCESS;
}

CUDA cuCtxSynchronize() {
    return ready();
}

/** Copies that are asked for in a stream happen when it is waited for, not before: who does not wait finds rubbish. */
struct Stream {
    std::mutex mutex;
    std::vector<std::function<void()>> copies;
};

CUDA cuStreamCreate(void **stream, unsigned) {
    *stream = new Stream();
    return ready();
}

/** Kernels, which all run in the stream that has no name, end before their launch returns. */
CUDA cuStreamSynchronize(void *stream) {
    if (stream != nullptr) {
        auto *own = static_cast<Stream *>(stream);
        const std::lock_guard<std::mutex> lock(own->mutex);
        for (const auto &copy : own->copies) {
            copy();
        }
        own->copies.clear();
    }
    return ready();
}

CUDA cuStreamDestroy_v2(void *stream) {
    delete static_cast<Stream *>(stream);
    return ready();
}

CUDA cuMemHostAlloc(void **address, std::size_t size, unsigned) {
    *address = std::malloc(size);
    return *address == nullptr ? OUT_OF_MEMORY : ready();
}

CUDA cuMemFreeHost(void *address) {
    std::free(address);
    return ready();
}

CUDA cuMemsetD8_v2(Address to, unsigned char value, std::size_t size) {
    const int state = ready();
    if (state != SUCCESS || !memory.holds(to, size)) {
        return state == SUCCESS ? INVALID_VALUE : state;
    }
    std::memset(reinterpret_cast<void *>(to), value, size);
    return SUCCESS;
}

CUDA cuMemcpyHtoDAsync_v2(Address to, const void *from, std::size_t size, void *stream) {
    const int state = ready();
    if (state != SUCCESS || stream == nullptr || !memory.holds(to, size)) {
        return state == SUCCESS ? INVALID_VALUE : state;
    }
    auto *own = static_cast<Stream *>(stream);
    const std::lock_guard<std::mutex> lock(own->mutex);
    own->copies.emplace_back([=] { std::memcpy(reinterpret_cast<void *>(to), from, size); });
    return SUCCESS;
}

CUDA cuEventCreate(void **event, unsigned) {
    *event = new Clock::time_point();
    return ready();
}

/** Kernels end before their launch returns: an event is over when it is recorded. */
CUDA cuEventRecord(void *event, void *) {
    *static_cast<Clock::time_point *>(event) = Clock::now();
    return ready();
}

CUDA cuEventSynchronize(void *) {
    return ready();
}

CUDA cuEventElapsedTime(float *milliseconds, void *from, void *to) {
    const auto elapsed = *static_cast<Clock::time_point *>(to) - *static_cast<Clock::time_point *>(from);
    *milliseconds = std::chrono::duration<float, std::milli>(elapsed).count();
    return ready();
}

CUDA cuEventDestroy_v2(void *event) {
    delete static_cast<Clock::time_point *>(event);
    return ready();
}

CUDA cuMemGetInfo_v2(std::size_t *free, std::size_t *total) {
    *free = memory.free();
    *total = memory.total();
    return ready();
}

CUDA cuMemAlloc_v2(Address *address, std::size_t size) {
    const int state = ready();
    return state == SUCCESS ? memory.allocate(address, size) : state;
}

CUDA cuMemFree_v2(Address address) {
    const int state = ready();
    return state == SUCCESS ? memory.release(address) : state;
}

CUDA cuMemcpyHtoD_v2(Address to, const void *from, std::size_t size) {
    const int state = ready();
    if (state != SUCCESS || !memory.holds(to, size)) {
        return state == SUCCESS ? INVALID_VALUE : state;
    }
    std::memcpy(reinterpret_cast<void *>(to), from, size);
    return SUCCESS;
}

CUDA cuMemcpyDtoH_v2(void *to, Address from, std::size_t size) {
    const int state = ready();
    if (state != SUCCESS || !memory.holds(from, size)) {
        return state == SUCCESS ? INVALID_VALUE : state;
    }
    std::memcpy(to, reinterpret_cast<const void *>(from), size);
    return SUCCESS;
}

CUDA cuModuleLoadData(void **module, const void *image) {
    const int state = ready();
    if (state != SUCCESS) {
        return state;
    }
    const char *version = image == nullptr ? nullptr : std::strstr(static_cast<const char *>(image), ".version ");
    int major = 0;
    int minor = 0;
    if (version == nullptr || std::sscanf(version, ".version %d.%d", &major, &minor) != 2) {
        return INVALID_IMAGE;
    }
    if (10 * major + minor > latestPtx()) {
        return UNSUPPORTED_PTX_VERSION;
    }
    *module = new std::string(static_cast<const char *>(image));
    return SUCCESS;
}

CUDA cuModuleUnload(void *module) {
    delete static_cast<std::string *>(module);
    return ready();
}

/** Only kernels that the PTX has too: so the PTX cannot fall behind its sources unseen. */
CUDA cuModuleGetFunction(void **function, void *module, const char *name) {
    if (module == nullptr) {
        return INVALID_HANDLE;
    }
    const std::string entry = std::string(".entry ") + name + "(";
    if (static_cast<std::string *>(module)->find(entry) == std::string::npos) {
        return NOT_FOUND;
    }
    for (const Kernel &kernel : kernels) {
        if (std::strcmp(kernel.name, name) == 0) {
            *function = const_cast<Kernel *>(&kernel);
            return SUCCESS;
        }
    }
    return NOT_FOUND;
}

CUDA cuLaunchKernel(
        void *function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
        unsigned blockZ, unsigned, void *, void **parameters, void **) {
    const int state = ready();
    if (state != SUCCESS) {
        return state;
    }
    const std::size_t threads = static_cast<std::size_t>(blockX) * blockY * blockZ;
    const std::size_t blocks = static_cast<std::size_t>(gridX) * gridY * gridZ;
    if (function == nullptr || threads == 0 || threads > MOST_THREADS_OF_A_BLOCK || blocks == 0 || gridY > 65535
            || gridZ > 65535) {
        return function == nullptr ? INVALID_HANDLE : INVALID_VALUE;
    }
    launch(*static_cast<Kernel *>(function), {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, parameters);
    return SUCCESS;
}
