package io.tomogrid.engine.osem;

import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.imaging.pet.PetGrid;

class OsemTest extends OsemContract {
    @Override
    protected Osem osem(PetGrid grid, EmissionData data, int subsets, Parallel parallel) {
        return new CpuBackend(parallel).osem(TestScanner.SCANNER, grid, data, subsets);
    }
}
