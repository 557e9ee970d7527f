package io.tomogrid.manager;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders that attempts write their results to: {@code <staging-root>/<job>/<attempt>}. */
final class Staging {
    private static final Logger log = LoggerFactory.getLogger(Staging.class);

    private final URI root;

    Staging(URI root) {
        this.root = root;
    }

    String of(String jobId, int attempt) {
        return root.toString().replaceAll("/+$", "") + "/" + jobId + "/" + attempt;
    }

    /** Deletes what a job's attempts left, if it lies on this machine. What cannot be deleted stays and is reported. */
    void delete(String jobId) {
        if (!"file".equals(root.getScheme())) {
            return;
        }
        Path folder = Path.of(root.getPath()).resolve(jobId);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            log.warn("job {}: its staged files stay in {}; delete them by hand: {}", jobId, folder, e.toString());
        }
    }
}
