package io.tomogrid.imaging.ctpd;

import java.util.Optional;

/** The attributes of one instance, from whatever holds them. */
@FunctionalInterface
public interface CtPdAttributes {
    /** The value as it stands in a little-endian encoding, empty when the attribute is absent. */
    Optional<byte[]> bytes(int tag);
}
