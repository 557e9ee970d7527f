package io.tomogrid.sparkjob;

import java.util.List;
import java.util.ServiceLoader;

/** The protocols on the class path. */
public final class Protocols {
    private Protocols() {}

    /**
     * The protocol that a routing rule names.
     *
     * @throws IllegalArgumentException if there is no protocol of this name, naming those that there are
     */
    public static Protocol named(String name) {
        List<ProtocolProvider> known =
                ServiceLoader.load(ProtocolProvider.class, Protocols.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        return known.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no protocol is named " + name + "; known are "
                        + known.stream().map(ProtocolProvider::name).sorted().toList()
                        + "; correct the routing rule"))
                .protocol();
    }
}
