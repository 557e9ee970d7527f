package io.tomogrid.sparkjob.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.ProtocolProvider;

/** Makes {@link PetOsem} known to the driver, with each {@link Recipe}. */
public abstract sealed class PetOsemProvider implements ProtocolProvider {
    private final Recipe recipe;

    private PetOsemProvider(Recipe recipe) {
        this.recipe = recipe;
    }

    @Override
    public String name() {
        return recipe.protocol();
    }

    @Override
    public Protocol protocol() {
        return new PetOsem(recipe, Parallel.onAllProcessors());
    }

    /** Without resolution and prior. */
    public static final class Osem extends PetOsemProvider {
        public Osem() {
            super(Recipe.OSEM);
        }
    }

    /** With resolution. */
    public static final class Psf extends PetOsemProvider {
        public Psf() {
            super(Recipe.PSF);
        }
    }

    /** With a prior. */
    public static final class Map extends PetOsemProvider {
        public Map() {
            super(Recipe.MAP);
        }
    }
}
