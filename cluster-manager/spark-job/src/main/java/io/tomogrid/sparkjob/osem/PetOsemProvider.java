package io.tomogrid.sparkjob.osem;

import io.tomogrid.engine.Parallel;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.ProtocolProvider;

/** Makes {@link PetOsem} known to the driver. */
public final class PetOsemProvider implements ProtocolProvider {
    @Override
    public String name() {
        return PetOsem.NAME;
    }

    @Override
    public Protocol protocol() {
        return new PetOsem(Parallel.onAllProcessors());
    }
}
