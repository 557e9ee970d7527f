package io.tomogrid.node.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;

/** Who wants it, and why: jobs then say so. */
final class OperatorOptions {
    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who wants it (default: ${DEFAULT-VALUE}).",
            defaultValue = "${sys:user.name}")
    private String by;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why. No patient data.", defaultValue = "")
    private String reason;

    /** The parameters of a request. */
    String query() {
        return "by=" + encode(by) + "&reason=" + encode(reason);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
