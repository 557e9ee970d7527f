package io.tomogrid.inference.service.swap;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.service.runner.RunnerKind;
import io.tomogrid.slices.converge.SyncedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Which version of each model was switched to last: a file a model, there whole or not at all. */
final class Pointers {
    private static final String ENDING = ".json";

    private final Path folder;

    Pointers(Path folder) {
        this.folder = folder;
    }

    /** @param digest of the package, which is what is opened; the version is for the reader */
    record Target(String version, String digest, RunnerKind runner) {
        static Target of(LiveVersion version) {
            return new Target(version.pack().version(), version.pack().digest(), version.kind());
        }

        private Map<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("version", version);
            map.put("digest", digest);
            map.put("runner", runner.word());
            return map;
        }

        private static Target of(Map<?, ?> map) {
            return new Target(
                    (String) map.get("version"),
                    (String) map.get("digest"),
                    RunnerKind.of(String.valueOf(map.get("runner"))));
        }
    }

    /** @param previous what served before, to go back to */
    record Pointer(Target serving, Optional<Target> previous) {}

    /** Returns when it is on the disk. */
    void write(String model, Pointer pointer) throws IOException {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", 1);
        map.put("model", model);
        map.put("serving", pointer.serving().toMap());
        pointer.previous().ifPresent(previous -> map.put("previous", previous.toMap()));
        SyncedFile.write(file(model), JSON.std.asBytes(map));
    }

    void delete(String model) throws IOException {
        SyncedFile.delete(file(model));
    }

    /** @throws IOException if the file is there and is not a pointer */
    Optional<Pointer> read(String model) throws IOException {
        if (!Files.exists(file(model))) {
            return Optional.empty();
        }
        Map<String, Object> map = JSON.std.mapFrom(Files.readString(file(model)));
        try {
            return Optional.of(new Pointer(
                    Target.of((Map<?, ?>) map.get("serving")),
                    Optional.ofNullable((Map<?, ?>) map.get("previous")).map(Target::of)));
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new IOException(file(model) + " is not a pointer: delete it and roll a version out", e);
        }
    }

    List<String> models() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<String> models = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .forEach(models::add);
        }
        return models;
    }

    private Path file(String model) {
        return folder.resolve(model + ENDING);
    }
}
