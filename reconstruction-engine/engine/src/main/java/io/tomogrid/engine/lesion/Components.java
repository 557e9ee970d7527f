package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.GridSize;

/** The components of a mask as runs of voxels along the rows, in storage order. */
public final class Components {
    private final GridSize size;
    private final int count;
    private final int[] start;
    private final int[] length;
    private final int[] number;
    private final int[] voxels;

    Components(GridSize size, int count, int[] start, int[] length, int[] number, int[] voxels) {
        this.size = size;
        this.count = count;
        this.start = start;
        this.length = length;
        this.number = number;
        this.voxels = voxels;
    }

    public GridSize size() {
        return size;
    }

    /** How many there are; they are numbered 1 … count. */
    public int count() {
        return count;
    }

    /** Voxels of a component. */
    public int voxels(int component) {
        return voxels[component];
    }

    public int runs() {
        return start.length;
    }

    /** Index in storage of a run's first voxel. */
    public int start(int run) {
        return start[run];
    }

    /** Voxels of a run. */
    public int length(int run) {
        return length[run];
    }

    /** The component that a run belongs to. */
    public int component(int run) {
        return number[run];
    }
}
