/** Volumes and their geometry in patient space: LPS axes, millimetres, zero-based voxel centres, always. */
package io.tomogrid.imaging;
