package io.tomogrid.node.command;

import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.demo.Demo;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid demo}: the whole road once. */
@Command(
        name = "demo",
        description = {
            "Takes a PET-CT study from C-STORE to results in a PACS and prints what was found.",
            "Without DIR: a synthetic study with known spheres. The node that is started for it keeps all in --home."
        },
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final String PETCT_STANDARD = "petct-standard";
    private static final String PET_OSEM = "pet-osem";

    /** Which PACS receives. */
    enum PacsKind {
        OWN,
        ORTHANC
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder of the demo's node (default: ${DEFAULT-VALUE}).",
            defaultValue = "${sys:tomogrid.root:-.}/.tomogrid/demo")
    private Path home;

    @Option(
            names = "--pacs",
            description = "Receiving PACS: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "OWN")
    private PacsKind pacs;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what came out as JSON; - for standard output.")
    private Path json;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Send so many synthetic studies, one after the other, through the same node.",
            defaultValue = "1")
    private int repeat;

    @Option(
            names = "--archive",
            paramLabel = "URI",
            description = "Where the archive is: hdfs://NAME-NODE:PORT/FOLDER or file:///FOLDER (default: in the home)."
                    + " A home keeps the archive of its first start.")
    private URI archive;

    @Option(
            names = "--inventory",
            description = "auto: GPUs found through NVML, else a simulated one; simulated.",
            defaultValue = "auto")
    private String inventory;

    @Option(names = "--stay", description = "Keep the node after the demo, so that one can look, until Ctrl-C.")
    private boolean stay;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "petct-standard: a synthetic PET-CT study; pet-osem: generated raw data of a PET phantom,"
                    + " to be reconstructed (default: ${DEFAULT-VALUE}).",
            defaultValue = PETCT_STANDARD)
    private String protocol;

    /** How the raw data of pet-osem is generated. */
    enum Input {
        SINOGRAM,
        PETSIRD
    }

    @Option(
            names = "--input",
            description = "With --protocol pet-osem: ${COMPLETION-CANDIDATES}, list-mode with time of flight and a CT"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "SINOGRAM")
    private Input input;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "Folder with the DICOM files of a PET-CT study.")
    private Path folder;

    @Override
    public Integer call() throws Exception {
        boolean toStandardOutput = json != null && json.toString().equals("-");
        PrintWriter out = toStandardOutput
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        boolean raw = protocol.equals(PET_OSEM);
        if (!raw && !protocol.equals(PETCT_STANDARD)) {
            throw new IllegalArgumentException(
                    "--protocol " + protocol + ": expected " + PETCT_STANDARD + " or " + PET_OSEM);
        }
        if (raw && folder != null) {
            throw new IllegalArgumentException("--protocol " + PET_OSEM + " shows generated raw data: leave out "
                    + folder + ", or send it with send");
        }
        Demo.Raw kind = !raw ? Demo.Raw.NONE : input == Input.PETSIRD ? Demo.Raw.PETSIRD : Demo.Raw.SINOGRAM;
        var demo = new Demo(
                home, pacs == PacsKind.ORTHANC, inventory, Optional.ofNullable(archive), folder, repeat, kind, out);
        Demo.Ending ending = demo.run((node, ended) -> {
            if (toStandardOutput) {
                spec.commandLine().getOut().println(ended.json());
            } else if (json != null) {
                java.nio.file.Files.writeString(json, ended.json() + "\n");
            }
            if (stay) {
                stay(node, ended, raw ? "viewer" : "tmtv", out);
            } else {
                WhereToLook.find().afterwards(home.normalize()).forEach(out::println);
            }
        });
        return ending.good() ? 0 : 1;
    }

    private void stay(NodeHome.Running node, Demo.Ending ended, String mode, PrintWriter out) throws IOException {
        NodeClient gateway = new NodeClient(node.gateway(), node.token());
        out.println();
        WhereToLook.find()
                .now(home.normalize(), gateway::loginLink, mode, ended.study())
                .forEach(out::println);
        out.flush();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
