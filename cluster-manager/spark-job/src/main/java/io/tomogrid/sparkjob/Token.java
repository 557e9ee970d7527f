package io.tomogrid.sparkjob;

import java.util.Optional;

/** What lets processes of one cluster talk to each other. */
public final class Token {
    private static final String PROPERTY = "tomogrid.token";
    private static final String VARIABLE = "TOMOGRID_TOKEN";

    private Token() {}

    /** From the property {@code tomogrid.token}, else from the environment variable TOMOGRID_TOKEN. */
    public static Optional<String> ofThisProcess() {
        return Optional.ofNullable(System.getProperty(PROPERTY, System.getenv(VARIABLE)))
                .filter(token -> !token.isBlank());
    }

    /** Lets what runs in this process call other services. */
    static void give(String token) {
        System.setProperty(PROPERTY, token);
    }
}
