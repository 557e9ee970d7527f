package io.tomogrid.node.command;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid slices drain|undrain}. */
final class DrainCommands {
    private DrainCommands() {}

    /** A verb of a host or a GPU. */
    abstract static class Verb extends JobVerbCommands.Verb {
        @Parameters(index = "0", paramLabel = "TARGET", description = "HOST, or HOST/gpuN for one GPU.")
        String target;
    }

    @Command(
            name = "drain",
            description =
                    "Place nothing new there that would not have ended, and move off what runs and may begin anew.",
            mixinStandardHelpOptions = true)
    static final class Drain extends Verb {
        @Option(names = "--from", paramLabel = "TIME", description = "Such as 2026-11-25T18:00:00Z.", defaultValue = "")
        private String from;

        @Option(names = "--until", paramLabel = "TIME", description = "When it is over.", defaultValue = "")
        private String until;

        @ArgGroup
        private Grace grace = new Grace();

        static final class Grace {
            @Option(
                    names = "--grace",
                    paramLabel = "TIME",
                    description = "How long what runs may stay, such as 30s or 2h (default: 10m).",
                    defaultValue = "10m")
            private String time = "10m";

            @Option(names = "--now", description = "Move it off at once.")
            private boolean now;
        }

        @Override
        String path() {
            return "/api/slices/drain?target=" + OperatorOptions.encode(target) + "&from="
                    + OperatorOptions.encode(from) + "&until=" + OperatorOptions.encode(until) + "&grace="
                    + (grace.now ? "0s" : OperatorOptions.encode(grace.time));
        }

        @Override
        String done() {
            return target + " is drained from " + (from.isEmpty() ? "now on" : from)
                    + (until.isEmpty() ? " until ./tomogrid slices undrain " + target : " until " + until)
                    + "; STAT work and what nearly has its results is waited for, ./tomogrid slices says who is there";
        }
    }

    @Command(name = "undrain", description = "Place work there again.", mixinStandardHelpOptions = true)
    static final class Undrain extends Verb {
        @Override
        String path() {
            return "/api/slices/undrain?target=" + OperatorOptions.encode(target);
        }

        @Override
        String done() {
            return target + " is drained no more";
        }
    }
}
