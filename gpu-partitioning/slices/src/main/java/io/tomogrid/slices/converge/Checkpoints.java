package io.tomogrid.slices.converge;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The changes that were begun and not ended, a synced file each. */
final class Checkpoints {
    private static final String PREFIX = "change-of-";
    private static final String SUFFIX = ".json";

    private final Path folder;

    Checkpoints(Path folder) {
        this.folder = folder;
    }

    void write(Change change) throws IOException {
        SyncedFile.write(file(change.gpuUuid()), JSON.std.asBytes(change.toMap()));
    }

    void remove(Change change) throws IOException {
        SyncedFile.delete(file(change.gpuUuid()));
    }

    Optional<Change> of(String gpuUuid) throws IOException {
        return Files.exists(file(gpuUuid)) ? Optional.of(read(file(gpuUuid))) : Optional.empty();
    }

    List<Change> all() throws IOException {
        List<Change> result = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.sorted().toList()) {
                    String name = file.getFileName().toString();
                    // one may end while we look
                    if (name.startsWith(PREFIX) && name.endsWith(SUFFIX) && Files.exists(file)) {
                        result.add(read(file));
                    }
                }
            }
        }
        return result;
    }

    private Path file(String gpuUuid) {
        return folder.resolve(PREFIX + gpuUuid + SUFFIX);
    }

    private static Change read(Path file) throws IOException {
        try {
            return Change.fromMap(JSON.std.mapFrom(Files.readString(file)));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    file + " cannot be read (" + e.getMessage() + "); if it was written by another version, start that"
                            + " one again, else delete the file and look at how the GPU is cut",
                    e);
        }
    }
}
