package io.tomogrid.dicom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where real DICOM files lie on a developer's machine; a build without them skips the tests that read them. */
public final class SharedData {
    public static final String WHY = "needs the folder of real DICOM files (TOMOGRID_DATA or ../shared/data)";

    private SharedData() {}

    public static Optional<Path> dicom() {
        String configured = System.getenv("TOMOGRID_DATA");
        Path data = configured != null
                ? Path.of(configured)
                : Path.of(System.getProperty("tomogrid.root", "."), "..", "shared", "data");
        return Optional.of(data.resolve("dicom")).filter(Files::isDirectory);
    }

    public static List<Path> files(String... folders) {
        return dicom().map(root -> Stream.of(folders)
                        .flatMap(folder -> walk(root.resolve(folder)))
                        .filter(Files::isRegularFile)
                        .sorted()
                        .toList())
                .orElse(List.of());
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
