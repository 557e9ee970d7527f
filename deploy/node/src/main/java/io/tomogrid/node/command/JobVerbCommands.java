package io.tomogrid.node.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid jobs cancel|retry|priority|deadline|pause|resume}: each asks the manager, which may refuse with the reason. */
final class JobVerbCommands {
    private JobVerbCommands() {}

    /** What they have in common. */
    abstract static class Verb implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private HomeOptions home;

        @Mixin
        private OperatorOptions operator;

        @Option(names = "--json", description = "Print a document.")
        private boolean json;

        /** What to ask for, parameters included, but for who and why. */
        abstract String path();

        /** What is so now. */
        abstract String done();

        @Override
        public Integer call() throws Exception {
            String path = path();
            home.manager().post(path + (path.contains("?") ? "&" : "?") + operator.query());
            spec.commandLine().getOut().println(json ? "{\"done\":true}" : done());
            return 0;
        }
    }

    /** A verb of one job. */
    abstract static class JobVerb extends Verb {
        @Parameters(index = "0", paramLabel = "JOB", description = "Its id.")
        String job;

        String path(String verb) {
            return "/api/jobs/" + OperatorOptions.encode(job) + "/" + verb;
        }
    }

    @Command(name = "cancel", description = "End a job that has no results yet.", mixinStandardHelpOptions = true)
    static final class Cancel extends JobVerb {
        @Override
        String path() {
            return path("cancel");
        }

        @Override
        String done() {
            return "job " + job + " is cancelled";
        }
    }

    @Command(name = "retry", description = "Try a failed or cancelled job again.", mixinStandardHelpOptions = true)
    static final class Retry extends JobVerb {
        @Override
        String path() {
            return path("retry");
        }

        @Override
        String done() {
            return "job " + job + " is queued again";
        }
    }

    @Command(name = "priority", description = "Say how urgent a job is.", mixinStandardHelpOptions = true)
    static final class SetPriority extends JobVerb {
        @Parameters(index = "1", paramLabel = "PRIORITY", description = "STAT, ROUTINE or BATCH.")
        private String priority;

        @Override
        String path() {
            return path("priority") + "?value=" + OperatorOptions.encode(priority);
        }

        @Override
        String done() {
            return "job " + job + " has the priority " + priority;
        }
    }

    @Command(name = "deadline", description = "Say until when results are wanted.", mixinStandardHelpOptions = true)
    static final class Deadline extends JobVerb {
        @Parameters(index = "1", paramLabel = "TIME", description = "Such as 2026-11-25T18:00:00Z, or none.")
        private String at;

        @Override
        String path() {
            return path("deadline") + "?at=" + (at.equals("none") ? "" : OperatorOptions.encode(at));
        }

        @Override
        String done() {
            return at.equals("none") ? "job " + job + " has no deadline" : "job " + job + " is due at " + at;
        }
    }

    /** A verb of the queue or of a part of it. */
    abstract static class QueueVerb extends Verb {
        @Option(
                names = "--protocol",
                paramLabel = "NAME",
                description = "Only jobs of this protocol.",
                defaultValue = "")
        private String protocol;

        @Option(names = "--site", paramLabel = "NAME", description = "Only jobs of this site.", defaultValue = "")
        private String site;

        String path(String verb) {
            return "/api/queue/" + verb + "?protocol=" + OperatorOptions.encode(protocol) + "&site="
                    + OperatorOptions.encode(site);
        }

        String what() {
            return protocol.isEmpty() ? site.isEmpty() ? "the queue" : "site " + site : "protocol " + protocol;
        }
    }

    @Command(
            name = "pause",
            description = "Let queued jobs wait; running work goes on.",
            mixinStandardHelpOptions = true)
    static final class Pause extends QueueVerb {
        @Override
        String path() {
            return path("pause");
        }

        @Override
        String done() {
            return what() + " is paused; running work goes on";
        }
    }

    @Command(name = "resume", description = "Let what was paused go on.", mixinStandardHelpOptions = true)
    static final class Resume extends QueueVerb {
        @Override
        String path() {
            return path("resume");
        }

        @Override
        String done() {
            return what() + " goes on";
        }
    }
}
