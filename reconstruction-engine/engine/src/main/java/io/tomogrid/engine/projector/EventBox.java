package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.PetGrid;

/** The box of voxels that some events reach, with what they add there. */
final class EventBox {
    private static final float[] NOTHING = {};

    private int firstX = Integer.MAX_VALUE;
    private int firstY = Integer.MAX_VALUE;
    private int firstZ = Integer.MAX_VALUE;
    private int lastX = -1;
    private int lastY = -1;
    private int lastZ = -1;
    private float[] values = NOTHING;

    /** Grows it to where a ray goes; before anything is added. */
    void include(EventRay ray, PetGrid grid) {
        if (ray.first > ray.last) {
            return;
        }
        int columnFrom = (int) Math.floor(Math.min(ray.column(ray.first), ray.column(ray.last)));
        int columnTo = (int) Math.floor(Math.max(ray.column(ray.first), ray.column(ray.last))) + 1;
        int sliceFrom = (int) Math.floor(Math.min(ray.slice(ray.first), ray.slice(ray.last)));
        int sliceTo = (int) Math.floor(Math.max(ray.slice(ray.first), ray.slice(ray.last))) + 1;
        firstX = Math.min(firstX, Math.max(0, ray.alongY ? columnFrom : ray.first));
        lastX = Math.max(lastX, Math.min(grid.nx() - 1, ray.alongY ? columnTo : ray.last));
        firstY = Math.min(firstY, Math.max(0, ray.alongY ? ray.first : columnFrom));
        lastY = Math.max(lastY, Math.min(grid.ny() - 1, ray.alongY ? ray.last : columnTo));
        firstZ = Math.min(firstZ, Math.max(0, sliceFrom));
        lastZ = Math.max(lastZ, Math.min(grid.nz() - 1, sliceTo));
    }

    /** Makes room for what is added, all 0. */
    void allocate() {
        boolean some = lastX >= firstX && lastY >= firstY && lastZ >= firstZ;
        values = new float[some ? (lastX - firstX + 1) * (lastY - firstY + 1) * (lastZ - firstZ + 1) : 0];
    }

    /** Forgets what was added, and where it stood. */
    void free() {
        values = NOTHING;
    }

    float[] values() {
        return values;
    }

    /** From a row to the next. @param alongY whether rows are counted in y */
    int rowStride(boolean alongY) {
        int depth = lastZ - firstZ + 1;
        return alongY ? depth : (lastY - firstY + 1) * depth;
    }

    int columnStride(boolean alongY) {
        return rowStride(!alongY);
    }

    /** Where row, column and slice 0 would be. */
    int start() {
        return -firstX * rowStride(false) - firstY * rowStride(true) - firstZ;
    }

    void add(boolean alongY, int row, int column, int below, float above, float value, int nz) {
        int at = start() + row * rowStride(alongY) + column * columnStride(alongY) + below;
        if (below >= 0 && below < nz) {
            values[at] += (1 - above) * value;
        }
        if (below >= -1 && below < nz - 1) {
            values[at + 1] += above * value;
        }
    }

    /** Adds its slab x to an image. */
    void addTo(float[] image, PetGrid grid, int x) {
        if (x < firstX || x > lastX || values.length == 0) {
            return;
        }
        int depth = lastZ - firstZ + 1;
        for (int y = firstY, at = (x - firstX) * (lastY - firstY + 1) * depth; y <= lastY; y++) {
            int to = (x * grid.ny() + y) * grid.nz() + firstZ;
            for (int z = 0; z < depth; z++, at++) {
                image[to + z] += values[at];
            }
        }
    }
}
