/** The operations of a protocol on a CUDA device, through JCuda's driver API; the kernels are in {@code src/main/cuda}. */
package io.tomogrid.engine.cuda;
