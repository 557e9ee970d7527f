package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.send.StudyFiles;
import io.tomogrid.node.send.StudySender;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid send}: the DICOM files of a folder to a Storage SCP. */
@Command(
        name = "send",
        description = "Sends the DICOM files under DIR by C-STORE, to the running node or to another AE.",
        mixinStandardHelpOptions = true)
public final class SendCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--to", paramLabel = "AE@HOST:PORT", description = "Another Storage SCP than the running node.")
    private String to;

    @Option(
            names = "--calling-ae",
            description = "Our AE title (default: ${DEFAULT-VALUE}).",
            defaultValue = "TOMOGRID_SCU")
    private String callingAe;

    @Option(
            names = "--associations",
            description = "Associations at once (default: ${DEFAULT-VALUE}).",
            defaultValue = "2")
    private int associations;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Parameters(paramLabel = "DIR")
    private Path folder;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        StudyFiles files = StudyFiles.under(folder);
        StudySender sender;
        if (to == null) {
            NodeHome.Running node = home.running();
            sender = new StudySender("127.0.0.1", node.dicomPort(), callingAe, node.aeTitle(), associations);
        } else {
            NodeConfig.Destination peer = NodeConfig.Destination.parse(to);
            if (peer.commitment() || !peer.results()) {
                throw new IllegalArgumentException("--to: expected AETITLE@host:port without options, got " + to);
            }
            sender = new StudySender(peer.host(), peer.port(), callingAe, peer.aeTitle(), associations);
        }
        StudySender.Report report =
                sender.send(files.instances().iterator(), StudySender.syntaxes(files.instances()), n -> {});
        Map<String, Integer> refusals = new TreeMap<>();
        report.refused().forEach(r -> refusals.merge(r.answer(), 1, Integer::sum));
        if (json) {
            out.println(JSON.std.asString(Map.of(
                    "stored", report.stored(),
                    "bytes", report.bytes(),
                    "seconds", report.seconds(),
                    "refused", refusals,
                    "left-alone", files.leftAlone())));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%d of %d instances stored, %.1f MB in %.2f s%n",
                    report.stored(),
                    files.instances().size(),
                    report.bytes() / 1e6,
                    report.seconds());
            refusals.forEach((answer, n) -> out.println("  " + n + " not stored: " + answer));
            List<StudySender.Refusal> some = report.refused().stream().limit(5).toList();
            some.forEach(r -> out.println("    " + r.sopInstanceUid()));
        }
        return report.refused().isEmpty() ? 0 : 1;
    }
}
