package io.tomogrid.sparkjob.petct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.ProtocolProvider;
import io.tomogrid.sparkjob.Token;

/** Makes {@link PetCtStandard} known to the driver. */
public final class PetCtProvider implements ProtocolProvider {
    @Override
    public String name() {
        return PetCtStandard.NAME;
    }

    /** With this process's token and processors; a model service refuses a process that has no token. */
    @Override
    public Protocol protocol() {
        return new PetCtStandard(Token.ofThisProcess().orElse(""), Parallel.onAllProcessors());
    }
}
