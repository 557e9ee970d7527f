package io.tomogrid.sparkjob.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.ProtocolProvider;

/** Makes {@link CtFbp} known to the driver. */
public final class CtFbpProvider implements ProtocolProvider {
    @Override
    public String name() {
        return CtFbp.NAME;
    }

    @Override
    public Protocol protocol() {
        return new CtFbp(Parallel.onAllProcessors());
    }
}
