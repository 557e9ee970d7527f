package io.tomogrid.node.command;

import io.tomogrid.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a person gets to see in a browser what the demo left. */
final class WhereToLook {
    private static final String NO_VIEWER =
            "Without images: the viewer is not installed, ./tomogrid viewer fetches it (needs Node.js with npm).";

    private final boolean viewer;

    private WhereToLook(boolean viewer) {
        this.viewer = viewer;
    }

    static WhereToLook find() {
        return new WhereToLook(Files.isRegularFile(NodeConfig.viewer().resolve("index.html")));
    }

    static WhereToLook with(boolean viewer) {
        return new WhereToLook(viewer);
    }

    /** The node has ended; what it kept has not. */
    List<String> afterwards(Path home) {
        List<String> lines = new ArrayList<>();
        lines.add("To look at it in a browser: ./tomogrid up --home " + home
                + " prints a link. demo --stay keeps its node.");
        if (!viewer) {
            lines.add(NO_VIEWER);
        }
        return lines;
    }

    /**
     * The node stays.
     *
     * @param login makes a link that lets a browser in once @param mode of the viewer that suits the study
     */
    List<String> now(Path home, Links login, String mode, String study) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("Status: " + login.link());
        lines.add(viewer ? "Viewer: " + login.link() + "&/viewer/" + mode + "?StudyInstanceUIDs=" + study : NO_VIEWER);
        lines.add("Each link lets a browser in once, within an hour; ./tomogrid login --home " + home
                + " prints another. Ctrl-C ends the node.");
        return lines;
    }

    /** Where login links come from. */
    @FunctionalInterface
    interface Links {
        String link() throws IOException;
    }
}
