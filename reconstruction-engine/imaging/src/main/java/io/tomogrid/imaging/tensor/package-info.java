/** Tensors as they travel between a task, a model service and a model: typed, shaped, little endian. */
package io.tomogrid.imaging.tensor;
