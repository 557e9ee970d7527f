package io.tomogrid.node.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Filters of VTK, in a process of the Python that {@value #VARIABLE} names, which has the modules vtk and numpy; they use as many
 * threads as VTK likes. To be closed.
 */
final class VtkPeer implements AutoCloseable {
    /** Path of a Python with VTK. */
    static final String VARIABLE = "TOMOGRID_VTK_PYTHON";

    static final String NAME = "VTK";

    private final Path script;
    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;

    private VtkPeer(String python) throws IOException {
        script = Files.createTempFile("vtk-peer", ".py");
        try (InputStream resource = VtkPeer.class.getResourceAsStream("vtk-peer.py")) {
            Files.copy(resource, script, StandardCopyOption.REPLACE_EXISTING);
        }
        process = new ProcessBuilder(python, script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Empty where the variable names none. */
    static Optional<VtkPeer> find() {
        String python = System.getenv(VARIABLE);
        if (python == null || python.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new VtkPeer(python));
        } catch (IOException unusable) {
            throw new UncheckedIOException(
                    VARIABLE + "=" + python + ": cannot be run; name a Python with VTK", unusable);
        }
    }

    /** One update of a filter of the script. */
    ProcessorTime update(String filter) {
        try {
            requests.write(filter + "\n");
            requests.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException(VARIABLE + ": the Python ended; it needs the modules vtk and numpy");
            }
            String[] seconds = answer.split(" ");
            return new ProcessorTime(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]));
        } catch (IOException broken) {
            throw new UncheckedIOException(VARIABLE + ": the Python ended; it needs the modules vtk and numpy", broken);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            Files.deleteIfExists(script);
        } catch (IOException kept) {
            throw new UncheckedIOException(kept);
        }
    }
}
