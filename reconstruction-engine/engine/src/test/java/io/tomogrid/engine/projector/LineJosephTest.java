package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;

class LineJosephTest extends ProjectorContract {
    @Override
    protected Projector projector(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        return new LineJoseph(scanner, grid, parallel);
    }
}
