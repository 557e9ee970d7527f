package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command answers: in words, or with the document that scripts read. */
final class Answer {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", description = "Print a document; what is not known is null.")
    private boolean json;

    /** What a person reads. */
    interface Words {
        void print(PrintWriter out) throws IOException;
    }

    void print(Object document, Words words) throws IOException {
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(document));
        } else {
            words.print(out);
        }
        out.flush();
    }
}
