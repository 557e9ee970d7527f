package io.tomogrid.slices.http;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where a server listens.
 *
 * @param address name or address of an interface of this host
 * @param port 0 for any that is free
 * @param tls how; may be empty on loopback only, since a token must not cross a network in the clear
 */
public record Door(String address, int port, Optional<Tls> tls) {
    private static final String LOOPBACK = "127.0.0.1";

    /** Plain HTTP that only this host reaches. */
    public static Door loopback(int port) {
        return new Door(LOOPBACK, port, Optional.empty());
    }

    /** @throws IllegalArgumentException if it is open to a network without TLS, or no address */
    InetAddress checked() {
        try {
            InetAddress resolved = InetAddress.getByName(address);
            if (tls.isEmpty() && !resolved.isLoopbackAddress()) {
                throw new IllegalArgumentException(address
                        + " is no loopback address: without TLS only this host is listened to; give --tls-keystore");
            }
            return resolved;
        } catch (IOException e) {
            throw new IllegalArgumentException(address + ": no such address", e);
        }
    }
}
