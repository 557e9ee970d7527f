package io.tomogrid.node.bench.cluster;

import java.io.IOException;

/** What connects a host with the others. While it is cut nothing passes and nobody is told, as on a broken network. */
public interface Link {
    void cut() throws IOException;

    void mend() throws IOException;
}
