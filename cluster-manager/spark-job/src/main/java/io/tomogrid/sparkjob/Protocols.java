package io.tomogrid.sparkjob;

import java.util.List;
import java.util.ServiceLoader;

/** The protocols on the class path. */
public final class Protocols {
    private Protocols() {}

    private static List<ProtocolProvider> all() {
        return ServiceLoader.load(ProtocolProvider.class, Protocols.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** Whether there is a protocol of this name that uses several slices. */
    static boolean hasParts(String name) {
        return all().stream()
                .anyMatch(provider -> provider.name().equals(name) && provider.protocol() instanceof PartedProtocol);
    }

    /** @throws IllegalArgumentException if the protocol uses one slice only, or there is none of this name */
    static PartedProtocol parted(String name) {
        if (named(name) instanceof PartedProtocol parted) {
            return parted;
        }
        throw new IllegalArgumentException("protocol " + name + " has no parts");
    }

    /**
     * The protocol that a routing rule names.
     *
     * @throws IllegalArgumentException if there is no protocol of this name, naming those that there are
     */
    public static Protocol named(String name) {
        List<ProtocolProvider> known = all();
        return known.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no protocol is named " + name + "; known are "
                        + known.stream().map(ProtocolProvider::name).sorted().toList()
                        + "; correct the routing rule"))
                .protocol();
    }
}
