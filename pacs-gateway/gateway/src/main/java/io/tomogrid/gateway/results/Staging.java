package io.tomogrid.gateway.results;

import io.tomogrid.gateway.GatewayProperties;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.springframework.stereotype.Component;

/** Where jobs put their results until they are stored: a local folder, or one on the archive's file system. */
@Component
class Staging {
    private static final String LOCAL = "file";

    private final Set<String> schemes;

    Staging(GatewayProperties properties) {
        this.schemes = new TreeSet<>(List.of(LOCAL, properties.archiveRoot().getScheme()));
    }

    /**
     * @return where a file of a manifest lies
     * @throws IllegalArgumentException if it is none that may be read
     */
    URI locate(String stagingRoot, String file) {
        URI root = URI.create(stagingRoot.endsWith("/") ? stagingRoot : stagingRoot + "/");
        if (root.getScheme() == null || !schemes.contains(root.getScheme())) {
            throw new IllegalArgumentException(
                    "staging-root: expected a URI of scheme " + String.join(" or ", schemes) + ", got " + stagingRoot);
        }
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")) {
            throw new IllegalArgumentException(
                    "file: expected a path of letters, digits, dots and dashes below the staging root");
        }
        return root.resolve(file);
    }

    /** @throws FileNotFoundException if there is no such file */
    InputStream open(URI file) throws IOException {
        if (LOCAL.equals(file.getScheme())) {
            try {
                return Files.newInputStream(Path.of(file));
            } catch (NoSuchFileException e) {
                FileNotFoundException missing = new FileNotFoundException(e.getFile());
                missing.initCause(e);
                throw missing;
            }
        }
        return FileSystem.get(file, new Configuration(false)).open(new org.apache.hadoop.fs.Path(file));
    }
}
