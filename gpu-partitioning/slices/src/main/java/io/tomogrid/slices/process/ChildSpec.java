package io.tomogrid.slices.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A child to keep.
 *
 * @param name for logs
 * @param command program and arguments; secrets belong into the environment
 * @param env added to PATH, HOME, LANG and JAVA_HOME, which are all that the child inherits
 * @param workDir where it runs; made when missing
 * @param log its output; the one before is kept beside it once it has grown large
 * @param tmpDir a folder of its own for temporary files, emptied at every start and at the end; the command must name it
 */
public record ChildSpec(
        String name, List<String> command, Map<String, String> env, Path workDir, Path log, Path tmpDir) {
    public ChildSpec {
        command = List.copyOf(command);
        env = Map.copyOf(env);
    }

    /** What it touches once a second if its command has {@link ChildMain} do so. */
    public Path heartbeat() {
        return heartbeat(tmpDir);
    }

    /** The same, for who writes the command. */
    public static Path heartbeat(Path tmpDir) {
        return tmpDir.resolve("heartbeat");
    }
}
