package io.tomogrid.sparkjob.selftest;

import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.ProtocolProvider;

/** Makes {@link SelfTest} known to the driver. */
public final class SelfTestProvider implements ProtocolProvider {
    @Override
    public String name() {
        return SelfTest.NAME;
    }

    @Override
    public Protocol protocol() {
        return new SelfTest(OwnerNotes.ofThisProcess());
    }
}
