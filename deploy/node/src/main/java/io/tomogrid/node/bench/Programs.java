package io.tomogrid.node.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Programs of others that take part in a benchmark. */
enum Programs {
    STORESCU("dcmtk", "/usr/bin/storescu", "/usr/local/bin/storescu"),
    STORESCP("dcmtk", "/usr/bin/storescp", "/usr/local/bin/storescp");

    /** Without it DCMTK, and with it Orthanc, waits 44 ms for each instance (Nagle's algorithm and delayed acknowledgements). */
    static final Map<String, String> WITHOUT_NAGLE = Map.of("TCP_NODELAY", "1");

    private final String debianPackage;
    private final List<Path> places;

    Programs(String debianPackage, String... places) {
        this.debianPackage = debianPackage;
        this.places = List.of(places).stream().map(Path::of).toList();
    }

    /** @throws IOException if it is not here; says what to install */
    Path path() throws IOException {
        return places.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException(places.get(0).getFileName()
                        + " is not installed here (Debian: apt-get" + " install " + debianPackage + ")"));
    }
}
